"""The latency matrix and its imports."""
