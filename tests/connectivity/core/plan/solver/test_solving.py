"""Programs whose answer in fractions is not whole, and what multipliers prove."""

from itertools import product

import numpy as np
import pytest

from connectivity.core.plan.solver import solving
from connectivity.core.plan.solver.certificate import certificate, within
from connectivity.core.plan.solver.highs import Basis, Going, Outcome
from connectivity.core.plan.solver.program import INFINITE, Matrix, Program
from connectivity.core.plan.solver.solving import solve
from costmodel.core.charges import Floats


def cover(seed: int) -> Matrix:
    """Things that must each be in one of the chosen sets: three sets pairwise cover three things,
    so that half of each is cheaper than any two."""
    dice = np.random.default_rng(seed)
    program = Program()
    columns = program.add(9)
    program.charge(columns, dice.integers(3, 9, 9).astype(float))
    sets = np.array([[0, 1], [1, 2], [0, 2]])
    for block in range(3):
        row = np.repeat(np.arange(3), 2)
        program.bound(row, columns[3 * block + sets.ravel()], 1.0, np.ones(3), np.full(3, 9.0))
    few = np.full(1, float(dice.integers(6, 8)))
    program.bound(np.zeros(9, dtype=np.int64), columns, 1.0, np.zeros(1), few)
    return program.matrix()


def every_values(matrix: Matrix) -> Floats:
    return np.array(list(product((0.0, 1.0), repeat=len(matrix.cost))))


def every_usd(matrix: Matrix) -> Floats:
    """The cost of every solution in whole numbers; infinite where it is none."""
    values = every_values(matrix)
    dense = np.zeros((len(matrix.low), len(matrix.cost)))
    dense[np.repeat(np.arange(len(matrix.low)), np.diff(matrix.start)), matrix.column] = (
        matrix.value
    )
    sums = values @ dense.T
    fits = ((sums >= matrix.low) & (sums <= matrix.high)).all(axis=1)
    return np.where(fits, values @ matrix.cost, INFINITE)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("over", [INFINITE, 0.0, 5.0])
def test_what_is_not_whole_in_fractions_is_solved_in_whole_numbers(seed: int, over: float) -> None:
    matrix = cover(seed)
    best = every_usd(matrix).min()
    solved = solve(matrix, 60, known_usd=best + over)
    assert solved.outcome is Outcome.OPTIMAL
    assert solved.bound == pytest.approx(best, abs=1e-6)
    assert solved.values is not None
    assert solved.values @ matrix.cost == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("seed", range(8))
def test_a_large_program_ends_near_its_bound(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every solution is near enough here: the first is the answer, with the bound of fractions."""
    monkeypatch.setattr(solving, "ENOUGH", 1.0)
    matrix = cover(seed)
    assert solve(matrix, 60).bound == pytest.approx(every_usd(matrix).min(), abs=1e-6)
    monkeypatch.setattr(solving, "LARGE", 0)
    solved = solve(matrix, 60)
    assert solved.values is not None
    assert solved.values @ matrix.cost >= every_usd(matrix).min() - 1e-6
    assert solved.bound < every_usd(matrix).min() - 0.01


@pytest.mark.parametrize("seed", range(20))
def test_any_multipliers_prove_a_bound_and_which_columns_dear_solutions_have(seed: int) -> None:
    matrix, dice = cover(seed), np.random.default_rng(seed)
    proof = certificate(matrix, dice.normal(0, 3, len(matrix.low)))
    usd = every_usd(matrix)
    assert proof.bound <= usd.min() + 1e-9
    reach = float(usd.min() - proof.bound) + 0.5
    left = within(matrix, proof, reach)
    assert every_usd(left.matrix).min() + left.usd == pytest.approx(usd.min())


def test_a_time_that_is_over_leaves_what_multipliers_prove() -> None:
    solved = solve(cover(1), 60, watch=lambda going: False)
    assert solved.bound <= every_usd(cover(1)).min()


def test_what_has_no_solution_in_whole_numbers_is_infeasible() -> None:
    program = Program()
    columns = program.add(3)
    for first, second in ((0, 1), (1, 2), (0, 2)):
        program.bound(np.zeros(2, dtype=np.int64), columns[[first, second]], 1.0, [1], [1])
    assert solve(program.matrix(), 60).outcome is Outcome.INFEASIBLE


@pytest.mark.parametrize("seed", range(8))
def test_what_a_solver_tells_of_a_part_is_told_of_the_whole(seed: int) -> None:
    matrix = cover(seed)
    best, told = every_usd(matrix).min(), list[Going]()

    def watch(going: Going) -> bool:
        told.append(going)
        return True

    solve(matrix, 60, known_usd=best + 1, watch=watch)
    assert told
    for going in told:
        assert going.usd >= best - 1e-6
        assert going.bound_usd <= best + 1e-6
    met = [going.values for going in told if going.values is not None]
    assert met
    for values in met:
        is_it = (every_values(matrix) == np.rint(values)).all(axis=1)
        assert every_usd(matrix)[is_it] == pytest.approx(values @ matrix.cost, abs=1e-6)


def shared(flows: int, usd: float) -> Matrix:
    """Flows of which each has its own way, or one of some that is shared for a price."""
    dice = np.random.default_rng(3)
    program = Program()
    ways = program.add(flows, names=np.arange(flows))
    program.charge(ways, dice.integers(5, 30, flows).astype(float))
    row = np.arange(flows)
    columns = [ways]
    for thing in range(1, 5):
        using = program.add(flows, names=np.arange(flows) + 1_000 * thing)
        program.charge(using, np.random.default_rng(thing).integers(1, 20, flows).astype(float))
        program.charge(program.any_of(row % 7, using), usd)
        columns.append(using)
    every = np.concatenate(columns)
    program.bound(np.tile(row, len(columns)), every, 1.0, np.ones(flows), np.ones(flows))
    return program.matrix()


@pytest.mark.parametrize("flows", [200, 205, 195])
def test_what_is_like_the_last_program_is_solved_in_a_few_steps(flows: int) -> None:
    """With other costs, and with more or fewer columns and rows, too."""
    steps: list[int] = []

    def count(going: Going) -> bool:
        steps[-1] += 1
        return True

    basis = Basis()
    solve(shared(200, 100.0), 60, basis=basis)
    answers = []
    for begun in (Basis(), basis):
        steps.append(0)
        answers.append(solve(shared(flows, 101.0), 60, watch=count, basis=begun))
    assert answers[0].bound == pytest.approx(answers[1].bound)
    assert steps[1] < steps[0] / 2
