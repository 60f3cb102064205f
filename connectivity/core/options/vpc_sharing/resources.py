"""A shared VPC as Terraform: the subnets of one VPC shared with the accounts that move into it."""

from collections import defaultdict
from collections.abc import Iterator

from connectivity.core.network.topology import Vpc
from connectivity.core.terraform.part import Part, partition
from connectivity.core.terraform.pieces import share
from connectivity.core.terraform.values import Expression, Note, Resource


def resources(part: Part) -> Iterator[Resource | Note]:
    """A share of the subnets of the VPC that comes first; the workloads move by hand."""
    for owner, moving in _groups(part):
        name = f"shared_{part.name(owner)}"
        arn = f"arn:{partition(owner.region)}:ec2:{owner.region}:{owner.account}:subnet"
        accounts = [vpc.account for vpc in moving]
        shared = share(part, owner.account, name, owner.region, Expression("each.value"), accounts)
        subnets = Expression(
            f'{{ for az, id in %s.subnet_ids : az => "{arn}/${{id}}" }}', (part.input(owner),)
        )
        for each in shared.resources:
            body = dict(each.body)
            if each.type == "aws_ram_resource_association":
                body = {"for_each": subnets} | body
            yield Resource(each.account, each.type, each.name, body, each.region, each.after)
        for vpc in moving:
            shared_with = f" that are shared with account {vpc.account}"
            yield Note(
                vpc.account,
                f"move the workloads of {vpc.name} into the subnets of {owner.name}"
                f"{'' if vpc.account == owner.account else shared_with}; their addresses change",
            )


def _groups(part: Part) -> Iterator[tuple[Vpc, list[Vpc]]]:
    """The VPC that stays of each group of VPCs that become one, and those that move into it."""
    seen: set[str] = set()
    by_name = {vpc.name: vpc for vpc in part.vpcs}
    members: dict[str, list[str]] = defaultdict(list)
    for name in sorted(by_name, key=part.case.vpc_index.__getitem__):
        waiting = [] if name in seen else [name]
        while waiting:
            each = waiting.pop()
            if each not in seen:
                seen.add(each)
                members[name].append(each)
                waiting += [partner.name for partner in part.partners[each]]
    for owner, names in members.items():
        yield by_name[owner], [by_name[each] for each in sorted(names) if each != owner]
