"""Two pages for the meeting that decides on a plan: plan and money, then risks and what would
change it. Two, whatever the size of the network."""

from collections.abc import Iterator

from advisor.handover.before_after import LEAST, Panel, before_after, has_before_and_after
from advisor.handover.sheet import BOTTOM, GREY, Column, Sheet
from advisor.text.formatting import amount, listed, signed_usd, usd
from connectivity.core.comparison.compare import Comparison
from connectivity.core.handover.decision import alternatives, by_option, largest, payers, risks
from connectivity.core.plan.design.designs import Design
from connectivity.core.plan.search.plan import TODAY, Baseline, Plan
from costmodel.core.usage_types import price_name

MAX_PAYERS, MAX_FLOWS, MAX_RISKS, MAX_CHANGES, MAX_MISSING = 8, 12, 7, 6, 4
MAX_BASELINES, MAX_OPTIONS = 12, 9
NAMES = {TODAY: "what is used today"}
NAME, NUMBER = 60.0, 30.0
FRAME = 18.0  # mm of a picture's heading and legend


def decision_pdf(comparison: Comparison, plan: Plan, design: Design) -> bytes:
    """The two pages of a plan that has a design."""
    name = comparison.case.topology.name
    sheet = Sheet(f"Plan for {name}")
    sheet.page()
    sheet.text(f"Plan for {name}", 18)
    for sentence in _headline(comparison, plan, design):
        sheet.paragraph(sentence, 2, 10.5)
    _options(sheet, comparison, design)
    _baselines(sheet, plan, design)
    _payers(sheet, comparison, design)
    _picture(sheet, comparison, design)
    _foot(sheet, comparison, 1)
    sheet.page()
    _flows(sheet, comparison, design)
    _risks(sheet, comparison, design)
    _changes(sheet, comparison, plan, design)
    _foot(sheet, comparison, 2)
    return sheet.output()


def _headline(comparison: Comparison, plan: Plan, design: Design) -> Iterator[str]:
    flows = len(design.options)
    yield (
        f"{usd(design.total_usd)} a month for {flows:,} flow{'s' if flows > 1 else ''}: "
        f"{usd(design.bill.usd)} to AWS, {usd(design.operations_usd)} for looking after "
        f"{design.object_count:,} managed resources."
    )
    yield (
        "No design costs less: this is proven."
        if plan.is_proven
        else f"It is the best that was found; another design may cost up to {usd(plan.gap_usd)} "
        "a month less."
    )
    for saving, other in (
        (plan.saves_usd, _single(plan)),
        (plan.saves_today_usd, "what is used today"),
    ):
        if saving is not None:
            verb, more = ("saves", "") if saving >= 0 else ("costs", " more")
            words = f"it {verb} {usd(abs(saving))} a month{more}" if saving else "it saves nothing"
            yield f"Against {other} {words}."


def _single(plan: Plan) -> str:
    name = plan.best_single.option.name if plan.best_single else ""
    return f"the best single option, {name} for all flows,"


def _name(baseline: Baseline) -> str:
    option = baseline.option
    return f"{option.name} for all flows" if option else NAMES.get(baseline.name, baseline.name)


def _options(sheet: Sheet, comparison: Comparison, design: Design) -> None:
    sheet.heading("The plan: an option for every flow")
    columns = Column("option", NAME), Column("flows", NUMBER, True), Column("GB", 40, True)
    rows = [
        (each.option.name, f"{each.flows:,}", amount(each.gb))
        for each in by_option(comparison, design)
    ]
    sheet.table(columns, rows[:MAX_OPTIONS])


def _baselines(sheet: Sheet, plan: Plan, design: Design) -> None:
    sheet.heading("Money: against other designs, bill and operations a month")
    columns = Column("design", 90), Column("USD", 40, True), Column("against the plan", 40, True)
    rows = [("the plan", usd(design.total_usd), "")]
    for each in plan.baselines:
        if each.design is not None and each.is_feasible:
            more = signed_usd(each.design.total_usd - design.total_usd)
            rows.append((_name(each), usd(each.design.total_usd), more))
    sheet.table(columns, rows[:MAX_BASELINES])
    options = [each.option for each in plan.baselines if each.option]
    shown = {name for name, *_ in rows}
    without = [each.name for each in options if f"{each.name} for all flows" not in shown]
    if without:
        words = "Not feasible for all flows, or without a total"
        sheet.paragraph(f"{words}: {listed(without)}.", 2, 8)


