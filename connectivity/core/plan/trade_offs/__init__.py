"""What would be planned under other limits, traffic, prices or rates."""
