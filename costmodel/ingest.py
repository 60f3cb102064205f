"""Stores price lists. A list is never changed; whatever is read or overridden makes a new one."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from costmodel import models, queries
from costmodel.core.charges import PriceName
from costmodel.core.overrides import Override, check_override
from costmodel.core.price_list import Price, replaced
from costmodel.importers.aws_price_list import OfferRead, nothing_kept, read_offer
from costmodel.importers.needed import Needed
from costmodel.importers.offer_rows import OfferError, Progress
from costmodel.queries import price_list
from costmodel.signals import prices_in_force

BATCH = 2_000
FORMS = (".json", ".csv", ".jsonl", ".ndjson")
MAX_NAME = 100  # characters


def import_prices(
    paths: Iterable[Path], name: str = "", progress: Progress = lambda done, total: None
) -> models.PriceList:
    """A new price list: the newest one of AWS's, with what these offer files hold in its place.

    The same files over the same list make no second one.

    Args:
        paths: offer files, JSON or CSV, saved answers of GetProducts, or folders of them.
        name: of the new list; made from its date and content without it.

    Raises:
        OfferError: a file cannot be used, or the name is taken; nothing is stored.
    """
    files = sorted(_files(paths))
    if not files:
        raise OfferError(f"no price file there ({', '.join(FORMS)})")
    reads, kept = [], needed()
    for done, path in enumerate(files):
        reads.append(read_offer(path, kept, scaled(progress, done, len(files))))
    return store_offers(reads, name)


def asked() -> frozenset[PriceName]:
    """What we price by: the settings name who knows that."""
    names: Callable[[], frozenset[PriceName]] = import_string(settings.PRICE_NAMES)
    return names()


def services() -> tuple[str, ...]:
    """The services, as AWS calls them, whose prices are asked for."""
    return tuple(sorted({name.service for name in asked()}))


def needed() -> Needed:
    """What is kept of AWS's files: what we price by, and what the list in force holds."""
    names = models.Price.objects.filter(price_list=_in_force()).values_list(
        "service", "usage_type", "operation"
    )
    return Needed(asked(), (PriceName(*name) for name in names.distinct()))


def _in_force() -> models.PriceList | None:
    return models.PriceList.objects.filter(team=None).first()


def store_offers(
    reads: list[OfferRead], name: str = "", absent: Iterable[str] = ()
) -> models.PriceList:
    """Put what was read over the newest of AWS's lists, as a new list in force."""
    fresh = [price for read in reads for price in read.prices]
    if not fresh:
        raise OfferError(nothing_kept(reads))
    base = _in_force()
    editions = sorted(
        f"{read.offer.service} {read.offer.version} {len(read.prices)}" for read in reads
    )
    whole = "\n".join([base.sha256 if base else "", *editions, *sorted(map(repr, fresh))])
    sha256 = hashlib.sha256(whole.encode()).hexdigest()
    known = models.PriceList.objects.filter(sha256=sha256).first()
    if known is None and base is not None and base.counts.get("fresh") == _digest(fresh):
        known = base
    if known is not None:
        return known
    if not name.isprintable() or len(name) > MAX_NAME:
        raise OfferError(f"a list's name has up to {MAX_NAME} characters that can be seen")
    if name and models.PriceList.objects.filter(name=name).exists():
        raise OfferError(f"a price list is called {name!r} already; lists never change")
    published = max(read.offer.published for read in reads)
    as_of = max(base.as_of if base else "", published)
    whole_list = replaced(queries.list_of(base.uid).prices if base else (), fresh)
    older = len(set(fresh) - set(whole_list))  # than what was in force, which stays
    held = {"fresh": _digest(fresh), "held": len(whole_list), "older": older}
    counts = _counts(reads, absent) | held
    with transaction.atomic():
        row = models.PriceList.objects.create(
            name=name or f"aws-{published}-{sha256[:6]}",
            as_of=as_of,
            sha256=sha256,
            counts=counts,
        )
        store_prices(row, whole_list)
        renew_own_lists()
    prices_in_force.send_robust(models.PriceList, team_id=None)
    return row


def _digest(prices: list[Price]) -> str:
    return hashlib.sha256("\n".join(sorted(map(repr, prices))).encode()).hexdigest()


