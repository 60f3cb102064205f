"""Readers of price files: text in, prices out. No framework and no network."""
