"""Comparisons: a document or a stored topology in, every option out."""
