"""A mixed-integer linear program, HiGHS, and the bound that is computed from its multipliers."""
