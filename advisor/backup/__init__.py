"""The whole database as one file that either database can be restored from."""
