"""Plans of topologies: the cheapest option for every flow."""
