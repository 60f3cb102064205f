"""What-if: which inputs can be changed, and a topology with them changed."""
