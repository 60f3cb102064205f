"""The search for the design of least cost, and the plan that it ends with."""
