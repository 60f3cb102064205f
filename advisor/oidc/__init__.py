"""Sign-in by an OpenID Connect provider: what the library leaves unchecked, and bounds on it."""
