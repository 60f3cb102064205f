"""What is watched, its findings and rules."""
