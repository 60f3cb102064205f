"""Stored topologies and their versions."""
