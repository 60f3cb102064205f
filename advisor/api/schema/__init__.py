"""The published schema of the API, and its page."""
