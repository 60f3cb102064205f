"""The weekly report and its recipients."""
