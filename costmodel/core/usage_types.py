"""AWS's usage types: the Region prefixes that stand in them."""

from costmodel.core.charges import PriceName

INTER_REGION = PriceName("AWSDataTransfer", "AWS-Out-Bytes")
"""Transfer out of one Region to another; in AWS's files `<SRC>-<DST>-AWS-Out-Bytes`."""

# Source: usage types in AWS's offer files and bills, facts collected 2026-11-23. A Region that is
# not here is written with its code.
REGION_PREFIXES = {
    "af-south-1": "AFS1",
    "ap-east-1": "APE1",
    "ap-northeast-1": "APN1",
    "ap-northeast-2": "APN2",
    "ap-northeast-3": "APN3",
    "ap-south-1": "APS3",
    "ap-south-2": "APS5",
    "ap-southeast-1": "APS1",
    "ap-southeast-2": "APS2",
    "ap-southeast-4": "APS6",
    "ap-southeast-5": "APS7",
    "ap-southeast-7": "APS9",
    "ca-central-1": "CAN1",
    "ca-west-1": "CAW1",
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
    ends = (REGION_PREFIXES.get(one, one) for one in (region, to_region))
    return "-".join((*ends, name.usage_type))
