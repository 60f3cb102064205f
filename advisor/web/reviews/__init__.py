"""Pages of the reviews: what breaks first."""
