"""Price lists and the engine that turns charges into a bill."""
