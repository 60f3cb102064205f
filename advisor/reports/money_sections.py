"""What a report says of costs and prices."""

from collections.abc import Iterator
from decimal import Decimal

from advisor.reports.shapes import ReportCell, ReportLine, ReportTable, Section
from advisor.reports.words import (
    Address,
    Content,
    link_of,
    plural,
    signed_usd,
    usd,
    where,
)

MAX_MOVED = 5


def cost(costs: Content | None, address: Address) -> Section:
    title = "Cost"
    if costs is None:
        return Section(title, ["No monitored resource has a known price."])
    whole, percent = costs["whole"], costs["change_percent"]
    change = "" if percent is None else f" ({percent:+.1f} %)"
    sentences = [
        f"{usd(whole['usd'])} this week, {usd(whole['before_usd'])} the previous week"
        f"{change}, both at the prices of {costs['price_list']} and with today's configuration."
    ]
    for why, count in costs["left_out"].items():
        sentences.append(
            f"{plural(count, 'resource is', 'resources are')} excluded from both totals: {why}."
        )
    sentences += [*_scaled(costs), *_unused(costs)]
    head = ("USD", "This week", "Previous week", "Change")
    tables = [ReportTable("By kind", head, [_both(kind) for kind in [*costs["kinds"], whole]])]
    if costs["movers"]:
        rows = [_both(mover) for mover in costs["movers"]]
        tables.append(ReportTable("Largest changes", head, rows))
    lines = [*_broken(costs, address), *_savings(costs, address)]
    return Section(title, sentences, lines=lines, tables=tables)


def _scaled(costs: Content) -> Iterator[str]:
    """Which costs of the week are of fewer hours than it had, and how much of it that is."""
    if lag := costs.get("lag", 0):
        yield (
            f"Traffic is collected once a day: that of the last {plural(lag, 'hour')} is "
            "extrapolated."
        )
    scaled = costs.get("scaled")
    if not scaled or not scaled["count"]:
        return
    names = "; ".join(f"{line['name']} {_measured(line)}" for line in scaled["first"])
    left = scaled["count"] - len(scaled["first"])
    more = f"; and {left:,} more" if left else ""
    yield (
        f"{usd(scaled['usd'])} of this week is extrapolated from the hours that were measured: "
        f"{names}{more}."
    )


def _measured(line: Content) -> str:
    return f"(measured {line['measured']:,} of {plural(line['hours'], 'hour')})"


def _unused(costs: Content) -> Iterator[str]:
    """What nobody needs: what it costs, and how much of it has no price here."""
    unpriced = costs.get("unused_unpriced", 0)
    unknown = f"{unpriced:,} of them {'lacks' if unpriced == 1 else 'lack'} a price"
    if not Decimal(costs["unused_usd"]):
        if unpriced:
            yield f"{plural(unpriced, 'resource')} that may be unused: the cost is not known."
    elif unpriced:
        least = usd(costs["unused_usd"])
        yield f"Resources that appear unused cost at least {least} a month: {unknown}."
    else:
        yield f"Resources that appear unused cost {usd(costs['unused_usd'])} a month."


def _both(cost: Content) -> list[ReportCell]:
    name = where(cost["thing"]) if cost["thing"] else cost["name"]
    if cost.get("is_scaled"):
        name = f"{name} {_measured(cost)}"
    return [
        ReportCell(name),
        ReportCell(usd(cost["usd"])),
        ReportCell(usd(cost["before_usd"])),
        ReportCell(signed_usd(cost["change_usd"])),
    ]


def _broken(costs: Content, address: Address) -> Iterator[ReportLine]:
    for resource in costs.get("broken", []):
        more = "its stored configuration is incomplete: it is in neither total"
        yield ReportLine(
            "unreadable", where(resource), more, link_of(resource["link"], address), "warn"
        )


def _savings(costs: Content, address: Address) -> Iterator[ReportLine]:
    for saving in costs["savings"]:
        now, name = usd(saving["usd"]), where(saving["thing"])
        link = link_of(saving["thing"]["link"], address)
        if saving["instead"]:
            more = f"if its traffic goes between two VPCs; it costs {now} a month now"
            text = f"{name}: {saving['instead']} from {usd(saving['instead_usd'])} a month"
            yield ReportLine("compare", text, more, link)
        else:
            is_partial = saving.get("is_partial", False)
            more = "appears to be unused" + ("; a part has no price here" if is_partial else "")
            text = f"{name}: {'at least ' if is_partial else ''}{now} a month"
            yield ReportLine("unused", text, more, link, "warn")


