"""Tells other programs what happens: signed, in the form that each reads, tried again and again."""
