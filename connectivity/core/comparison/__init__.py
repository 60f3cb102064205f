"""Every option for a topology, the mix of them, and what is recommended."""
