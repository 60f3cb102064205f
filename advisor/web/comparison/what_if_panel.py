"""The what-if panel: what can be changed, what is changed, and the way back."""

from dataclasses import dataclass
from typing import NamedTuple

from advisor.web.comparison.view_state import Links
from connectivity.advice import Answered
from connectivity.core.scenarios.inputs import INPUTS, Change

MAX_FLOWS = 50  # offered by name, the largest first
OF_A_FLOW = ("gb", "crossing", "connections")


class Field(NamedTuple):
    key: str
    label: str
    unit: str
    value: str
    is_changed: bool

    @property
    def id(self) -> str:
        """For its label; a field of a flow has that of all flows, and never stands beside it."""
        kind, _, of = self.key.partition(":")
        return f"what-if-{of}" if kind == "operations" else f"what-if-{kind}"


class Edit(NamedTuple):
    """A change that was made, and the address without it."""

    change: Change
    undo: str


@dataclass(frozen=True)
class Panel:
    fields: list[Field]
    operations: list[Field]
    edits: list[Edit]
    kept: list[tuple[str, str]]  # what the form must carry along
    flow: str
    flows: list[str]
    more_flows: int
    price_lists: list[str]
    price_list: str

    @property
    def operations_are_changed(self) -> bool:
        return any(field.is_changed for field in self.operations)


def panel(answered: Answered, links: Links, price_lists: list[str]) -> Panel:
    """The panel for all flows, or for the one that the address names."""
    what_if = answered.what_if
    changed = {change.key for change in what_if.changes}
    names = [flow["name"] for flow in _largest(answered)]
    flow = links.address.flow if f"gb:{links.address.flow}" in what_if.flow_values else ""
    keys = [f"{kind}:{flow}" if flow else kind for kind in OF_A_FLOW]
    keys = keys if flow else [*keys, "azs"]
    own = what_if.flow_values if flow else what_if.values
    operations = [] if flow else [key for key in own if key.startswith("operations:")]
    shown = {*keys, *operations}
    return Panel(
        [_field(key, own[key], key in changed) for key in keys],
        [_field(key, own[key], key in changed) for key in operations],
        [Edit(change, links.without(change.key)) for change in what_if.changes],
        [(key, text) for key, text in links.values.items() if key not in shown],
        flow,
        names[:MAX_FLOWS],
        max(0, len(names) - MAX_FLOWS),
        price_lists,
        answered.comparison.prices.name,
    )


def _largest(answered: Answered) -> list[dict[str, str]]:
    flows = answered.what_if.topology.document["flows"]
    return sorted(flows, key=lambda flow: -float(flow["gb_per_month"]))


def _field(key: str, value: float, is_changed: bool) -> Field:
    kind, _, of = key.partition(":")
    definition = INPUTS[kind]
    label = of if kind == "operations" else definition.label
    return Field(
        key,
        label,
        definition.unit,
        f"{value:.10g}" if value == int(value) else f"{value:.7g}",
        is_changed,
    )
