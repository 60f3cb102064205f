"""Terms of the pages, each in one sentence with the page that says more."""

from typing import NamedTuple

VPC = "https://docs.aws.amazon.com/vpc/latest"
PRIVATELINK = f"{VPC}/privatelink"


class Term(NamedTuple):
    name: str
    sentence: str
    url: str = ""  # AWS's page; none where the term is ours
    source: str = ""


TERMS = {
    "vpc-sharing": Term(
        "VPC sharing",
        "One account owns a VPC and shares its subnets with other accounts of the Organization, "
        "which run their resources in them.",
        f"{VPC}/userguide/vpc-sharing.html",
        "Amazon VPC User Guide",
    ),
    "vpc-peering": Term(
        "VPC peering",
        "A direct route between exactly two VPCs; it is not passed on to a third.",
        f"{VPC}/peering/what-is-vpc-peering.html",
        "VPC Peering Guide",
    ),
    "transit-gateway": Term(
        "Transit Gateway",
        "A hub in a Region to which every VPC is attached once, and which routes between them.",
        f"{VPC}/tgw/what-is-transit-gateway.html",
        "Transit Gateway guide",
    ),
    "privatelink": Term(
        "PrivateLink",
        "One service behind a Network Load Balancer is reached through an interface endpoint in "
        "the consumer's VPC; the networks stay apart.",
        f"{PRIVATELINK}/what-is-privatelink.html",
        "AWS PrivateLink Guide",
    ),
    "privatelink-resource": Term(
        "PrivateLink resource endpoint",
        "A database or other TCP resource is reached through a resource gateway in its VPC, "
        "without a load balancer.",
        f"{PRIVATELINK}/privatelink-access-resources.html",
        "PrivateLink guide",
    ),
    "vpc-lattice": Term(
        "VPC Lattice",
        "HTTP, gRPC and TLS services in a service network with which VPCs are associated; its "
        "owner pays for hours, GB and requests.",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/what-is-vpc-lattice.html",
        "VPC Lattice User Guide",
    ),
    "cloud-wan": Term(
        "Cloud WAN",
        "A core network with an edge in each Region, which one policy routes; every VPC is "
        "attached once.",
        "https://docs.aws.amazon.com/network-manager/latest/cloudwan/what-is-cloudwan.html",
        "Cloud WAN User Guide",
    ),
    "site-to-site-vpn": Term(
        "Site-to-Site VPN",
        "Two encrypted tunnels to a gateway of AWS; between VPCs the other end is an appliance "
        "that you run.",
        "https://docs.aws.amazon.com/vpn/latest/s2svpn/VPC_VPN.html",
        "Site-to-Site VPN User Guide",
    ),
    "public-internet": Term(
        "Public internet",
        "Out through NAT gateways, in through a public load balancer: nothing is private but the "
        "content of your connections.",
        f"{VPC}/userguide/vpc-nat-gateway.html",
        "Amazon VPC User Guide",
    ),
    "grade": Term(
        "Grade",
        "High: three runs on different days of 10,000 samples each by a fully known method; "
        "medium: one of 1,000; low: less, or a published figure without its number of samples.",
    ),
    "single-vpc": Term(
        "Single VPC",
        "Both ends in one VPC: the baseline against which every latency overhead is measured.",
        f"{VPC}/userguide/what-is-amazon-vpc.html",
        "Amazon VPC User Guide",
    ),
    "p99": Term(
        "p99",
        "99 of 100 round trips are at least this fast; p99s of parts are never added up.",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html",
        "CloudWatch User Guide",
    ),
    "overhead": Term(
        "Overhead",
        "The p99 of an option minus the p99 of a single VPC in the same cell; within the noise it "
        "is not distinguishable.",
        "https://docs.aws.amazon.com/network-manager/latest/infrastructure-performance/"
        "what-is-infrastructure-performance.html",
        "AWS Network Manager",
    ),
    "crossing": Term(
        "Crossing AZs",
        "Bytes whose two ends are in different Availability Zones; most options bill them at both "
        "ends.",
        "https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer",
        "Amazon EC2 pricing",
    ),
    "operations": Term(
        "Operations",
        "What it costs you a month to look after one object such as a peering; AWS does not bill "
        "it, and it is zero unless you say so.",
    ),
    "payer": Term(
        "Who pays",
        "The account on whose bill a line appears; accounts of one Organization share tiers, not "
        "lines.",
        "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/consolidated-billing.html",
        "AWS Billing User Guide",
    ),
    "frontier": Term(
        "Frontier",
        "The options that no other beats in both cost and p99; the choice is among these.",
    ),
    "feasible": Term(
        "Feasible",
        "No rule forbids it for any flow; a condition must be met first, a quota must be raised, "
        "a warning should be read.",
        f"{VPC}/userguide/amazon-vpc-limits.html",
        "Amazon VPC quotas",
    ),
    "az-id": Term(
        "AZ ID",
        "use1-az1 is the same place in every account; us-east-1a may be another place in each.",
        "https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html",
        "AWS RAM User Guide",
    ),
    "capacity-unit": Term(
        "Capacity unit",
        "What an NLB bills by the hour: its busiest of new connections, open connections and GB.",
        "https://aws.amazon.com/elasticloadbalancing/pricing/",
        "Elastic Load Balancing pricing",
    ),
    "mix": Term(
        "Mix",
        "The cheapest allowed and feasible option of every flow alone, billed together; not "
        "proven to be the cheapest plan.",
        "https://docs.aws.amazon.com/whitepapers/latest/"
        "building-scalable-secure-multi-vpc-network-infrastructure/welcome.html",
        "AWS whitepaper on multi-VPC networks",
    ),
    "what-if": Term(
        "What-if",
        "Change an input and see what follows; nothing is stored, and the address keeps it.",
    ),
}
