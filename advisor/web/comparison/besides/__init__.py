"""What is behind a plan: why each flow has its option, trade-offs, the way from today."""
