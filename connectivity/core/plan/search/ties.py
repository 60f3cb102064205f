"""Of designs that cost the same: fewer managed resources, then the order of the options."""

from decimal import Decimal

import numpy as np

from connectivity.core.plan.formulation.model import NO_COLUMN, Model
from connectivity.core.plan.solver.program import INFINITE, Matrix
from costmodel.core.charges import Floats
from costmodel.core.units import CENT

WITHIN = 1e-6  # USD below the half cent from which a total would be rounded up


def same_total(model: Model, total_usd: Decimal) -> Matrix:
    """The program of the designs that cost no more, to the cent: as few managed resources as there
    can be, and of those the options that come first."""
    matrix = model.program.matrix()
    at_most = float(total_usd + CENT / 2) - WITHIN + model.slack_usd
    paid = np.flatnonzero(matrix.cost)
    return matrix._replace(
        cost=_places(model),
        low=np.append(matrix.low, -INFINITE),
        high=np.append(matrix.high, at_most),
        start=np.append(matrix.start, len(matrix.column) + len(paid)),
        column=np.append(matrix.column, paid),
        value=np.append(matrix.value, matrix.cost[paid]),
    )


def _places(model: Model) -> Floats:
    """What every column adds to the number of managed resources, and to the sum of the options'
    places, which is less than one resource."""
    cost = np.zeros(len(model.program))
    flows = model.column.shape[1]
    worst = max((candidate.option.order for candidate in model.candidates), default=0)
    np.add.at(cost, model.objects, float(flows * worst + 1))
    for number, candidate in enumerate(model.candidates):
        columns = model.column[number]
        cost[columns[columns != NO_COLUMN]] += candidate.option.order
    return cost
