"""The rounds: when each place is asked, what is there, and its points."""
