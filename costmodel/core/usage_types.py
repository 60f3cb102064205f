"""AWS's usage types: the Region prefixes that stand in them."""

import re

from costmodel.core.charges import PriceName

INTER_REGION = PriceName("AWSDataTransfer", "AWS-Out-Bytes")
"""Transfer out of one Region to another; in AWS's files `<SRC>-<DST>-AWS-Out-Bytes`."""

# Source: usage types in AWS's offer files and bills, read 2026-11-23; Jakarta, Taipei, New Zealand
# and China from the prefix tables of public tools that read them, 2026-11-25. A Region that is not
# here is written with its code.
REGION_PREFIXES = {
    "af-south-1": "AFS1",
    "ap-east-1": "APE1",
    "ap-east-2": "APE2",
    "ap-northeast-1": "APN1",
    "ap-northeast-2": "APN2",
    "ap-northeast-3": "APN3",
    "ap-south-1": "APS3",
    "ap-south-2": "APS5",
    "ap-southeast-1": "APS1",
    "ap-southeast-2": "APS2",
    "ap-southeast-3": "APS4",
    "ap-southeast-4": "APS6",
    "ap-southeast-5": "APS7",
    "ap-southeast-6": "APS8",
    "ap-southeast-7": "APS9",
    "ca-central-1": "CAN1",
    "ca-west-1": "CAW1",
    "cn-north-1": "CNN1",
    "cn-northwest-1": "CNW1",
    "eu-central-1": "EUC1",
    "eu-central-2": "EUC2",
    "eu-north-1": "EUN1",
    "eu-south-1": "EUS1",
    "eu-south-2": "EUS2",
    "eu-west-1": "EU",
    "eu-west-2": "EUW2",
    "eu-west-3": "EUW3",
    "il-central-1": "ILC1",
    "me-central-1": "MEC1",
    "me-south-1": "MES1",
    "mx-central-1": "MXC1",
    "sa-east-1": "SAE1",
    "us-east-1": "USE1",
    "us-east-2": "USE2",
    "us-gov-east-1": "UGE1",
    "us-gov-west-1": "UGW1",
    "us-west-1": "USW1",
    "us-west-2": "USW2",
}


def usage_type(name: PriceName, region: str, to_region: str | None) -> str:
    """The usage type as a person meets it: without prefix, but with both ends of a transfer.

    >>> usage_type(INTER_REGION, "us-east-1", "ap-northeast-1")
    'USE1-APN1-AWS-Out-Bytes'
    """
    if to_region is None:
        return name.usage_type
    prefixes = (REGION_PREFIXES.get(code, code) for code in (region, to_region))
    return "-".join((*prefixes, name.usage_type))


def price_name(name: PriceName, region: str, to_region: str | None) -> str:
    """What tells a price from all others of its Region: one usage type may have several operations.

    >>> price_name(PriceName("AWSELB", "LCUUsage", "LoadBalancing:Network"), "us-east-1", None)
    'LCUUsage (LoadBalancing:Network)'
    """
    operation = f" ({name.operation})" if name.operation else ""
    return f"{usage_type(name, region, to_region)}{operation}"


ALSO_SEEN = {"EUW1": "eu-west-1", "CAN2": "ca-west-1"}
REGIONS = {prefix: region for region, prefix in REGION_PREFIXES.items()} | ALSO_SEEN
REGION_CODE = re.compile(r"[a-z]{2}(-[a-z]{1,12}){1,2}-[0-9]")
PREFIX = re.compile(r"(?P<prefix>[A-Z]{3}[0-9]|EU)-(?P<rest>.+)")
PAIR = re.compile(r"(?P<from>[A-Z]{3}[0-9]|EU)-(?P<to>[A-Z]{3}[0-9]|EU)-(?P<what>AWS-Out-Bytes)")

AWS_NAMES = {
    ("AmazonVPC", "VPCLattice-Service-Hourly"): ("VpcLattice", "Service-Hours"),
    ("AmazonVPC", "VPCLattice-DataProcessing-Bytes"): ("VpcLattice", "Service-Bytes"),
    ("AmazonVPC", "VPCLattice-RequestCount"): ("VpcLattice", "Requests"),
    ("AmazonVPC", "VpcResource-Consumer-Bytes"): ("AmazonVPC", "VpcEndpoint-Resource-Bytes"),
    ("AWSCloudWAN", "CloudWAN-CoreNetworkEdge-Hours"): ("AWSCloudWAN", "CoreNetworkEdge-Hours"),
}
"""Service and usage type as AWS writes them, where our names are others.

Source: VPC User Guide, "Understand codes for Amazon VPC in billing and usage reports", read
2026-11-25, which names Lattice's free requests alone (`…-Free`); Cost Explorer's answers.
"""


def without_prefix(usage: str) -> str:
    """A usage type without its Region prefix; us-east-1's older ones have none.

    >>> without_prefix("EU-NatGateway-Hours")
    'NatGateway-Hours'
    >>> without_prefix("VPN-Usage-Hours:ipsec.1")
    'VPN-Usage-Hours:ipsec.1'
    """
    match = PREFIX.fullmatch(usage)
    return match["rest"] if match else usage
