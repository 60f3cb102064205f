"""Measurements, cells, names of zones."""
