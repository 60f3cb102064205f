"""A report as sections of advice, lines and tables: mail, text and page show the same of it."""

from collections.abc import Iterator

from advisor.reports.money_sections import cost, plans, prices
from advisor.reports.shapes import ReportAdvice, ReportCell, ReportLine, ReportTable, Section
from advisor.reports.words import (
    Address,
    Content,
    lasting,
    link_of,
    moment,
    plural,
    usd,
    where,
)

TONES = {"critical": "bad", "warning": "warn", "no data": "bad", "advice": ""}
FULL = 100  # per cent of a bar
NONE: Content = {"count": 0, "first": []}


def sections(content: Content, address: Address) -> list[Section]:
    """What there is to tell, in the order in which it matters. Times are of the current zone."""
    return [
        _to_do(content, address),
        *_advice(content, address),
        _changed(content, address),
        *plans(content, address),
        cost(content["costs"], address),
        prices(content["prices"], address),
        _latency(content["latencies"], address),
        _health(content["troubles"]),
        _unseen(content["unseen"], address),
    ]


def period_of(content: Content) -> str:
    return f"{moment(content['begin'])} to {moment(content['end'])}"


def _to_do(content: Content, address: Address) -> Section:
    tasks = _tasks(content["to_do"], address)
    sentences = [] if tasks else ["Nothing needs attention."]
    return Section("What to do", sentences, tasks, _left(content["more_to_do"], address))


def _advice(content: Content, address: Address) -> Iterator[Section]:
    """What is no problem and could be better, by its money; reports of before have none."""
    if not content.get("advice"):
        return
    resources = plural(content["troubles"]["advice"], "open finding is", "open findings are")
    sentences = [f"{resources} advice: no problem, and not among the counts above."]
    tasks = _tasks(content["advice"], address)
    yield Section("Advice", sentences, tasks, _left(content["more_advice"], address))


def _left(count: int, address: Address) -> list[ReportLine]:
    more = f"And {plural(count, 'more rule', 'more rules')} with open findings"
    return [ReportLine("", more, link=address("health"))] if count else []


def _tasks(tasks: list[Content], address: Address) -> list[ReportAdvice]:
    return [
        ReportAdvice(
            f"{task['state'] or 'decide'}{', new' if task['is_new'] else ''}",
            TONES.get(task["state"], "warn"),
            task["what"],
            where(task["thing"], others=task["others"]) if task["thing"] else "",
            link_of(task["link"], address),
            tuple(_because(task)),
        )
        for task in tasks
    ]


def _because(task: Content) -> Iterator[tuple[str, str]]:
    if task.get("since"):
        yield "Last seen", moment(task["since"])
    yield "Cause" if task["state"] == "no data" else "Seen", task["evidence"]
    yield "Do", task["step"]
    yield "Then", task["effect"]


def _changed(content: Content, address: Address) -> Section:
    troubles = content["troubles"]
    end = content["end"]
    brief = troubles["brief"]  # of reports of before a count
    lines = [
        *_findings("new", troubles["new"], end, address),
        *_findings("worse", troubles["worse"], end, address),
        *_findings("last seen", troubles.get("unseen", NONE), end, address),
        *_findings("solved", troubles["solved"], end, address),
        *_findings("brief", NONE if isinstance(brief, int) else brief, end, address),
        *_things("appeared", troubles["found"], address),
        *_things("gone", troubles["gone"], address),
    ]
    for version in content["saved"]:
        who = f" by {version['who']}" if version["who"] else ""
        text = f"{version['name']}, version {version['version']}{who}"
        lines.append(
            ReportLine("saved", text, moment(version["at"]), link_of(version["link"], address))
        )
    sentences = [] if lines else ["Nothing."]
    if isinstance(brief, int) and brief:
        sentences.append(f"{plural(brief, 'finding')} opened and closed within the week.")
    if troubles["muted"]:
        sentences.append(f"{plural(troubles['muted'], 'finding is', 'findings are')} muted.")
    return Section("What changed", sentences, lines=lines)


