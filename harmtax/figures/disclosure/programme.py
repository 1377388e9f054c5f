"""Linear and integer programmes over a system, solved by HiGHS in one thread and without a clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import numpy as np

from harmtax.errors import BadUse, MissingExtra
from harmtax.figures.disclosure.system import Bools, Floats, Ints, Matrix

# Worth more than any path of cells costs, and small enough for the solver's tolerances.
REWARD = 100_000.0
UP, DOWN = 1, -1
_SEED = 1


@dataclass(frozen=True, slots=True)
class Programme:
    """Ways to move the free quantities of a system without breaking an equation.

    `matrix` holds the equations cut to the free quantities, by columns. Each may go up without end, and
    down by its `room`; a step of either costs its `price`.
    """

    matrix: Matrix
    room: Floats
    price: Floats

    @classmethod
    def of(cls, matrix: Matrix, free: Ints, room: Ints | Floats, price: Floats) -> Programme:
        """The programme of the quantities `free` of a whole system; places count among them."""
        cut = matrix.within(free).by_columns()
        return cls(cut, room[free].astype(np.float64), price[free])

    def pulled(self, targets: Ints, steps: Ints | Floats, way: int) -> Floats:
        """How all quantities move if the targets go up, or down, by `steps` as far as they can.

        A target that is pulled one way may not go the other way: the reward would be a lie.
        """
        moved = self._solved(targets, np.zeros(len(targets)), steps, way, None)
        # Standing still is always allowed, so that there is an optimum.
        assert moved is not None
        return moved

    def pulled_whole(self, target: int, steps: int, way: int, nodes: int) -> Floats | None:
        """The same in whole steps for one target that goes all the way; None if none was found."""
        goal = np.array([steps])
        return self._solved(np.array([target]), goal.astype(np.float64), goal, way, nodes)

    def furthest(self, target: int, way: int) -> float | None:
        """How far one quantity can go up, or down; None where there is no end."""
        [found] = self.reaches([target], way)
        return found

    def reaches(self, targets: Iterable[int], way: int) -> Iterator[float | None]:
        """How far each of some quantities can go by itself, one after the other by one solver."""
        size = self.matrix.height
        upper = np.concatenate((np.full(size, np.inf), self.room))
        columns = self._columns(np.empty(0, np.int64), 1)
        solver = _loaded(columns, np.zeros(2 * size), np.zeros(2 * size), upper)
        highspy = _solver()
        for target in targets:
            # Both ways of the target count, so that going to and fro gains nothing.
            for place, cost in ((target, -way), (target + size, way)):
                solver.changeColCost(place, float(cost))
            _solve(solver)
            good = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
            yield abs(solver.getInfo().objective_function_value) if good else None
            for place in (target, target + size):
                solver.changeColCost(place, 0.0)

    def _solved(
        self, targets: Ints, lower: Floats, steps: Ints | Floats, way: int, nodes: int | None
    ) -> Floats | None:
        size = self.matrix.height
        upper = np.concatenate((np.full(size, np.inf), self.room, steps.astype(np.float64)))
        upper[targets + size if way == UP else targets] = 0.0
        low = np.concatenate((np.zeros(2 * size), lower))
        cost = np.concatenate((self.price, self.price, self.price[targets] - REWARD))
        answer = _run(self._columns(targets, way), cost, low, upper, nodes)
        return None if answer is None else self._moves(answer, targets, way)

    def _columns(self, targets: Ints, way: int) -> Matrix:
        """The matrix of the moves up, the moves down, and the rewarded steps of the targets."""
        whole = self.matrix
        picked = whole.taking(targets)
        start = [whole.start, whole.start[1:] + whole.start[-1]]
        start.append(picked.start[1:] + 2 * whole.start[-1])
        rows = np.concatenate((whole.column, whole.column, picked.column))
        signs = np.concatenate((whole.sign, -whole.sign, picked.sign * way))
        return Matrix(np.concatenate(start), rows, signs, whole.width)

    def _moves(self, answer: Floats, targets: Ints, way: int) -> Floats:
        size = self.matrix.height
        moved = answer[:size] - answer[size : 2 * size]
        moved[targets] += way * answer[2 * size :]
        return moved


def need() -> None:
    """Raises MissingExtra where the solver is not installed: publishing is refused, not weakened."""
    _solver()


def told() -> dict[str, str]:
    """The solver and its version."""
    return {"name": "HiGHS", "version": version("highspy")}


def _solver() -> Any:
    try:
        import highspy
    except ImportError as error:
        raise MissingExtra("publish", "protecting figures for publication") from error
    return highspy


def _silent(highspy: Any) -> Any:
    """A solver that prints nothing: its own start prints a line before it can be told not to."""
    solver = highspy.Highs.__new__(highspy.Highs)
    super(highspy.Highs, solver).__init__()
    solver.setOptionValue("output_flag", False)
    return solver


def _run(
    columns: Matrix,
    cost: Floats,
    lower: Floats,
    upper: Floats,
    nodes: int | None,
    *,
    presolved: bool = False,
) -> Floats | None:
    """The best values; None when there are none, no end to them, or the nodes were used up."""
    highspy = _solver()
    solver = _loaded(columns, cost, lower, upper, nodes, presolved=presolved)
    _solve(solver)
    solution = solver.getSolution()
    good = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    if nodes is not None:
        # What was found before the nodes ran out is as good: it is checked in integers anyway.
        good |= solver.getInfo().primal_solution_status == 2
    return np.array(solution.col_value, dtype=np.float64) if good else None


def _loaded(
    columns: Matrix,
    cost: Floats,
    lower: Floats,
    upper: Floats,
    nodes: int | None = None,
    *,
    presolved: bool = False,
) -> Any:
    """A solver that holds a programme, whole where there is a limit of nodes."""
    highspy = _solver()
    solver = _silent(highspy)
    options: dict[str, Any] = {"threads": 1, "random_seed": _SEED, "solver": "simplex"}
    if not presolved:
        # Moves are small programmes, and many: presolving costs more than it takes away.
        options |= {"presolve": "off"}
    if nodes is not None:
        options |= {"mip_max_nodes": nodes, "mip_rel_gap": 0.05}
    for name, value in options.items():
        solver.setOptionValue(name, value)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns.height, columns.width
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, lower, upper
    model.row_lower_ = model.row_upper_ = np.zeros(columns.width)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = columns.start.astype(np.int32)
    model.a_matrix_.index_ = columns.column.astype(np.int32)
    model.a_matrix_.value_ = columns.sign.astype(np.float64)
    if nodes is not None:
        model.integrality_ = [highspy.HighsVarType.kInteger] * columns.height
    solver.passModel(model)
    return solver


def middle(matrix: Matrix, known: Bools, values: Ints, least: Ints) -> Floats | None:
    """The same, in the middle of what is possible and not at its edge."""
    low = np.where(known, values, least).astype(np.float64)
    high = np.where(known, values, np.inf)
    solver = _loaded(matrix.by_columns(), np.zeros(matrix.width), low, high, presolved=True)
    solver.setOptionValue("solver", "ipm")
    solver.setOptionValue("run_crossover", "off")
    _solve(solver)
    good = solver.getModelStatus() == _solver().HighsModelStatus.kOptimal
    return np.array(solver.getSolution().col_value, dtype=np.float64) if good else None


def whole(matrix: Matrix, known: Bools, values: Ints, least: Ints, nodes: int) -> Floats | None:
    """The same in whole numbers, as far as a search of so many nodes finds them; or None."""
    low = np.where(known, values, least).astype(np.float64)
    high = np.where(known, values, np.inf)
    return _run(matrix.by_columns(), np.zeros(matrix.width), low, high, nodes, presolved=True)


def _solve(solver: Any) -> None:
    """Runs a solver, also in a process that has used the same library with more threads."""
    highspy = _solver()
    if solver.run() == highspy.HighsStatus.kError:
        highspy.Highs.resetGlobalScheduler(True)
        if solver.run() == highspy.HighsStatus.kError:
            raise BadUse(
                "the solver does not run; another programme in this process may be using it"
            )


def feasible(matrix: Matrix, known: Bools, values: Ints, least: Ints) -> Floats | None:
    """Some values, not all whole, that keep the known ones, the least ones and all equations; or None."""
    low = np.where(known, values, least).astype(np.float64)
    high = np.where(known, values, np.inf)
    return _run(matrix.by_columns(), np.zeros(matrix.width), low, high, None, presolved=True)