def _payers(sheet: Sheet, comparison: Comparison, design: Design) -> None:
    sheet.heading("Money: who pays AWS a month")
    known = payers(comparison, design)
    names = {account.id: account.name for account in comparison.case.topology.accounts}
    rows = [(account, names[account], usd(value)) for account, value in known[:MAX_PAYERS]]
    if rest := known[MAX_PAYERS:]:
        total = sum(value for _, value in rest)
        rows.append(("others", f"{len(rest):,} accounts", usd(total)))
    sheet.table((Column("account", 35), Column("name", 95), Column("USD", 40, True)), rows)


def _picture(sheet: Sheet, comparison: Comparison, design: Design) -> None:
    """Where there is room for it, and something to compare."""
    case = comparison.case
    room = BOTTOM - sheet.y - FRAME
    if not has_before_and_after(case) or room < LEAST:
        return
    sheet.heading("Before and after: which VPCs talk over what")
    options = {answer.option.key: answer.option for answer in comparison.answers}
    today = [options.get(flow.today or "") for flow in case.topology.flows]
    before_after(sheet, case, (Panel("today", today), Panel("the plan", design.options)), room)


def _flows(sheet: Sheet, comparison: Comparison, design: Design) -> None:
    case = comparison.case
    sheet.heading("The flows with the most traffic")
    columns = (
        Column("flow", 50), Column("from", 38), Column("to", 38), Column("option", 34),
        Column("GB", 20, True),
    )  # fmt: skip
    rows = []
    for row in largest(comparison, MAX_FLOWS):
        flow = case.topology.flows[row]
        to = flow.service or flow.provider
        name = design.options[row].name
        rows.append((flow.name, flow.consumer, to, name, amount(flow.gb)))
    sheet.table(columns, rows)


def _risks(sheet: Sheet, comparison: Comparison, design: Design) -> None:
    sheet.heading("Risks: what has to be there first, and where it surprises")
    known = risks(comparison, design)
    if not known:
        sheet.text("None of the rules has anything to say against it.")
    for risk in known[:MAX_RISKS]:
        flows = "1 flow" if risk.flows == 1 else f"{risk.flows:,} flows, for instance"
        words = f"{risk.severity.capitalize()}, {risk.option.name}, {flows}: {risk.sentence}"
        sheet.paragraph(f"{words.rstrip('.')} ({risk.rule}).", 2, 8.5)
    if rest := known[MAX_RISKS:]:
        sheet.text(f"The comparison lists {len(rest)} more.", 8.5, GREY)


def _changes(sheet: Sheet, comparison: Comparison, plan: Plan, design: Design) -> None:
    sheet.heading("What would change it")
    nearest = alternatives(comparison, design)[:MAX_CHANGES]
    if nearest:
        sheet.text(
            "The largest flows on another option, each alone, and all billed again:", 8.5, GREY
        )
    for each in nearest:
        words = f"{each.flow} on {each.option.name} instead: {signed_usd(each.extra_usd)} a month."
        sheet.text(words, 8.5)
    if not nearest:
        sheet.text("The largest flows have no other option that is feasible and priced.")
    missing = list(plan.left_out.items())
    for (name, region, to_region), options in missing[:MAX_MISSING]:
        users = " and ".join(option.name for option in options)
        words = f"The list has no price of {price_name(name, region, to_region)} in {region}"
        sheet.paragraph(f"{words}: with it {users} might enter the plan.", 2, 8.5)
    if rest := missing[MAX_MISSING:]:
        sheet.text(f"Prices that are missing beside these: {len(rest)}.", 8.5, GREY)


def _foot(sheet: Sheet, comparison: Comparison, number: int) -> None:
    prices = comparison.prices
    lost = "; ? stands for letters that the font lacks" if sheet.has_lost_letters else ""
    sheet.at(BOTTOM)
    words = f"List prices before tax of {prices.name}, as of {prices.as_of}; a month is 730 hours"
    sheet.text(f"{words}{lost}. Page {number} of 2.", 7.5, GREY)
