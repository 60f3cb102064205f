"""A design: which options a flow may use, one for every flow, what stands and what that costs."""
