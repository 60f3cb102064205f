"""Files of measurements: read, filed under their cell, withdrawn. Nothing is ever changed."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from connectivity import models, queries
from connectivity.core.options import OPTIONS
from connectivity.core.problems import DocumentRefused, Problem, did_you_mean
from connectivity.derivation import BATCH, derive_again
from connectivity.importers import zone_names
from connectivity.importers.latency import Hints, Run, read_runs
from connectivity.importers.latency.places import (
    az_id_of,
    implausible_place,
    impossible_place,
    pair_problems,
)
from connectivity.importers.latency.run import US_PER, is_date

COPIED = (
    "option", "source", "destination", "connection", "loop", "in_flight",
    "request_bytes", "response_bytes", "samples", "loss", "sketch", "direction_note", "line",
    "origin",
)  # fmt: skip


REASON = re.compile(r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028\u2029\u202f\u205f\u3000]")
"""What a reason has at least one of: a character that can be seen."""

MAX_WARNINGS = 99  # in an answer; the hundredth says how many more there are


@dataclass(frozen=True, slots=True)
class Filing:
    """Where a file belongs, and what it does not say itself."""

    source: str = ""
    destination: str = ""
    option: str = ""
    tool: str = "auto"
    unit: str | None = None
    columns: tuple[str, ...] = ()
    statistic: str | None = None
    host: str = ""  # of a file with several
    tag: str = ""
    instance_type: str = ""
    account: str = ""  # whose AZ names are used


@dataclass(frozen=True, slots=True)
class Filed:
    """What came of a file."""

    runs: tuple[Run, ...]
    is_new: bool  # False: the same file was filed in the same place before


def read_measurements(team_id: int | None, data: bytes, filing: Filing) -> tuple[Run, ...]:
    """The runs of a file, each with its option and two ends. Stores nothing.

    Raises:
        DocumentRefused: the file cannot be used, or not where it is to be filed; every problem
            with its line or field.
    """
    zones = queries.zone_names(team_id, filing.account.replace("\0", ""))
    problems = [*_problems(filing, zones)]
    if problems:
        raise DocumentRefused(problems)
    hints = Hints(
        filing.unit, filing.columns, filing.statistic, filing.host, filing.tag, zones=zones
    )
    runs = read_runs(data, filing.tool, hints)
    placed = [_placed(run, filing, zones) for run in runs]
    wrong = [
        Problem(f"line {run.line}", problem)
        for run, at in zip(runs, placed, strict=True)
        for problem in (*_contradictions(run, filing, zones), *_misplaced(at))
    ]
    if wrong:
        raise DocumentRefused(list(dict.fromkeys(wrong)))
    return tuple(_warned(run) for run in placed)


def file_measurements(
    team_id: int, name: str, data: bytes, filing: Filing, *, author_id: int | None = None
) -> Filed:
    """Read a file and keep it with its runs. The same file in the same place is kept once.

    Raises:
        DocumentRefused: as `read_measurements`; nothing is stored.
    """
    runs = read_measurements(team_id, data, filing)
    key = hashlib.sha256(data + repr(filing).encode()).hexdigest()
    with transaction.atomic():
        upload, is_new = models.LatencyUpload.objects.get_or_create(
            team_id=team_id,
            key=key,
            defaults={
                "name": name.replace("\0", "")[:200],
                "raw": data,
                "tool": runs[0].tool[:30],
                "author_id": author_id,
            },
        )
        if is_new:
            rows = [_row(run, upload, filing.instance_type) for run in runs]
            models.Measurement.objects.bulk_create(rows, batch_size=BATCH)
            derive_again(team_id, {(run.option, run.source, run.destination) for run in runs})
    return Filed(runs, is_new)


def withdraw(team_id: int, uid: UUID, because: str) -> None:
    """Take a measurement out of its cell; it stays readable with the reason.

    Raises:
        models.Measurement.DoesNotExist: there is none, or it belongs to another team.
        DocumentRefused: no reason is given.
    """
    if not REASON.search(because):
        raise DocumentRefused(
            [Problem("because", "give a reason: others will read this measurement")]
        )
    with transaction.atomic():
        measurement = models.Measurement.objects.select_for_update().get(team_id=team_id, uid=uid)
        if measurement.withdrawn_at is None:
            measurement.withdrawn_at = timezone.now()
            measurement.withdrawn_because = because.strip()[:2000]
            measurement.save(update_fields=["withdrawn_at", "withdrawn_because"])
            derive_again(
                team_id, {(measurement.option, measurement.source, measurement.destination)}
            )


def answer(runs: Sequence[Run]) -> dict[str, Any]:
    """What an import says, as the contract's section 6 has it. The problems of runs that were
    taken are warnings: the figures may not belong where they are filed."""
    problems = [(f"line {run.line}", warning) for run in runs for warning in run.warnings]
    more = len(problems) - MAX_WARNINGS
    if more > 0:
        last = ("document", f"{more} more warnings of this kind")
        problems = [*problems[:MAX_WARNINGS], last]
    return {
        "measurements": [_plain(run) for run in runs],
        "problems": [Problem(*problem)._asdict() for problem in problems],
    }


def _plain(run: Run) -> dict[str, Any]:
    times = {column: run.figures.get(name) for name, column in queries.FIGURES.items()}
    fields = {
        name: getattr(run, name)
        for name in (
            "tool", "tool_version", "samples", "loss", "direction_note", "test", "resolution_us",
        )
    }  # fmt: skip
    where = {"option": run.option or None, "from": run.source, "to": run.destination}
    which = {"host": run.host or None, "tag": run.tag or None}
    stddev = {"stddev_us": run.figures.get("stddev")}
    return fields | times | stddev | where | which | {"line": run.line, "notes": list(run.notes)}


def name_zones(team_id: int, account: str, data: bytes) -> int:
    """Keep what an account calls its AZs, from `aws ec2 describe-availability-zones`.

    Returns how many names are kept. Safe to repeat; a changed name is brought up to date.

    Raises:
        DocumentRefused: not such a file, or one of an old CLI without zone IDs.
    """
    if not re.fullmatch(r"[0-9]{12}", account):
        raise DocumentRefused([Problem("account", f"{account!r} is not a 12-digit account ID")])
    names = zone_names.read(data)
    with transaction.atomic():
        for name, az in names:
            models.ZoneName.objects.update_or_create(
                team_id=team_id, account=account, name=name, defaults={"az": az}
            )
    return len(names)


def _problems(filing: Filing, zones: Mapping[str, str]) -> Iterator[Problem]:
    if filing.account and not zones:
        yield Problem("account", f"no AZ names of {filing.account!r} are known; upload them first")
    keys = OPTIONS.vocabulary.options
    if filing.option and filing.option not in keys:
        near = did_you_mean(filing.option, keys) or f"; one of {', '.join(keys)}"
        yield Problem("option", f"no option is called {filing.option!r}{near}")
    if bool(filing.source) != bool(filing.destination):
        missing = "from_az" if filing.destination else "to_az"
        yield Problem(missing, "give both from and to, or neither if the file names them")
    elif filing.source:
        ends = (az_id_of(end, zones) for end in (filing.source, filing.destination))
        yield from (Problem("from_az, to_az", problem) for problem in pair_problems(*ends))
    for name in ("source", "destination", "tool", "host", "tag", "instance_type", "account"):
        if "\0" in getattr(filing, name):
            yield Problem(name, "contains a NUL character")
    if filing.unit is not None and filing.unit not in US_PER:
        yield Problem("unit", f"{filing.unit!r} is not one of ns, us, ms, s")


def _placed(run: Run, filing: Filing, zones: Mapping[str, str]) -> Run:
    """What the file names itself wins; what it does not name comes from the filing."""
    return replace(
        run,
        option=run.option or filing.option,
        source=run.source or az_id_of(filing.source, zones),
        destination=run.destination or az_id_of(filing.destination, zones),
        started_at=run.started_at
        if is_date(run.started_at)
        else datetime.now(UTC).date().isoformat(),
    )


def _warned(run: Run) -> Run:
    """With what speaks against its places: shown at once, and kept with its notes."""
    warnings = tuple(implausible_place(run))
    return replace(run, warnings=warnings, notes=(*run.notes, *warnings))


def _contradictions(run: Run, filing: Filing, zones: Mapping[str, str]) -> Iterator[str]:
    """Where the file itself says otherwise than you do."""
    for field, in_file, asked in (
        ("option", run.option, filing.option),
        ("from", run.source, az_id_of(filing.source, zones)),
        ("to", run.destination, az_id_of(filing.destination, zones)),
    ):
        if in_file and asked and in_file != asked:
            yield f"the file says {field} {in_file}, and you gave {asked}; leave that field empty"


def _misplaced(run: Run) -> Iterator[str]:
    if not run.source:
        yield "the file does not state between which AZs it was measured: give from and to"
    elif not run.option and run.tool != "cloudping":
        yield "the file does not state the option: give it, e.g. vpc-peering"
    else:
        yield from pair_problems(run.source, run.destination)
        yield from impossible_place(run)


def _row(run: Run, upload: models.LatencyUpload, instance_type: str) -> models.Measurement:
    return models.Measurement(
        team_id=upload.team_id,
        upload=upload,
        tool_version=(run.tool_version or "")[:50],
        instance_type=instance_type[:30],
        notes=list(run.notes),
        taken=run.started_at[:35],
        stddev_us=run.figures.get("stddev"),
        **{column: run.figures.get(name) for name, column in queries.FIGURES.items()},
        test=run.test[:50],
        tool=run.tool[:100],
        **{name: getattr(run, name) for name in COPIED},
    )
