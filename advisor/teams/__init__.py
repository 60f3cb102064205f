"""Who is in a team, what is read of it, and links to what it shares."""
