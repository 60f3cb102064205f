"""Terms in one sentence each: the one source of the pages' help, of docs/glossary.md and of the
words in code. AWS's own word stands where AWS has one."""

from collections.abc import Iterator

from connectivity.core.option_parts.option import Term
from connectivity.core.options import OPTIONS

VPC = "https://docs.aws.amazon.com/vpc/latest"

OF_PAGES = {
    "topology": Term(
        "Topology",
        "The accounts, VPCs, services and flows of one document, of which every saved version is "
        "immutable.",
        code="connectivity.core.network.topology:Topology",
    ),
    "flow": Term(
        "Flow",
        "Traffic of a consumer VPC to a service or VPC: its GB a month, connections and needs.",
        code="connectivity.core.network.topology:Flow",
    ),
    "known-plan": Term(
        "Known plan",
        "The plan of a topology that its team was told last; another one is cheaper by what this "
        "one costs more at today's inputs.",
        code="connectivity.models.plans:KeptPlan",
    ),
    "option": Term(
        "Option",
        "One way of connecting two VPCs, compared as if every flow used it.",
        code="connectivity.core.option_parts.option:Option",
    ),
    "rule": Term(
        "Rule",
        "A condition under which an option is impossible, needs a quota increase or another step, "
        "or is risky; one that applies is a finding, and its remedy says what lifts it.",
        code="connectivity.core.rules.rule:Rule",
    ),
    "missing-price": Term(
        "Missing price",
        "A price that an option needs and the price list lacks; the option has no total and is not "
        "recommended.",
        code="costmodel.core.bill:Gap",
    ),
    "grade": Term(
        "Grade",
        "High: three runs on different days of 10,000 samples each by a fully known method; "
        "medium: one of 1,000; low: less, or a published figure without its number of samples.",
        code="connectivity.core.latency.aggregation:Cell",
    ),
    "p99": Term(
        "p99",
        "99 of 100 round trips are at least this fast; p99s of parts are never added up.",
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html",
        "CloudWatch User Guide",
        "connectivity.core.latency.worst_p99:Headline",
    ),
    "overhead": Term(
        "Overhead",
        "The p99 of an option minus the p99 of a single VPC for the same AZ pair; within the noise "
        "it is not distinguishable.",
        "https://docs.aws.amazon.com/network-manager/latest/infrastructure-performance/"
        "what-is-infrastructure-performance.html",
        "AWS Network Manager",
        "connectivity.core.latency.lookup:Reading",
    ),
    "crossing": Term(
        "Cross-AZ traffic",
        "Traffic whose consumer and provider are in different Availability Zones; most options "
        "bill it at both sides.",
        "https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer",
        "Amazon EC2 pricing",
        "connectivity.core.option_parts.data_transfer",
    ),
    "operations": Term(
        "Operations",
        "What it costs you a month to manage one resource such as a peering; AWS does not bill it, "
        "and it is zero unless you state it.",
        code="connectivity.core.comparison.combined_bill:operations_usd",
    ),
    "payer": Term(
        "Who pays",
        "The account on whose bill a line appears; accounts of one Organization share tiers, not "
        "lines.",
        "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/consolidated-billing.html",
        "AWS Billing User Guide",
        "costmodel.core.bill:Line",
    ),
    "frontier": Term(
        "Frontier",
        "The options that no other beats in both cost and p99; the choice is among these.",
        code="connectivity.core.comparison.recommendation:frontier",
    ),
    "feasible": Term(
        "Feasible",
        "No rule makes it impossible for any flow; a condition must be met first, a quota must be "
        "increased, a warning should be read.",
        f"{VPC}/userguide/amazon-vpc-limits.html",
        "Amazon VPC quotas",
        "connectivity.core.comparison.recommendation:Feasibility",
    ),
    "az-id": Term(
        "AZ ID",
        "use1-az1 is the same location in every account; us-east-1a may be another one in each.",
        "https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html",
        "AWS RAM User Guide",
        "connectivity.core.network.regions",
    ),
    "capacity-unit": Term(
        "Capacity unit",
        "What a load balancer bills by the hour: the highest of new connections, active "
        "connections and processed GB.",
        "https://aws.amazon.com/elasticloadbalancing/pricing/",
        "Elastic Load Balancing pricing",
        "costmodel.core.charges:Capacity",
    ),
    "plan": Term(
        "Plan",
        "An option for each flow, such that bill plus operations of all flows together is the "
        "least that the rules allow; proven, or with the most that another design may save.",
        code="connectivity.core.plan.search.plan:Plan",
    ),
    "marginal-cost": Term(
        "Marginal cost",
        "What the cheapest plan would cost less a month without the flow; what other flows still "
        "need of shared resources is no part of it.",
        code="connectivity.core.plan.why.explanation:Explanation",
    ),
    "turning-point": Term(
        "Turning point",
        "The GB, price or cost of operations beyond which the cheapest plan has another option for "
        "a flow, planned again on both sides of it.",
        code="connectivity.core.plan.trade_offs.turning_points:TurningPoint",
    ),
    "trade-off": Term(
        "Trade-off",
        "The cheapest plans with less and less of something, such as resources to manage; no other "
        "plan is both cheaper and has less of it.",
        code="connectivity.core.plan.trade_offs.frontier:TradeOff",
    ),
    "wave": Term(
        "Wave",
        "Flows that change their option together: what they need is built, they are switched, and "
        "what nobody uses any more is removed.",
        code="connectivity.core.plan.steps.waves:waves",
    ),
    "payback": Term(
        "Payback",
        "The day, counted from the first step, from which on the move has cost no more than "
        "staying.",
        code="connectivity.core.plan.steps.migration:Migration",
    ),
    "mix": Term(
        "Mix",
        "The cheapest allowed and feasible option per flow, billed together; not proven to be the "
        "cheapest design.",
        "https://docs.aws.amazon.com/whitepapers/latest/"
        "building-scalable-secure-multi-vpc-network-infrastructure/welcome.html",
        "AWS whitepaper on multi-VPC networks",
        "connectivity.core.comparison.per_flow_mix:Mix",
    ),
    "what-if": Term(
        "What-if",
        "Change an input and see what follows; nothing is stored, and the address keeps it.",
        code="connectivity.core.scenarios.what_if:WhatIf",
    ),
    "tipping-point": Term(
        "Tipping point",
        "The nearest change of one input that makes another option the recommended one.",
        code="connectivity.core.outlook.tipping_points:Flip",
    ),
    "break-even": Term(
        "Break-even",
        "The traffic, or the cross-AZ share, at which the costs of two options are equal.",
        code="connectivity.core.outlook.break_even:Handover",
    ),
}

