"""The plans that teams know, planned again when their inputs change, and what is news of them."""
