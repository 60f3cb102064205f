"""A plan of before under the inputs of now: whether it stands, what is cheaper, what changed."""
