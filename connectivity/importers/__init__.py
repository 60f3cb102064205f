"""Readers of files about the network: text in, values out. No framework and no network."""
