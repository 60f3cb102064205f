"""What no design of least cost contains, so that the solver need not look at it."""
