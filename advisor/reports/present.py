"""A report as sections of items, lines and tables: mail, text and page show the same of it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localtime

from advisor.reports.shapes import Cell, Item, Line, Section, Table
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


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _to_do(content: Content, address: Address) -> Section:
    items = [
        Item(
            f"{one['state'] or 'decide'}{', new' if one['is_new'] else ''}",
            TONES.get(one["state"], "warn"),
            one["what"],
            _where(one["thing"], others=one["others"]) if one["thing"] else "",
            _link(one["link"], address),
            (("Seen", one["evidence"]), ("Do", one["step"]), ("Then", one["effect"])),
        )
        for one in content["to_do"]
    ]
    said = [] if items else ["Nothing needs anybody."]
    left = content["more_to_do"]
    more = Line("", f"And {left:,} more rules that something breaks", link=address("health"))
    return Section("What to do", said, items, [more] if left else [])


def _changed(content: Content, address: Address) -> Section:
    found = content["troubles"]
    lines = [
        *_findings("new", found["new"], address),
        *_findings("worse", found["worse"], address),
        *_findings("solved", found["solved"], address),
        *_things("appeared", found["found"], address),
        *_things("gone", found["gone"], address),
    ]
    for one in content["saved"]:
        who = f" by {one['who']}" if one["who"] else ""
        text = f"{one['name']}, version {one['version']}{who}"
        lines.append(Line("saved", text, _moment(one["at"]), _link(one["link"], address)))
    said = [] if lines else ["Nothing."]
    if found["brief"]:
        said.append(f"{_plural(found['brief'], 'finding')} came and went within the week.")
    if found["muted"]:
        said.append(f"{_plural(found['muted'], 'finding is', 'findings are')} muted.")
    return Section("What changed", said, lines=lines)


def _findings(word: str, some: Content, address: Address) -> Iterator[Line]:
    tones = {"solved": "ok", "worse": "bad"}
    for one in some["first"]:
        part = f" ({one['part']})" if one["part"] else ""
        text = f"{one['rule']}: {_where(one['thing'])}"
        since = f"since {_moment(one['since'])}"
        until = f", until {_moment(one['until'])}" if one["until"] else ""
        link = _link(one["thing"]["link"], address)
        tone = tones.get(word, TONES.get(one["state"], ""))
        yield Line(word, text, f"{one['why']}{part}; {since}{until}", link, tone)
    yield from _rest(word, some, address)


def _things(word: str, some: Content, address: Address) -> Iterator[Line]:
    for one in some["first"]:
        yield Line(word, _where(one), link=_link(one["link"], address))
    yield from _rest(word, some, address)


def _rest(word: str, some: Content, address: Address) -> Iterator[Line]:
    if left := some["count"] - len(some["first"]):
        yield Line(word, f"and {left:,} more", link=address("health"))


def _cost(found: Content | None, address: Address) -> Section:
    title = "Cost"
    if found is None:
        return Section(title, ["Nothing that we know the price of is watched."])
    whole, percent = found["whole"], found["change_percent"]
    change = "" if percent is None else f" ({percent:+.1f} %)"
    said = [
        f"{_usd(whole['usd'])} this week, {_usd(whole['before_usd'])} the week before"
        f"{change}, both at the prices of {found['price_list']} and as configured now."
    ]
    for why, count in found["left_out"].items():
        said.append(f"{_plural(count, 'resource is', 'resources are')} in neither sum: {why}.")
    said += _unused(found)
    head = ("USD", "This week", "Week before", "Change")
    tables = [Table("By kind", head, [_both(kind) for kind in [*found["kinds"], whole]])]
    if found["movers"]:
        rows = [_both(mover) for mover in found["movers"]]
        tables.append(Table("What changed most", head, rows))
    return Section(title, said, lines=list(_savings(found, address)), tables=tables)


def _unused(found: Content) -> Iterator[str]:
    """What nobody needs: what it costs, and how much of it has no price here."""
    if Decimal(found["unused_usd"]):
        yield f"What nobody seems to need costs {_usd(found['unused_usd'])} a month."
    if unpriced := found.get("unused_unpriced", 0):
        yield f"{_plural(unpriced, 'resource')} that nobody seems to need: the cost is not known."


def _both(one: Content) -> list[Cell]:
    name = _where(one["thing"]) if one["thing"] else one["name"]
    return [
        Cell(name),
        Cell(_usd(one["usd"])),
        Cell(_usd(one["before_usd"])),
        Cell(_signed(one["change_usd"])),
    ]


def _savings(found: Content, address: Address) -> Iterator[Line]:
    for saving in found["savings"]:
        usd, where = _usd(saving["usd"]), _where(saving["thing"])
        link = _link(saving["thing"]["link"], address)
        if saving["instead"]:
            more = f"if its traffic goes between two VPCs; it costs {usd} a month now"
            text = f"{where}: {saving['instead']} from {_usd(saving['instead_usd'])} a month"
            yield Line("compare", text, more, link)
        else:
            yield Line("unused", f"{where}: {usd} a month", "nobody seems to need it", link, "warn")


def _prices(found: Content | None, address: Address) -> Section:
    title = "Prices and recommendations"
    if found is None:
        return Section(title, ["No price list is loaded."])
    said = [f"In force: {found['name']}, prices as of {found['as_of']}."]
    if not found["changed"]:
        return Section(title, [*said, "No price changed this week."])
    said.append(f"{_plural(found['changed'], 'price')} changed since {found['before']}.")
    lines = [Line("price", text, link=address("price-changes")) for text in found["some"]]
    for one in found["moved"][:MOST_MOVED]:
        before, after = (_money(one[side]) for side in ("before", "after"))
        word = "flipped" if one["is_flip"] else "moved"
        text, why = f"{one['name']}: {before}, now {after}", "; ".join(one["because"])
        lines.append(Line(word, text, why, _link(one["link"], address), "warn"))
    if left := len(found["moved"]) - MOST_MOVED:
        lines += [Line("moved", f"and {left:,} more", "", address("price-changes"))] * (left > 0)
    if found["not_looked_at"]:
        said.append(f"{_plural(found['not_looked_at'], 'topology', 'topologies')} not compared.")
    return Section(title, said, lines=lines)


def _money(side: Content) -> str:
    cost = f" at {_usd(side['usd'])} a month" if side["usd"] else ""
    best = f"{side['option']}{cost}" if side["option"] else "no one option recommended"
    if side.get("mix_usd") is None:
        return best
    return f"{best} (each flow by its own cheapest option: {_usd(side['mix_usd'])})"


def _latency(found: Content, address: Address) -> Section:
    published = f"published figures are as of {found['published_as_of'] or 'no date'}"
    if not found["cells"]:
        return Section("Latency", [f"No measurements of your own; {published}."])
    said = [f"{_plural(found['cells'], 'pair')} measured; where nothing is, {published}."]
    if found["old"]:
        said.append(f"{_plural(found['old'], 'pair')} last measured more than a year ago.")
    if not found["drifts"]:
        said.append("No new run differs from those before it beyond their noise.")
    lines = [
        Line(
            "drift",
            f"{one['option']}, {one['source']} to {one['destination']}: {one['drift_us']:+,.0f} µs",
            "the newest run against the median of those before",
            address("latency"),
            "warn",
        )
        for one in found["some"]
    ]
    return Section("Latency", said, lines=lines)


def _health(found: Content) -> Section:
    title = "Health over four weeks"
    if not found["kinds"]:
        return Section(title, ["No resource is watched."])
    most = max((count or 0 for kind in found["kinds"] for count in kind["counts"]), default=0) or 1
    rows = [
        [
            Cell(f"{kind['kind']}, {kind['resources']:,} watched"),
            *(
                Cell("–") if count is None else Cell(f"{count:,}", count * FULL // most)
                for count in kind["counts"]
            ),
        ]
        for kind in found["kinds"]
    ]
    head = ("Findings open at some time", *found["weeks"])
    is_short = any(count is None for kind in found["kinds"] for count in kind["counts"])
    said = ["A dash: nothing was watched yet."] if is_short else []
    return Section(title, said, tables=[Table("", head, rows)])


def _unseen(found: Content, address: Address) -> Section:
    link = address("health-collection")
    lines = [Line("silent", text, link=link, tone="warn") for text in found["places"]]
    for name, count in found["refused"].items():
        lines.append(Line("refused", f"{name}, at {_plural(count, 'place')}", "", link, "warn"))
    for why, count in found["reasons"].items():
        lines.append(Line("unknown", f"{_plural(count, 'resource')}: {why}", link=link))
    said = [] if lines else ["All that is watched was seen."]
    if found["is_capped"]:
        said.append("This month's cap for asking is reached: nothing more is asked.")
    if found["data_until"]:
        said.append(f"Data until {_moment(found['data_until'])}.")
    asked = f"{_plural(found['metrics'], 'metric')} in {_plural(found['calls'], 'call')}"
    cost = f"Asking CloudWatch cost {_usd(found['usd'])} this week: {asked}."
    said.append(cost if found["calls"] else "Nothing was asked of CloudWatch this week.")
    return Section("What we could not see, and what looking cost", said, lines=lines)
