"""The whole product on one machine: broker, worker, clock and web in one tree of processes."""
