"""The team, its members and log, an account's tokens, background work."""
