"""The address of a comparison: every input that its answer depends on stands in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from advisor.handover.bundle import can_be_packed
from advisor.web.request_helpers import MAX_TEXT, number_in, text_in
from connectivity.advice import Answered, Asked, compare_stored
from connectivity.core.as_json.comparison import ENGINE
from connectivity.core.scenarios.inputs import INPUTS

SORTS = ("", "cost", "p99", "objects", "name")


@dataclass(frozen=True)
class Address:
    """What an address says, before it is looked up."""

    uid: UUID
    version: int | None
    prices: str | None
    latencies: str | None
    engine: str | None
    asked: Asked
    flow: str  # whose what-if values are shown
    sort: str
    plan: UUID | None = None  # the job that plans the view
    besides: UUID | None = None  # the job that finds out what is behind the plan

    def answer(self, team_id: int) -> Answered:
        """Raises what `compare_stored` raises."""
        return compare_stored(
            team_id,
            self.uid,
            version=self.version,
            prices=self.prices,
            latencies=self.latencies,
            asked=self.asked,
            flow=self.flow,
        )


def address_of(values: QueryDict, uid: UUID) -> Address:
    """What the values after the `?` say; a form says beside each unchanged input what it was.

    Raises:
        Http404: the version is not a number.
    """
    asked = [
        key
        for key in values
        if key.partition(":")[0] in INPUTS and text_in(values, key) != text_in(values, f"was:{key}")
    ]
    sort = text_in(values, "sort")
    return Address(
        uid,
        number_in(values),
        text_in(values, "prices") or None,
        text_in(values, "latencies") or None,
        text_in(values, "engine") or None,
        tuple(sorted((key[:MAX_TEXT], text_in(values, key)) for key in asked)),
        text_in(values, "flow"),
        sort if sort in SORTS else "",
        _uuid(text_in(values, "plan")),
        _uuid(text_in(values, "besides")),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


class Links:
    """Addresses around one answer. Each names everything that the answer rests on."""

    def __init__(self, address: Address, answered: Answered) -> None:
        self.address = address
        self.answered = answered
        self.pins = {
            "version": str(answered.version.number),
            "prices": answered.comparison.prices.name,
            "latencies": answered.comparison.latencies.name,
            "engine": ENGINE,
        }
        changes = answered.what_if.changes
        self.values = {change.key: repr(change.value).removesuffix(".0") for change in changes}

    @property
    def query(self) -> str:
        """The canonical query of this very view."""
        return urlencode(self.parameters(self.values))

    def parameters(self, values: Mapping[str, str], **more: str) -> dict[str, str]:
        named = {"plan": self.address.plan, "besides": self.address.besides}
        uids = {key: str(uid or "") for key, uid in named.items()}
        shown = {"flow": self.address.flow, "sort": self.address.sort} | uids | more
        return self.pins | dict(values) | {key: text for key, text in shown.items() if text}

    def page(self, values: Mapping[str, str], **more: str) -> str:
        query = urlencode(self.parameters(values, **more))
        return f"{reverse('topology', args=[self.address.uid])}?{query}"

    @property
    def here(self) -> str:
        return self.page(self.values)

    @property
    def unchanged(self) -> str:
        """Without any change."""
        return self.page({})

    def without(self, key: str) -> str:
        return self.page({k: text for k, text in self.values.items() if k != key})

    @property
    def unsorted(self) -> str:
        return self.page(self.values, sort="")

    @property
    def by_cost(self) -> str:
        return self.page(self.values, sort="cost")

    @property
    def by_p99(self) -> str:
        return self.page(self.values, sort="p99")

    @property
    def by_objects(self) -> str:
        return self.page(self.values, sort="objects")

    @property
    def by_name(self) -> str:
        return self.page(self.values, sort="name")

    def with_prices(self, name: str = "") -> str:
        """The same view with another price list; without a name, with the one in force."""
        values = self.parameters(self.values) | {"prices": name}
        query = urlencode({key: text for key, text in values.items() if text})
        return f"{reverse('topology', args=[self.address.uid])}?{query}"

    def with_plan(self, job: UUID) -> str:
        """The same view, for which a job plans."""
        return self.page(self.values, plan=str(job))

    def details(self, **more: str) -> str:
        """What is behind the plan of this view."""
        query = urlencode(self.parameters(self.values, **more))
        return f"{reverse('plan-details', args=[self.address.uid])}?{query}"

    @property
    def plan_details(self) -> str:
        return self.details()

    @property
    def plan_compute(self) -> str:
        return self._with_query("plan-compute")

    @property
    def plan_progress(self) -> str:
        return self._with_query("plan-progress")

    @property
    def load_prices(self) -> str:
        return self._with_query("load-prices")

    @property
    def own_price(self) -> str:
        return self._with_query("own-price")

    @property
    def newest(self) -> str:
        """The newest version, prices and latencies, with the same changes."""
        query = urlencode(self.values)
        return f"{reverse('topology', args=[self.address.uid])}{'?' if query else ''}{query}"

    def _with_query(self, view: str) -> str:
        return f"{reverse(view, args=[self.address.uid])}?{self.query}"

    @property
    def json(self) -> str:
        return self._with_query("comparison-json")

    @property
    def csv(self) -> str:
        return self._with_query("comparison-csv")

    @property
    def md(self) -> str:
        return self._with_query("comparison-md")

    @property
    def hand_over(self) -> str:
        """Nothing where there are too many flows for a download."""
        can = can_be_packed(self.answered.comparison)
        return self._with_query("hand-over") if can else ""

    @property
    def print(self) -> str:
        return self._with_query("print")

    @property
    def curves(self) -> str:
        return self._with_query("curves")

    @property
    def lifts(self) -> str:
        return self._with_query("plan-lifts")

    @property
    def outlook(self) -> str:
        return self._with_query("outlook")

    @property
    def all(self) -> dict[str, str]:
        """Everything that the address of this view says."""
        return self.parameters(self.values)

    @property
    def share(self) -> str:
        return self._with_query("share")

    @property
    def beside(self) -> str:
        """Scenarios, this one first."""
        return f"{reverse('scenarios')}?{urlencode({'s': self.scenario})}"

    @property
    def scenario(self) -> str:
        """This view as one value, for the address of several."""
        return f"{self.address.uid}?{self.query}"

    @property
    def warning(self) -> str | None:
        """What an older address means today, if it may mean something else."""
        engine = self.address.engine
        if engine and engine != ENGINE:
            return (
                f"This link was created by engine {engine[:20]}; this is engine {ENGINE}, whose "
                "figures may differ."
            )
        return None
