"""What is told to whoever applies a design: the order, what to do by hand, what is there."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from connectivity.core.handover.decision import Risk
from connectivity.core.handover.modules import Module, references
from connectivity.core.network.planned_network import Case
from connectivity.core.option_parts.option import Option
from connectivity.core.options import OPTIONS
from connectivity.core.rules.rule import Severity
from connectivity.core.terraform.part import Part
from connectivity.core.terraform.text import plain
from connectivity.core.terraform.values import Expression, Input, Note, Ref, Resource

MARKUP = re.compile(r"([\\`*_\[\]<>|#~])")
MAX_NOTES = 500  # of an option
APPLY = """\
## Apply

1. Copy `terraform.tfvars.example` to `terraform.tfvars`, and replace its values by yours: roles,
   VPCs, subnets and route tables. Subnets are named by AZ ID, which means the same AZ in every
   account. Add a `backend` block, so that the state is kept where all can reach it.
2. `terraform init`, then `terraform plan -out plan`, and read it.
3. `terraform apply plan`. The root module hands what an account makes to those that need it, so
   that one run builds everything in the right order.
%s
Accounts that apply on their own use their folder below `accounts/` as a root module, with
`AWS_REGION` in the environment, and are given the outputs of other accounts as variables. Each
round then needs the outputs of those before it:
"""
CUT_OVER = """\
4. With `cut_over = false` no route leads over what was built: what is used today stays as it is.
   Test, then set it to `true`, and plan and apply again; set back, the routes are gone again. A new
   route to a narrower CIDR than one of today takes its traffic at once. To the same CIDR there can
   be only one: with `true`, import today's route first, and `apply` turns it round in place, as in
   `terraform import 'module.account_….aws_route.…["rtb-… 10.0.0.0/16"]' rtb-…_10.0.0.0/16`.
   Setting `cut_over` back then deletes it: put today's route back by hand.
"""
ASKED = "Shares and acceptances are in the code. The rest is yours, quotas before the first apply."
LEFT = (
    "This code neither knows nor removes what flows use today and leave. Take it away when all of "
    "them have their new path: `manage.py plan --steps` says what can go when, and what it costs "
    "while both stand."
)
WRITTEN = "It was written from a design, without a look at your accounts: read every plan."
SHARING = (
    "- Once in the management account of %s, switch on sharing by AWS RAM inside the Organization: "
    "`aws ram enable-sharing-with-aws-organization`, or the resource "
    "`aws_ram_sharing_with_organization`. Until then AWS refuses to share with its accounts."
)
OUTSIDE = (
    "- As the document has it, %s are outside the Organization of those that share with them: each "
    "accepts an invitation (`aws_ram_resource_share_accepter`). Accounts of one Organization get "
    "none, and `apply` fails: name the `organization` of every account in the document first."
)


def readme(
    case: Case,
    options: Sequence[Option],
    modules: Sequence[Module],
    notes: Mapping[Option, list[Note]],
    risks: Sequence[Risk],
) -> str:
    """The bundle's README, in Markdown."""
    lines = [f"# {_escaped(case.topology.name)}: the network as Terraform", "", WRITTEN, ""]
    has_routes = any(Part.CUT_OVER in module.inputs for module in modules)
    lines += [*_sharing(case, modules), APPLY % (CUT_OVER if has_routes else "")]
    lines += _rounds(modules)
    lines += _asked(risks)
    for option, of_option in notes.items():
        lines += ["", f"## {option.name}", ""]
        lines += [f"- {note.account}: {_escaped(note.text)}." for note in of_option[:MAX_NOTES]]
        if of_option[MAX_NOTES:]:
            lines.append(f"- And {len(of_option) - MAX_NOTES:,} more of the same kinds.")
    lines += _clashes(modules)
    lines += _existing(case)
    lines += _left(case, options)
    return "\n".join(lines).rstrip("\n") + "\n"


def _escaped(text: str) -> str:
    return MARKUP.sub(r"\\\1", plain(text))


def _sharing(case: Case, modules: Sequence[Module]) -> Iterator[str]:
    """What AWS RAM asks for before anything can be shared."""
    inside: set[str] = set()
    outside: set[str] = set()
    for module in modules:
        ours = case.account[module.account].organization
        for account in _principals(module):
            is_inside = ours is not None and ours == case.account[account].organization
            (inside if is_inside else outside).add(ours or "" if is_inside else account)
    if inside or outside:
        yield from ("## Before the first apply", "")
    for organization in sorted(inside):
        yield SHARING % _escaped(organization)
    if outside:
        yield OUTSIDE % f"accounts {', '.join(sorted(outside))}"
    if inside or outside:
        yield ""


