"""Jobs and what came of them."""
