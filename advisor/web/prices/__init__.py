"""Price lists and a team's own prices."""