def _asked(risks: Sequence[Risk]) -> Iterator[str]:
    """What the rules want to be there, or to be raised."""
    wanted = [risk for risk in risks if risk.severity in (Severity.QUOTA, Severity.CONDITION)]
    if wanted:
        yield from ("", "## What the rules ask for", "", ASKED, "")
    for risk in wanted[:MAX_NOTES]:
        flows = "1 flow" if risk.flows == 1 else f"{risk.flows:,} flows, for instance"
        words = _escaped(risk.sentence).rstrip(".")
        kind = "quota" if risk.severity is Severity.QUOTA else "condition"
        yield f"- {risk.option.name}, {kind}, {flows}: {words} ({risk.rule})."


def _principals(module: Module) -> Iterator[str]:
    """The accounts with which an account shares something."""
    for resource in module.resources:
        each = resource.body.get("for_each")
        if resource.type == "aws_ram_principal_association" and isinstance(each, Expression):
            (accounts,) = each.parts
            yield from map(str, accounts if isinstance(accounts, list) else ())


def _rounds(modules: Sequence[Module]) -> Iterator[str]:
    """In which round each account can make what, where every account applies on its own."""
    known: dict[Resource, int] = {}
    kinds: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for module in modules:
        for resource in module.resources:
            kinds[_round(resource, known)][module.account].add(resource.type)
    for number, accounts in sorted(kinds.items()):
        for account, types in accounts.items():
            yield f"- round {number}, {account}: {', '.join(f'`{each}`' for each in sorted(types))}"


def _round(resource: Resource, known: dict[Resource, int]) -> int:
    """One more than the rounds of other accounts' resources that it needs."""
    if resource not in known:
        refs = [each for each in references(resource.body.values()) if isinstance(each, Ref)]
        needed = [*resource.after, *(r for ref in refs for r in (ref.resource, *ref.after))]
        known[resource] = max(
            (_round(each, known) + (each.account != resource.account) for each in needed),
            default=1,
        )
    return known[resource]


def _clashes(modules: Sequence[Module]) -> Iterator[str]:
    """Destinations to which a VPC would have two routes, which no route table takes."""
    routes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for module in modules:
        for resource in module.resources:
            each = resource.body.get("for_each")
            if resource.type == "aws_route" and isinstance(each, Expression):
                vpc, destinations, _ = each.parts
                if isinstance(vpc, Input) and isinstance(destinations, list):
                    for cidr in destinations:
                        routes[vpc.name, str(cidr)].append(resource.address)
    clashes = [(*key, names) for key, names in sorted(routes.items()) if len(names) > 1]
    if clashes:
        yield from ("", "## Routes that clash", "")
        yield "A route table has one route to a CIDR: keep the right one, or make them narrower."
        yield ""
    for vpc, cidr, names in clashes[:MAX_NOTES]:
        yield f"- {cidr} in `{vpc}`: {', '.join(f'`{name}`' for name in names)}"


def _existing(case: Case) -> Iterator[str]:
    connections = case.topology.connections
    if connections:
        yield from ("", "## What is there already", "")
        yield (
            "The document names what follows. Peerings are used as they are; import anything else "
            "that this code would make a second time, before the first apply."
        )
        yield ""
    for each in connections[:MAX_NOTES]:
        ends = " and ".join(map(_escaped, each.vpcs)) or _escaped(each.service or "")
        yield f"- {each.kind} {_escaped(each.id)}{': ' if ends else ''}{ends}"


def _left(case: Case, options: Sequence[Option]) -> Iterator[str]:
    """What flows use today and leave, which this code neither knows nor removes."""
    names = {option.key: option.name for option in OPTIONS}
    pairs = zip(case.topology.flows, options, strict=True)
    left = Counter(flow.today for flow, option in pairs if flow.today not in (None, option.key))
    if left:
        yield from ("", "## What is left behind", "", LEFT, "")
    for key, count in sorted(left.items(), key=lambda each: (-each[1], str(each[0]))):
        flows = "1 flow leaves it" if count == 1 else f"{count:,} flows leave it"
        yield f"- {names.get(key or '', key)}: {flows}"