def _findings(word: str, findings: Content, end: str, address: Address) -> Iterator[ReportLine]:
    tones = {"solved": "ok", "worse": "bad"}
    for finding in findings["first"]:
        part = f" ({finding['part']})" if finding["part"] else ""
        title = finding.get("title") or finding["rule"]
        text = f"{where(finding['thing'])}: {title}"
        link = link_of(finding["thing"]["link"], address)
        tone = tones.get(word, TONES.get(finding["state"], ""))
        seen = f"{finding['why']}{part}; {_when(finding, end)}. {finding['rule']}"
        yield ReportLine(word, text, seen, link, tone)
    yield from _rest(word, findings, address)


def _when(finding: Content, end: str) -> str:
    """Since when, for how long; and up to when somebody looked."""
    begin = finding["since"]
    until = finding["until"]
    if until and until < end:
        return f"at least from {moment(begin)} to {moment(until)} ({lasting(begin, until)})"
    since = f"at least since {moment(begin)}"
    if last := finding.get("last_seen"):
        why = "its account has refused us since" if finding["is_refused"] else "no data since"
        return f"{since}; last seen {moment(last)}, {why} ({lasting(last, end)})"
    return f"{since} ({lasting(begin, end)})"


def _things(word: str, resources: Content, address: Address) -> Iterator[ReportLine]:
    for resource in resources["first"]:
        yield ReportLine(word, where(resource), link=link_of(resource["link"], address))
    yield from _rest(word, resources, address)


def _rest(word: str, excerpt: Content, address: Address) -> Iterator[ReportLine]:
    if left := excerpt["count"] - len(excerpt["first"]):
        yield ReportLine(word, f"and {left:,} more", link=address("health"))


def _latency(latencies: Content, address: Address) -> Section:
    published = f"published figures are dated {latencies['published_as_of'] or 'not at all'}"
    if not latencies["cells"]:
        return Section("Latency", [f"No measurements of your own; {published}."])
    pairs = plural(latencies["cells"], "AZ or Region pair")
    sentences = [f"{pairs} measured; for all others, {published}."]
    if latencies["old"]:
        sentences.append(f"{plural(latencies['old'], 'pair')} last measured more than a year ago.")
    if not latencies["drifts"]:
        sentences.append("No new measurement differs from earlier ones by more than their noise.")
    lines = [
        ReportLine(
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
            ReportCell(f"{kind['kind']}, {kind['resources']:,} monitored"),
            *(
                ReportCell("–") if count is None else ReportCell(f"{count:,}", count * FULL // most)
                for count in kind["counts"]
            ),
        ]
        for kind in troubles["kinds"]
    ]
    head = ("Findings open during the week", *troubles["weeks"])
    is_short = any(count is None for kind in troubles["kinds"] for count in kind["counts"])
    sentences = ["A dash: nothing was monitored yet."] if is_short else []
    return Section(title, sentences, tables=[ReportTable("", head, rows)])


def _unseen(unseen: Content, address: Address) -> Section:
    link = address("health-collection")
    lines = [ReportLine("silent", text, link=link, tone="warn") for text in unseen["places"]]
    for name, count in unseen["refused"].items():
        lines.append(
            ReportLine(
                "refused",
                f"{name}, in {plural(count, 'account and Region', 'accounts and Regions')}",
                "",
                link,
                "warn",
            )
        )
    for why, count in unseen["reasons"].items():
        lines.append(ReportLine("unknown", f"{plural(count, 'resource')}: {why}", link=link))
    sentences = [] if lines else ["Every monitored resource returned data."]
    if unseen["is_capped"]:
        sentences.append(
            "This month's cap for CloudWatch requests is reached: no more requests "
            "are made until next month."
        )
    if unseen["data_until"]:
        sentences.append(f"Data until {moment(unseen['data_until'])}.")
    asked = f"{plural(unseen['metrics'], 'metric')} in {plural(unseen['calls'], 'call')}"
    cost = f"CloudWatch requests cost {usd(unseen['usd'])} this week: {asked}."
    sentences.append(cost if unseen["calls"] else "No CloudWatch requests were made this week.")
    return Section("Missing data, and the cost of collecting", sentences, lines=lines)
