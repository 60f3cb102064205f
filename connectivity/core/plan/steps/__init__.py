"""The way from today to a plan, step by step."""
