"""Watched accounts: how they are asked, whose turn it is, what keeps them from being read."""
