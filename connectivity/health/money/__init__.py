"""What resources cost a month, and what else would do."""