def _counts(reads: list[OfferRead], absent: Iterable[str]) -> dict[str, Any]:
    skipped: Counter[str] = Counter()
    for read in reads:
        skipped.update(read.skipped)
    for name in absent:
        skipped[f"AWS publishes no file: {name}"] += 1
    return {
        "read": sum(read.read for read in reads),
        "kept": sum(len(read.prices) for read in reads),
        "skipped": [{"why": why, "count": n} for why, n in sorted(skipped.items())],
    }


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (file for file in path.rglob("*") if file.suffix in FORMS)
        else:
            yield path


def scaled(progress: Progress, done: int, of: int) -> Progress:
    """The progress of one part of several, in thousandths of all."""

    def told(part: int, total: int) -> None:
        progress(int((done + (part / total if total else 0)) * 1000), of * 1000)

    return told


def store_prices(row: models.PriceList, prices: tuple[Price, ...]) -> None:
    stored = models.Price.objects.bulk_create(
        (
            models.Price(
                price_list=row,
                service=price.name.service,
                usage_type=price.name.usage_type,
                operation=price.name.operation,
                region=price.region,
                to_region=price.to_region or "",
                unit=price.unit,
                source=price.source,
                as_of=price.as_of,
                weak=price.weak,
            )
            for price in prices
        ),
        batch_size=BATCH,
    )
    models.PriceTier.objects.bulk_create(
        (
            models.PriceTier(price=stored_price, start=tier.start, end=tier.end, usd=tier.usd)
            for stored_price, price in zip(stored, prices, strict=True)
            for tier in price.tiers
        ),
        batch_size=BATCH,
    )


def add_override(
    team_id: int, override: Override, author_id: int | None, needed: Collection[PriceName] = ()
) -> models.PriceList:
    """Let a team pay something else than the list price from now on; a new list is in force.

    Args:
        needed: names of prices that AWS does not publish, which may be stated nevertheless.

    Raises:
        NothingOverridden: no price has these names.
    """
    check_override(override, price_list(team_id), [*asked(), *needed])
    with transaction.atomic():
        models.PriceOverride.objects.create(
            team_id=team_id, author_id=author_id, **asdict(override)
        )
        row = put_overrides_in_force(team_id, author_id)
    prices_in_force.send_robust(models.PriceList, team_id=team_id)
    return row


def end_override(team_id: int, uid: UUID, author_id: int | None) -> models.PriceList:
    """Let a team pay the list price again.

    Raises:
        models.PriceOverride.DoesNotExist: there is none, or it belongs to another team.
    """
    with transaction.atomic():
        override = models.PriceOverride.objects.get(team_id=team_id, uid=uid, ended_at=None)
        override.ended_at = timezone.now()
        override.save(update_fields=["ended_at"])
        row = put_overrides_in_force(team_id, author_id)
    prices_in_force.send_robust(models.PriceList, team_id=team_id)
    return row


def put_overrides_in_force(team_id: int, author_id: int | None) -> models.PriceList:
    """A team's list: the newest of AWS's with the team's overrides; AWS's own without any."""
    base = models.PriceList.objects.filter(team=None)[0]
    live = models.PriceOverride.objects.filter(team_id=team_id, ended_at=None)
    rules = [_plain(override) for override in live]
    now = timezone.now()
    sha256 = hashlib.sha256(f"{base.sha256} {team_id} {rules} {now}".encode()).hexdigest()
    return models.PriceList.objects.create(
        team_id=team_id,
        name=f"own-{now.date().isoformat()}-{sha256[:6]}",
        as_of=base.as_of,
        sha256=sha256,
        base=base,
        overrides=rules,
        author_id=author_id,
    )


def _plain(row: models.PriceOverride) -> dict[str, str | None]:
    """What an override says, as a list keeps it."""
    names = ("service", "usage_type", "operation", "region", "to_region", "reason")
    amounts = {name: getattr(row, name) for name in ("percent", "usd")}
    return {name: getattr(row, name) for name in names} | {
        name: None if value is None else str(value.normalize()) for name, value in amounts.items()
    }


def renew_own_lists() -> None:
    """Every team's own prices over the list that is in force now."""
    live = models.PriceOverride.objects.filter(ended_at=None)
    for team_id in live.values_list("team_id", flat=True).distinct():
        put_overrides_in_force(team_id, None)