OF_HEALTH = {
    "severity": Term(
        "Severity",
        "Critical: traffic fails now; warning: it degrades or soon will; advice: money or "
        "resilience, and the resource stays ok.",
        code="connectivity.core.health.evaluation:Severity",
    ),
    "unknown-state": Term(
        "Unknown",
        "No rule could evaluate the resource: not collected, not published, or denied; never taken "
        "for ok.",
        code="connectivity.core.health.evaluation:State",
    ),
    "advice": Term(
        "Advice",
        "A finding on cost or resilience of a resource that works; counted apart from problems, "
        "and ranked by its monthly cost.",
        code="connectivity.health.reading.listing:advice",
    ),
    "last-seen": Term(
        "Last seen",
        "The end of the newest data that show a finding whose account gives none any more; it may "
        "be over, and is in no count of problems.",
        code="connectivity.weekly.sight:Sight",
    ),
    "brief-finding": Term(
        "Brief finding",
        "A finding that opened and closed within the week of a report.",
        code="connectivity.weekly.findings:Troubles",
    ),
    "extrapolated": Term(
        "Extrapolated",
        "The cost of a whole week from the hours of it that were measured, which are named.",
        code="connectivity.health.money.resource_cost:metered_hours",
    ),
}

OF_CODE = {
    "case": Term(
        "Case",
        "A topology as columns of numbers, one row a flow.",
        code="connectivity.core.network.planned_network:Case",
    ),
    "charge": Term(
        "Charge",
        "What is used and by which account; a bill is the charges at the prices of a list, line by "
        "line.",
        code="costmodel.core.charges:Metered",
    ),
    "pool": Term(
        "Pool",
        "The accounts of one Organization, whose usage is summed to find the price tier.",
        "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/consolidated-billing.html",
        "AWS Billing User Guide",
        "costmodel.core.bill:bill",
    ),
    "cell": Term(
        "Cell",
        "A latency of one option for one pair of AZs or Regions; a reading is what is shown for "
        "it, and a headline the worst cell that carries at least 1 % of a flow.",
        code="connectivity.core.latency.lookup:LatencyCell",
    ),
    "door": Term(
        "Door",
        "An address, a command or a task: a place where somebody or something calls the product.",
        code="advisor.access",
    ),
}


def terms() -> dict[str, Term]:
    """Every term of the pages by its key: the options, then the words of the pages."""
    return {option.key: option.help for option in OPTIONS} | OF_PAGES | OF_HEALTH


def rows() -> Iterator[str]:
    """The table of docs/glossary.md, by name."""
    options = {
        option.key: option.help._replace(code=option.charges.__module__) for option in OPTIONS
    }
    every = options | OF_PAGES | OF_HEALTH | OF_CODE
    for term in sorted(every.values(), key=lambda term: term.name.casefold()):
        page = f"[{term.source}]({term.url})" if term.url else ""
        yield f"| {term.name} | {term.sentence} | {page} | `{term.code}` |"
