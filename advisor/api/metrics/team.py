"""A team's own metrics for Prometheus; with the operator's token `middleware.scraped` answers."""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from rest_framework.request import Request
from rest_framework.views import APIView

from advisor.api.http.authentication import team_id_of
from advisor.models import Job, WebhookDelivery
from advisor.teams import team_lookup
from connectivity.health.reading import incident_lookup, lookup


class MetricsView(APIView):
    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """Metrics of the caller's team; a Prometheus server authenticates with an API token."""
        registry = CollectorRegistry()
        registry.register(_OfTeam(team_id_of(request), timezone.now()))
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class _OfTeam:
    """What a scrape finds."""

    def __init__(self, team_id: int, now: datetime) -> None:
        self.team_id = team_id
        self.now = now

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        yield from self._jobs()
        yield from self._health()
        yield from self._collection()
        yield from self._webhooks()

    def _jobs(self) -> Iterator[Metric]:
        states = team_lookup.job_states(self.team_id)
        jobs = GaugeMetricFamily("advisor_jobs", "Jobs by state", labels=["state"])
        for state in Job.State.values:
            jobs.add_metric([state], states.get(state, 0))
        yield jobs
        waiting = team_lookup.oldest_queued_at(self.team_id)
        age = (self.now - waiting).total_seconds() if waiting else 0
        yield GaugeMetricFamily(
            "advisor_job_oldest_waiting_seconds",
            "Seconds that the oldest queued job has waited",
            age,
        )

    def _health(self) -> Iterator[Metric]:
        name, text = "advisor_health_resources", "Monitored resources by kind and state"
        resources = GaugeMetricFamily(name, text, labels=["kind", "state"])
        for kind in lookup.counts(self.team_id):
            for state, count in kind.counts.items():
                resources.add_metric([kind.key, state], count)
        yield resources
        name, text = "advisor_health_incidents", "Open incidents that are not muted"
        incidents = GaugeMetricFamily(name, text, labels=["severity"])
        for severity, count in incident_lookup.counts(self.team_id, self.now).items():
            incidents.add_metric([severity], count)
        yield incidents

    def _collection(self) -> Iterator[Metric]:
        labels = ["owner", "region"]
        age = GaugeMetricFamily(
            "advisor_collection_age_seconds",
            "Seconds since the last successful collection",
            labels=labels,
        )
        refused = GaugeMetricFamily(
            "advisor_collection_refused_permissions", "Permissions that AWS denies", labels=labels
        )
        for place in lookup.places(self.team_id):
            if place.succeeded_at:
                seconds = (self.now - place.succeeded_at).total_seconds()
                age.add_metric([place.owner, place.region], seconds)
            refused.add_metric([place.owner, place.region], len(place.refused))
        yield from (age, refused)
        cost = lookup.cost(self.team_id, self.now)
        yield CounterMetricFamily(
            "advisor_cloudwatch_metrics",
            "Metrics requested from CloudWatch this month",
            cost.metrics,
        )
        yield GaugeMetricFamily(
            "advisor_cloudwatch_usd", "Cost of CloudWatch requests this month", float(cost.usd)
        )

    def _webhooks(self) -> Iterator[Metric]:
        states = team_lookup.webhook_delivery_states(self.team_id)
        told = GaugeMetricFamily("advisor_webhook_deliveries", "Deliveries", labels=["state"])
        for state in WebhookDelivery.State.values:
            told.add_metric([state], states.get(state, 0))
        yield told
