"""Price lists, their changes, a team's own prices."""