def plans(content: Content, address: Address) -> Iterator[Section]:
    """Where a topology of several flows has a plan, or lacks it; reports of before say nothing."""
    plans = content.get("plans")
    if not plans or not (plans["known"] or plans["news"] or plans["not_planned"]):
        return
    topologies = plural(plans["known"], "topology has", "topologies have")
    sentences = [f"{topologies} a plan: the cheapest option for each flow, given what flows share."]
    if not plans["news"]:
        sentences.append("No other plan became cheaper this week, and none lost its feasibility.")
    if plans["waiting"]:
        waiting = plural(plans["waiting"], "topology was", "topologies were")
        sentences.append(f"{waiting} not planned again yet since prices or inputs changed.")
    if plans["beyond"]:
        beyond = plural(plans["beyond"], "more topology is", "more topologies are")
        sentences.append(f"{beyond} not planned: only those that changed last are.")
    is_shown = {task["what"] for task in content["to_do"]}
    lines = [*_plan_news(plans, is_shown, address), *_not_planned(plans, address)]
    yield Section("Plans", sentences, lines=lines)


def _plan_news(plans: Content, is_shown: set[str], address: Address) -> Iterator[ReportLine]:
    """Each with all that is known of it, where what there is to do has no room for it."""
    tones = {"blocked": "bad", "cheaper": "warn"}
    for row in plans["news"]:
        told = row["told"]
        text, link = f"{row['name']}: {told['headline']}", link_of(row["link"], address)
        why = f"{'; '.join(told['why']) or 'its inputs changed'}."
        more = why if f"{text}." in is_shown else f"{why} {told['step']} {told['effect']}".rstrip()
        yield ReportLine(told["what"], text, more, link, tones.get(told["what"], ""))
    if plans["more_news"]:
        yield ReportLine("", f"And {plural(plans['more_news'], 'more plan')}", link=address("home"))


def _not_planned(plans: Content, address: Address) -> Iterator[ReportLine]:
    for row in plans["not_planned"]:
        yield ReportLine("no plan", row["name"], row["why"], link_of(row["link"], address), "warn")
    if left := plans["more_not_planned"]:
        yield ReportLine("no plan", f"and {left:,} more", link=address("home"))


def prices(prices: Content | None, address: Address) -> Section:
    title = "Prices and recommendations"
    if prices is None:
        return Section(title, ["No price list is loaded."])
    sentences = [f"In force: {prices['name']}, prices as of {prices['as_of']}."]
    if not prices["changed"]:
        return Section(title, [*sentences, "No price changed this week."])
    sentences.append(f"{plural(prices['changed'], 'price')} changed since {prices['before']}.")
    lines = [ReportLine("price", text, link=address("price-changes")) for text in prices["some"]]
    for moved in prices["moved"][:MAX_MOVED]:
        word = "recommendation changed" if moved["is_flip"] else "cost changed"
        text = f"{moved['name']}: {_before_and_now(moved['before'], moved['after'])}"
        why = "; ".join(moved["because"])
        lines.append(ReportLine(word, text, why, link_of(moved["link"], address), "warn"))
    if left := len(prices["moved"]) - MAX_MOVED:
        more = ReportLine("cost changed", f"and {left:,} more", "", address("price-changes"))
        lines += [more] * (left > 0)
    if prices["not_looked_at"]:
        sentences.append(
            f"{plural(prices['not_looked_at'], 'topology', 'topologies')} not compared."
        )
    return Section(title, sentences, lines=lines)


def _before_and_now(before: Content, after: Content) -> str:
    """Of the plan, where both are known."""
    old, new = before.get("plan_usd"), after.get("plan_usd")
    if old is None or new is None:
        return f"{_money(before)} before, {_money(after)} now"
    return f"its plan costs {usd(new)} a month, {usd(old)} before"


def _money(side: Content) -> str:
    cost = f" at {usd(side['usd'])} a month" if side["usd"] else ""
    best = f"{side['option']}{cost}" if side["option"] else "no single option recommended"
    if side.get("mix_usd") is None:
        return best
    return f"{best} (cheapest option per flow: {usd(side['mix_usd'])})"
