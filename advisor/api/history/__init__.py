"""What changed between versions, and who did what."""
