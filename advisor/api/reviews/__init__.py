"""Reviews of workloads: what breaks first."""
