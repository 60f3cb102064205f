"""What an option bills and makes, row by row, with the flow that each row comes of."""

from collections.abc import Iterator

import numpy as np

from connectivity.core.network.flow_arrays import Flows
from connectivity.core.option_parts.option import Objects, Option
from costmodel.core.charges import Charge, Ints


class UntraceableCharge(ValueError):
    """A charge or an object does not have the same rows whoever owns its accounts."""


def traced_charges(option: Option, flows: Flows) -> Iterator[tuple[Charge, Ints]]:
    """The charges of an option, and of every row its flow, by index into `flows`: shape (rows,).

    The charges are asked for twice: as they are, and with accounts that say of which flow they are.

    Raises:
        UntraceableCharge: the two differ in more than that.
    """
    width = _width(flows)
    for charge, copy in zip(
        option.charges(flows), option.charges(flows.numbered_accounts(width)), strict=True
    ):
        _check(option, charge.payer, copy.payer % width)
        yield charge, copy.payer // width


def traced_objects(option: Option, flows: Flows) -> Iterator[tuple[Objects, Ints]]:
    """The managed resources of an option, and of every row its flow, by index into `flows`: shape
    (rows,).

    Raises:
        UntraceableCharge: as `traced_charges`.
    """
    width = _width(flows)
    for objects, copy in zip(
        option.objects(flows), option.objects(flows.numbered_accounts(width)), strict=True
    ):
        _check(option, objects.owner, copy.owner % width)
        yield objects, copy.owner // width


def _width(flows: Flows) -> int:
    accounts = flows.consumer.account, flows.provider.account, flows.hub
    return 1 + max(int(column.max(initial=0)) for column in accounts)


def _check(option: Option, accounts: Ints, same: Ints) -> None:
    if not np.array_equal(accounts, same):
        raise UntraceableCharge(f"{option.key}: its rows depend on which accounts are the same")
