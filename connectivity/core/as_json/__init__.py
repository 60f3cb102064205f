"""A comparison and its outlook as plain values for the API and the command."""
