"""autocannon -j: request times in whole milliseconds, so nothing under 5 ms can be believed.

Source: autocannon 9.0.0.
"""

from connectivity.importers.latency.run import Asked, Run, checked, number, refuse, whole
from connectivity.importers.latency.text import Text

NAME = "autocannon"
COARSEST_MS = 5
FIGURES = {
    "p50": "p50",
    "p90": "p90",
    "p99": "p99",
    "p99_9": "p99.9",
    "mean": "mean",
    "min": "min",
    "max": "max",
    "stddev": "stddev",
}
MS = 1e3


def recognises(text: Text) -> bool:
    return text.whole.lstrip().startswith("{") and '"p97_5"' in text.whole


def read(text: Text, asked: Asked) -> tuple[Run, ...]:
    """The one run of the file."""
    document = text.json
    latency = document.get("latency") if isinstance(document, dict) else None
    line = text.line_of("latency")
    if not isinstance(latency, dict):
        refuse(line, "no latency in it")
    printed = {
        name: number(latency.get(key), line, f"latency.{key}") for key, name in FIGURES.items()
    }
    if printed["p50"] < COARSEST_MS:
        refuse(
            line,
            f"a p50 of {printed['p50']:g} ms, printed in whole milliseconds, says too little; "
            "use wrk2 or fortio for times under 5 ms",
        )
    count = latency.get("totalCount")
    failed = sum(whole(document.get(key, 0), line, key) for key in ("errors", "timeouts"))
    samples = None if count is None else whole(count, line, "latency.totalCount")
    run = Run(
        tool=NAME,
        test="HTTP",
        line=line,
        samples=samples,
        loss=failed / (samples + failed) if samples else None,
        direction_note="request time in whole milliseconds, as microseconds",
        connection="reused",
        loop="closed",
        in_flight=whole(document.get("connections", 0), line, "connections") or None,
        started_at=str(document.get("start") or "")[:35],
        notes=("whole milliseconds: every figure is good to ±500 µs",),
        figures={name: value * MS for name, value in printed.items()},
    )
    return checked([run], slack=0.2)
