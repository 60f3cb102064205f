"""The files that reviews give: what they have in common, by format."""
