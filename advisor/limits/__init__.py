"""How much a caller may send, ask at once and store."""
