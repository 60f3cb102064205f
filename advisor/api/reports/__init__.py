"""Weekly reports, their schedule and recipients."""
