"""A report as sections of advice, lines and tables: mail, text and page show the same of it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime

from advisor.reports.shapes import Advice, Cell, Line, Section, Table
from costmodel.core.units import money

Address = Callable[..., str]
Content = dict[str, Any]

PAGES = {
    "resource": "health-resource",
    "topology": "topology",
    "collection": "health-collection",
    "prices": "price-changes",
    "latency": "latency",
    "health": "health",
}
TONES = {"critical": "bad", "warning": "warn"}
MOST_MOVED = 5
FULL = 100  # per cent of a bar


def sections(content: Content, address: Address) -> list[Section]:
    """What there is to tell, in the order in which it matters. Times are of the current zone."""
    return [
        _to_do(content, address),
        _changed(content, address),
        _cost(content["costs"], address),
        _prices(content["prices"], address),
        _latency(content["latencies"], address),
        _health(content["troubles"]),
        _unseen(content["unseen"], address),
    ]


def period_of(content: Content) -> str:
    return f"{_moment(content['begin'])} to {_moment(content['end'])}"


def _link(link: Content, address: Address) -> str:
    uid = [link["uid"]] if link["uid"] else []
    return address(PAGES[link["to"]], *uid)


def _moment(text: str) -> str:
    return f"{localtime(datetime.fromisoformat(text)):%a %Y-%m-%d %H:%M %Z}"


def _usd(text: str | Decimal) -> str:
    value = Decimal(text)
    return f"{'-' if value < 0 else ''}${money(abs(value))}"


def _signed(text: str) -> str:
    return f"{'+' if Decimal(text) >= 0 else ''}{_usd(text)}"


def _where(thing: Content, *, others: int = 0) -> str:
    more = f", and {others:,} more" if others else ""
    return f"{thing['kind']} {thing['name']} ({thing['where']}){more}"


def _plural(count: int, singular: str, plural: str = "") -> str:
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"


def _to_do(content: Content, address: Address) -> Section:
    advice = [
        Advice(
            f"{task['state'] or 'decide'}{', new' if task['is_new'] else ''}",
            TONES.get(task["state"], "warn"),
            task["what"],
            _where(task["thing"], others=task["others"]) if task["thing"] else "",
            _link(task["link"], address),
            (("Seen", task["evidence"]), ("Do", task["step"]), ("Then", task["effect"])),
        )
        for task in content["to_do"]
    ]
    sentences = [] if advice else ["Nothing needs attention."]
    left = content["more_to_do"]
    more = Line("", f"And {left:,} more rules with open findings", link=address("health"))
    return Section("What to do", sentences, advice, [more] if left else [])


def _changed(content: Content, address: Address) -> Section:
    troubles = content["troubles"]
    lines = [
        *_findings("new", troubles["new"], address),
        *_findings("worse", troubles["worse"], address),
        *_findings("solved", troubles["solved"], address),
        *_things("appeared", troubles["found"], address),
        *_things("gone", troubles["gone"], address),
    ]
    for version in content["saved"]:
        who = f" by {version['who']}" if version["who"] else ""
        text = f"{version['name']}, version {version['version']}{who}"
        lines.append(Line("saved", text, _moment(version["at"]), _link(version["link"], address)))
    sentences = [] if lines else ["Nothing."]
    if troubles["brief"]:
        sentences.append(
            f"{_plural(troubles['brief'], 'finding')} opened and closed within the week."
        )
    if troubles["muted"]:
        sentences.append(f"{_plural(troubles['muted'], 'finding is', 'findings are')} muted.")
    return Section("What changed", sentences, lines=lines)


def _findings(word: str, findings: Content, address: Address) -> Iterator[Line]:
    tones = {"solved": "ok", "worse": "bad"}
    for finding in findings["first"]:
        part = f" ({finding['part']})" if finding["part"] else ""
        text = f"{finding['rule']}: {_where(finding['thing'])}"
        since = f"since {_moment(finding['since'])}"
        until = f", until {_moment(finding['until'])}" if finding["until"] else ""
        link = _link(finding["thing"]["link"], address)
        tone = tones.get(word, TONES.get(finding["state"], ""))
        yield Line(word, text, f"{finding['why']}{part}; {since}{until}", link, tone)
    yield from _rest(word, findings, address)


def _things(word: str, resources: Content, address: Address) -> Iterator[Line]:
    for resource in resources["first"]:
        yield Line(word, _where(resource), link=_link(resource["link"], address))
    yield from _rest(word, resources, address)


def _rest(word: str, excerpt: Content, address: Address) -> Iterator[Line]:
    if left := excerpt["count"] - len(excerpt["first"]):
        yield Line(word, f"and {left:,} more", link=address("health"))


def _cost(costs: Content | None, address: Address) -> Section:
    title = "Cost"
    if costs is None:
        return Section(title, ["No monitored resource has a known price."])
    whole, percent = costs["whole"], costs["change_percent"]
    change = "" if percent is None else f" ({percent:+.1f} %)"
    sentences = [
        f"{_usd(whole['usd'])} this week, {_usd(whole['before_usd'])} the previous week"
        f"{change}, both at the prices of {costs['price_list']} and with today's configuration."
    ]
    for why, count in costs["left_out"].items():
        sentences.append(
            f"{_plural(count, 'resource is', 'resources are')} excluded from both totals: {why}."
        )
    sentences += _unused(costs)
    head = ("USD", "This week", "Previous week", "Change")
    tables = [Table("By kind", head, [_both(kind) for kind in [*costs["kinds"], whole]])]
    if costs["movers"]:
        rows = [_both(mover) for mover in costs["movers"]]
        tables.append(Table("Largest changes", head, rows))
    return Section(title, sentences, lines=list(_savings(costs, address)), tables=tables)


def _unused(costs: Content) -> Iterator[str]:
    """What nobody needs: what it costs, and how much of it has no price here."""
    if Decimal(costs["unused_usd"]):
        yield f"Resources that appear unused cost {_usd(costs['unused_usd'])} a month."
    if unpriced := costs.get("unused_unpriced", 0):
        yield f"{_plural(unpriced, 'resource')} that may be unused: the cost is not known."


def _both(cost: Content) -> list[Cell]:
    name = _where(cost["thing"]) if cost["thing"] else cost["name"]
    return [
        Cell(name),
        Cell(_usd(cost["usd"])),
        Cell(_usd(cost["before_usd"])),
        Cell(_signed(cost["change_usd"])),
    ]


def _savings(costs: Content, address: Address) -> Iterator[Line]:
    for saving in costs["savings"]:
        usd, where = _usd(saving["usd"]), _where(saving["thing"])
        link = _link(saving["thing"]["link"], address)
        if saving["instead"]:
            more = f"if its traffic goes between two VPCs; it costs {usd} a month now"
            text = f"{where}: {saving['instead']} from {_usd(saving['instead_usd'])} a month"
            yield Line("compare", text, more, link)
        else:
            yield Line("unused", f"{where}: {usd} a month", "appears to be unused", link, "warn")


def _prices(prices: Content | None, address: Address) -> Section:
    title = "Prices and recommendations"
    if prices is None:
        return Section(title, ["No price list is loaded."])
    sentences = [f"In force: {prices['name']}, prices as of {prices['as_of']}."]
    if not prices["changed"]:
        return Section(title, [*sentences, "No price changed this week."])
    sentences.append(f"{_plural(prices['changed'], 'price')} changed since {prices['before']}.")
    lines = [Line("price", text, link=address("price-changes")) for text in prices["some"]]
    for moved in prices["moved"][:MOST_MOVED]:
        before, after = (_money(moved[side]) for side in ("before", "after"))
        word = "flipped" if moved["is_flip"] else "moved"
        text, why = f"{moved['name']}: {before}, now {after}", "; ".join(moved["because"])
        lines.append(Line(word, text, why, _link(moved["link"], address), "warn"))
    if left := len(prices["moved"]) - MOST_MOVED:
        lines += [Line("moved", f"and {left:,} more", "", address("price-changes"))] * (left > 0)
    if prices["not_looked_at"]:
        sentences.append(
            f"{_plural(prices['not_looked_at'], 'topology', 'topologies')} not compared."
        )
    return Section(title, sentences, lines=lines)


def _money(side: Content) -> str:
    cost = f" at {_usd(side['usd'])} a month" if side["usd"] else ""
    best = f"{side['option']}{cost}" if side["option"] else "no single option recommended"
    if side.get("mix_usd") is None:
        return best
    return f"{best} (cheapest option per flow: {_usd(side['mix_usd'])})"


def _latency(latencies: Content, address: Address) -> Section:
    published = f"published figures are dated {latencies['published_as_of'] or 'not at all'}"
    if not latencies["cells"]:
        return Section("Latency", [f"No measurements of your own; {published}."])
    pairs = _plural(latencies["cells"], "AZ or Region pair")
    sentences = [f"{pairs} measured; for all others, {published}."]
    if latencies["old"]:
        sentences.append(f"{_plural(latencies['old'], 'pair')} last measured more than a year ago.")
    if not latencies["drifts"]:
        sentences.append("No new measurement differs from earlier ones by more than their noise.")
    lines = [
        Line(
            "drift",
            f"{drift['option']}, {drift['source']} to {drift['destination']}: "
            f"{drift['drift_us']:+,.0f} µs",
            "the newest measurement against the median of earlier ones",
            address("latency"),
            "warn",
        )
        for drift in latencies["some"]
    ]
    return Section("Latency", sentences, lines=lines)


def _health(troubles: Content) -> Section:
    title = "Health over four weeks"
    if not troubles["kinds"]:
        return Section(title, ["No resource is monitored."])
    counts = [count or 0 for kind in troubles["kinds"] for count in kind["counts"]]
    most = max(counts, default=0) or 1
    rows = [
        [
            Cell(f"{kind['kind']}, {kind['resources']:,} monitored"),
            *(
                Cell("–") if count is None else Cell(f"{count:,}", count * FULL // most)
                for count in kind["counts"]
            ),
        ]
        for kind in troubles["kinds"]
    ]
    head = ("Findings open during the week", *troubles["weeks"])
    is_short = any(count is None for kind in troubles["kinds"] for count in kind["counts"])
    sentences = ["A dash: nothing was monitored yet."] if is_short else []
    return Section(title, sentences, tables=[Table("", head, rows)])


def _unseen(unseen: Content, address: Address) -> Section:
    link = address("health-collection")
    lines = [Line("silent", text, link=link, tone="warn") for text in unseen["places"]]
    for name, count in unseen["refused"].items():
        lines.append(
            Line(
                "refused",
                f"{name}, in {_plural(count, 'account and Region', 'accounts and Regions')}",
                "",
                link,
                "warn",
            )
        )
    for why, count in unseen["reasons"].items():
        lines.append(Line("unknown", f"{_plural(count, 'resource')}: {why}", link=link))
    sentences = [] if lines else ["Every monitored resource returned data."]
    if unseen["is_capped"]:
        sentences.append(
            "This month's cap for CloudWatch requests is reached: no more requests "
            "are made until next month."
        )
    if unseen["data_until"]:
        sentences.append(f"Data until {_moment(unseen['data_until'])}.")
    asked = f"{_plural(unseen['metrics'], 'metric')} in {_plural(unseen['calls'], 'call')}"
    cost = f"CloudWatch requests cost {_usd(unseen['usd'])} this week: {asked}."
    sentences.append(cost if unseen["calls"] else "No CloudWatch requests were made this week.")
    return Section("Missing data, and the cost of collecting", sentences, lines=lines)
