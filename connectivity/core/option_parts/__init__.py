"""What options are made of: hubs, services, Lattice, data transfer."""
