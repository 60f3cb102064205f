"""The comparison of a topology: its page, parts, pictures, exports and shared links."""
