"""Health: which accounts are watched, when they are asked, what was found, and what that means."""
