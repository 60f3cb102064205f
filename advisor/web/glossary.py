"""Terms of the pages, each in one sentence with the page that says more."""

from connectivity.core.option_parts.option import Term
from connectivity.core.options import OPTIONS

VPC = "https://docs.aws.amazon.com/vpc/latest"

OF_PAGES = {
    "grade": Term(
        "Grade",
        "High: three runs on different days of 10,000 samples each by a fully known method; "
        "medium: one of 1,000; low: less, or a published figure without its number of samples.",
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


def terms() -> dict[str, Term]:
    """Every term by its key: the options, then the words of the pages."""
    return {option.key: option.help for option in OPTIONS} | OF_PAGES
