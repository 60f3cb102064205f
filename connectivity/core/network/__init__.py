"""The network that is planned: topologies, Regions, CIDR overlaps, and flows as arrays."""
