"""Figures of AWS that health, options and reviews hold loads against: each stands here once."""

# VPC user guide, "NAT gateways"; ELB user guide, "Troubleshoot your Network Load Balancer".
PORTS_OF_ADDRESS = 55_000  # connections of an address to one destination: its IP, port, protocol
NAT_IDLE_S = 350  # fixed

# ELB user guide, "Network Load Balancers", connection idle timeout.
NLB_IDLE_S, NLB_MAX_IDLE_S = 350, 6_000  # of TCP by default, and at most; of TLS always 350
NLB_UDP_IDLE_S = 120  # fixed

# EC2 API, ConnectionTrackingConfiguration: TcpEstablishedTimeout of a network interface.
ENI_IDLE_S, NITRO_V6_IDLE_S = 432_000, 350

# VPC user guide, "DNS attributes": to the Resolver, instance metadata and time service together.
LINK_LOCAL_PACKETS = 1_024  # that an interface may send a second

# EBS user guide, "General Purpose SSD volumes", read in copies and quotations 2026-11-26.
GP3_INCLUDED_IOPS, GP3_INCLUDED_MIB_S = 3_000, 125  # in the price of gp3's storage
GP3_IOPS, GP3_MIB_S = 80_000, 2_000  # at most, since January 2026
GP2_IOPS_A_GIB, GP2_IOPS, GP2_BURST_IOPS = 3, 16_000, 3_000
GP2_SMALL_GIB, GP2_SMALL_MIB_S, GP2_MIB_S = 170, 128, 250  # up to 170 GiB 128 MiB/s, then 250
