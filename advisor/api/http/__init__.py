"""How the API speaks HTTP: who calls, what is read, how answers and errors look."""
