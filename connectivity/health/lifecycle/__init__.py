"""How findings and incidents open and end, and what ends with a resource."""
