"""Which option for which flow: the design of least cost, given what flows share."""
