"""The network: topologies, options, rules, latencies, and how they compare."""
