"""Prices over REST: lists, what they hold, what changed, fetching, and a team's own prices."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor.api.http.authentication import maker_of, team_id_of
from advisor.api.http.errors import refused
from advisor.api.http.headers import IDEMPOTENCY
from advisor.api.http.idempotency import once
from advisor.api.http.job_progress import JobSerializer, job_json
from advisor.api.http.paging import PagedView
from advisor.api.http.request_values import asked_of
from advisor.api.http.serializers import ProblemsSerializer
from advisor.api.prices.serializers import (
    InForceSerializer,
    OverrideSerializer,
    PriceChangesSerializer,
    PriceSerializer,
    RegionsSerializer,
    StoredOverrideSerializer,
    StoredPriceListSerializer,
)
from advisor.jobs import runner
from connectivity.core.comparison.price_names import other_rates
from connectivity.core.network.regions import AZ_PREFIXES
from connectivity.core.problems import DocumentRefused, Problem, did_you_mean
from connectivity.price_effects import plain, price_effects
from costmodel import ingest, queries
from costmodel.core.overrides import Override
from costmodel.core.price_list import Price
from costmodel.core.rates import words_of
from costmodel.queries import PriceOverride, StoredPriceList

MAX_TOPOLOGIES = 1_000
MAX_REGIONS = 40


class PriceListsView(PagedView):
    @extend_schema(responses=StoredPriceListSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The price lists available to the team, the one in force first."""
        return self.paged(request, queries.price_lists(team_id_of(request)), _list)


class PricesView(PagedView):
    @extend_schema(
        responses=PriceSerializer(many=True),
        parameters=[
            OpenApiParameter(name, str)
            for name in ("price_list", "service", "usage_type", "region")
        ],
    )
    def get(self, request: Request) -> Response:
        """The prices of a price list; of the one in force without `price_list`."""
        asked = asked_of(request)
        prices = queries.price_list(team_id_of(request), asked.get("price_list"))
        matching = [
            price
            for price in prices.prices
            if asked.get("service", price.name.service) == price.name.service
            and asked.get("usage_type", price.name.usage_type) == price.name.usage_type
            and asked.get("region", price.region) == price.region
        ]
        return self.paged(request, matching, price_json)


class PriceChangesView(APIView):
    @extend_schema(
        responses=PriceChangesSerializer,
        parameters=[OpenApiParameter(name, str) for name in ("old", "new")],
    )
    def get(self, request: Request) -> Response:
        """Differences between two lists, and the topologies whose cost they change.

        Without names: the list in force against its predecessor.
        """
        team_id = team_id_of(request)
        asked = asked_of(request)
        old, new = queries.compared_names(team_id, asked.get("old"), asked.get("new"))
        changes = queries.price_changes(team_id, old, new)
        effects, unseen = price_effects(team_id, old, new, MAX_TOPOLOGIES)
        answer = {
            "old": old,
            "new": new,
            "changes": [_change(change.old, change.new, words_of(change)) for change in changes],
            "topologies": [plain(effect) for effect in effects],
            "not_looked_at": unseen,
        }
        return Response(answer)


class PriceFetchesView(APIView):
    @extend_schema(
        request=RegionsSerializer,
        responses={202: JobSerializer, 400: ProblemsSerializer},
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Fetch what AWS publishes for some Regions, as a job: `{"regions": ["eu-west-1"]}`."""
        regions = request.data.get("regions") if isinstance(request.data, dict) else None
        if not isinstance(regions, list) or not 0 < len(regions) <= MAX_REGIONS:
            return refused([Problem("regions", "is not a list of one or more Regions")])
        unknown = [
            region for region in regions if not isinstance(region, str) or region not in AZ_PREFIXES
        ]
        if unknown:
            near = did_you_mean(str(unknown[0])[:100], AZ_PREFIXES)
            return refused(
                [Problem("regions", f"{ascii(unknown[0])[:100]} is not a known Region{near}")]
            )

        def store() -> tuple[int, dict[str, Any]]:
            team_id = team_id_of(request)
            wanted = {"regions": sorted(set(regions))}
            job = runner.start("fetch-prices", wanted, team_id=team_id, **maker_of(request))
            return 202, job_json(job, request)

        return once(request, store)


class OverridesView(PagedView):
    @extend_schema(responses=StoredOverrideSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The team's own prices, including ended ones."""
        return self.paged(request, queries.overrides(team_id_of(request)), _override)

    @extend_schema(
        request=OverrideSerializer,
        responses={201: InForceSerializer, 400: ProblemsSerializer},
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Override the list price: `service`, `percent` or `usd`, `reason`, and, unless it applies
        to the whole service, `usage_type`, `operation`, `region` and, for cross-Region transfer,
        `to_region`. `usd` in a named Region also supplies a price that the list lacks there.
        """
        rule = read_override(request.data)

        def store() -> tuple[int, dict[str, Any]]:
            row = ingest.add_override(team_id_of(request), rule, request.user.pk, other_rates())
            return 201, {"price_list": row.name}

        return once(request, store)


class OverrideView(APIView):
    @extend_schema(responses={200: InForceSerializer})
    def delete(self, request: Request, uid: UUID) -> Response:
        """End an own price; older lists keep it."""
        row = ingest.end_override(team_id_of(request), uid, request.user.pk)
        return Response({"price_list": row.name})


def read_override(data: Any) -> Override:
    """The override that a request states.

    Raises:
        DocumentRefused: with every problem.
    """
    filled = OverrideSerializer(data=data)
    if not filled.is_valid():
        problems = [
            Problem(name, " ".join(map(str, errors))) for name, errors in filled.errors.items()
        ]
        raise DocumentRefused(problems)
    return Override(**filled.validated_data)


def _list(row: StoredPriceList) -> dict[str, Any]:
    return {
        "name": row.name,
        "as_of": row.as_of,
        "created_at": row.created_at.isoformat(),
        "is_own": row.team_id is not None,
        "base": row.base.name if row.base else None,
        "overrides": row.overrides,
        "counts": {name: row.counts.get(name) for name in ("read", "kept", "skipped")},
    }


def price_json(price: Price) -> dict[str, Any]:
    """One price with its tiers and evidence; quantities in the price's unit."""
    return {
        "service": price.name.service,
        "usage_type": price.name.usage_type,
        "operation": price.name.operation,
        "region": price.region,
        "to_region": price.to_region,
        "unit": price.unit,
        "tiers": [
            {"from": _units(tier.start), "to": _units(tier.end), "usd": f"{tier.usd:f}"}
            for tier in price.tiers
        ],
        "source": price.source,
        "as_of": price.as_of,
        "weak": price.weak,
    }


def _units(thousandths: int | None) -> str | None:
    return None if thousandths is None else f"{thousandths / 1000:.10g}"


def _change(old: Price | None, new: Price | None, words: str) -> dict[str, Any]:
    sides = {"old": old and price_json(old), "new": new and price_json(new)}
    return {"words": words} | sides


def _override(override: PriceOverride) -> dict[str, Any]:
    return {
        "uid": str(override.uid),
        "service": override.service,
        "usage_type": override.usage_type,
        "operation": override.operation,
        "region": override.region,
        "to_region": override.to_region,
        "percent": None if override.percent is None else f"{override.percent.normalize():f}",
        "usd": None if override.usd is None else f"{override.usd.normalize():f}",
        "reason": override.reason,
        "author": override.author.get_username() if override.author else None,
        "created_at": override.created_at.isoformat(),
        "ended_at": override.ended_at and override.ended_at.isoformat(),
    }
