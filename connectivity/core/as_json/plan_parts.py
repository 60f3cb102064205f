"""What was asked besides a plan, in one answer or in several, one after the other."""

from connectivity.core.as_json.amounts import EXPLANATION, FRONTIERS, RATES
from connectivity.core.as_json.values import Plain

MIGRATION = "migration"
PARTS = (MIGRATION, RATES, FRONTIERS, EXPLANATION)
MAX_EXPLAINED = 200  # flows whose explanations are kept together


def with_earlier(earlier: Plain, newer: Plain) -> Plain:
    """What was asked for in turn: the newer of two parts, and the flows that were explained last.

    `unfinished` names the parts of which there was no time for more.
    """
    parts = {name: part for name, part in (earlier | newer).items() if name in PARTS}
    known = [*earlier.get(EXPLANATION, ()), *newer.get(EXPLANATION, ())]
    if EXPLANATION in parts:
        explained = {each["flow"]: each for each in known}
        parts[EXPLANATION] = list(explained.values())[-MAX_EXPLAINED:]
    before = [name for name in earlier.get("unfinished", ()) if name not in newer]
    return parts | {"unfinished": [*before, *newer.get("unfinished", ())]}


def stopped_at(known: Plain) -> Plain:
    """The parts of a job that was told to stop, from what it said last of itself."""
    parts = {name: part for name, part in known.items() if name in PARTS}
    is_cut = FRONTIERS in parts and EXPLANATION not in parts
    return parts | {"unfinished": [FRONTIERS] if is_cut else []}
