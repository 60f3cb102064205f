"""The REST API: translates HTTP, and makes one call into the domain."""
