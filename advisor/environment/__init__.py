"""What the environment may hold, and how it is read before anything starts."""
