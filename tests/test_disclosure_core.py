"""The core of disclosure control, on bare arrays: proofs, floors, growth, and the plan of tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmtax.figures.disclosure.growth import Growth
from harmtax.figures.disclosure.plan import Plan, cyclic, from_fine_to_coarse
from harmtax.figures.disclosure.programme import UP, Programme
from harmtax.figures.disclosure.proof import ranges, unproven
from harmtax.figures.disclosure.pruning import thrifty
from harmtax.figures.disclosure.system import ENDLESS, Matrix, System, floors

K = 5
PRIME = (1 << 61) - 1
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def grid(inner: np.ndarray) -> System:
    """A table of any number of dimensions with all its margins; only zeros are known."""
    full = np.zeros([size + 1 for size in inner.shape], dtype=np.int64)
    full[tuple(slice(1, None) for _ in inner.shape)] = inner
    for axis in range(inner.ndim):
        first = [slice(None)] * inner.ndim
        first[axis] = 0  # type: ignore[call-overload]
        full[tuple(first)] = full.sum(axis=axis) - full[tuple(first)]
    places = np.arange(full.size).reshape(full.shape)
    rows = []
    for axis in range(inner.ndim):
        lines = np.moveaxis(places, axis, 0).reshape(full.shape[axis], -1)
        rows += [[(int(line[0]), 1), *((int(one), -1) for one in line[1:])] for line in lines.T]
    values = full.ravel()
    targets = np.flatnonzero((values >= 1) & (values < K))
    zero = np.zeros(len(targets), dtype=np.int64)
    return System(
        names=tuple(f"{place:04d}" for place in range(len(values))),
        values=values,
        least=np.ones(len(values), dtype=np.int64),
        known=values == 0,
        mine=values > 0,
        price=1.0 + np.log2(1.0 + values),
        matrix=Matrix.of(rows, len(values)),
        targets=targets,
        low=zero,
        high=zero,
    ).with_floors(K)


def grown(system: System) -> Growth:
    must = np.zeros(len(system.values), dtype=bool)
    must[system.targets] = True
    return thrifty(Growth(system, must, ~system.known, system.price, 200), must)


def moves(growth: Growth) -> list[tuple[np.ndarray, np.ndarray]]:
    return [(move.places, move.steps) for move in growth.moves]


def goals(system: System, growth: Growth) -> System:
    return replace(system, low=growth.low, high=growth.high)


tables = st.tuples(st.integers(2, 4), st.integers(2, 4)).flatmap(
    lambda shape: st.lists(
        st.sampled_from([0, 0, 1, 2, 3, 4, 5, 8, 13, 40, 300]),
        min_size=shape[0] * shape[1], max_size=shape[0] * shape[1],
    ).map(lambda cells: np.array(cells, dtype=np.int64).reshape(shape))
)  # fmt: skip
cubes = st.lists(
    st.sampled_from([0, 1, 2, 6, 9, 50]), min_size=12, max_size=12
).map(lambda cells: np.array(cells, dtype=np.int64).reshape(2, 2, 3))  # fmt: skip


# --- growth and proof -----------------------------------------------------------------------------


@SLOW
@given(st.one_of(tables, cubes))
def test_every_small_quantity_has_two_witness_tables(inner: np.ndarray) -> None:
    system = grid(inner)
    growth = grown(system)
    shown = system.mine & ~growth.hidden
    assert not growth.bounded
    assert unproven(goals(system, growth), shown, moves(growth)).tolist() == []


@SLOW
@given(tables)
def test_nothing_known_is_hidden_and_zeros_are_shown(inner: np.ndarray) -> None:
    system = grid(inner)
    growth = grown(system)
    assert not (growth.hidden & system.known).any()
    assert growth.hidden[system.targets].all()


@SLOW
@given(tables, st.randoms(use_true_random=False))
def test_hiding_more_keeps_every_proof(inner: np.ndarray, random: object) -> None:
    system = grid(inner)
    growth = grown(system)
    more = growth.hidden.copy()
    for place in np.flatnonzero(system.mine & ~growth.hidden):
        more[place] = random.random() < 0.5  # type: ignore[attr-defined]
    assert unproven(goals(system, growth), system.mine & ~more, moves(growth)).tolist() == []


@SLOW
@given(tables)
def test_the_same_table_gives_the_same_pattern_and_witnesses(inner: np.ndarray) -> None:
    one, two = grown(grid(inner)), grown(grid(inner))
    assert one.hidden.tolist() == two.hidden.tolist()
    assert [move.steps.tolist() for move in one.moves] == [
        move.steps.tolist() for move in two.moves
    ]


def test_a_witness_is_worth_nothing_when_a_cell_that_it_moves_is_shown() -> None:
    system = grid(np.array([[3, 20, 30], [25, 40, 50], [60, 70, 80]]))
    growth = grown(system)
    covers = np.flatnonzero(growth.hidden & system.mine & (system.values >= K))
    assert len(covers) >= 3
    for place in covers.tolist():
        shown = system.mine & ~growth.hidden
        shown[place] = True
        assert unproven(goals(system, growth), shown, moves(growth)).tolist() != []


def test_a_table_that_breaks_an_equation_a_zero_or_a_shown_number_is_no_witness() -> None:
    system = grid(np.array([[3, 20], [0, 40]]))
    shown = np.zeros(len(system.values), dtype=bool)
    # Total, first column, first row and their cell; the zero stands at place 7, in the second row.
    right, five = np.array([0, 1, 3, 4]), np.full(4, 5)

    def most(places: np.ndarray, steps: np.ndarray) -> int:
        return int(ranges(system, shown, [(places, steps)])[1].max())

    assert most(right, five) == 8
    assert most(right, -five) == 3
    assert most(right[:3], five[:3]) == 3
    assert most(np.array([0, 1, 6, 7]), five) == 3
    shown[0] = True
    assert most(right, five) == 3


def test_a_gap_in_whole_numbers_is_no_proof_though_a_programme_sees_none() -> None:
    # whole = two equal parts, and 7 = whole + rest: by halves the whole could be 7, in integers 6.
    names = ("part", "same", "seven", "rest", "whole")
    rows = [[(4, 1), (0, -1), (1, -1)], [(0, 1), (1, -1)], [(2, 1), (4, -1), (3, -1)]]
    system = System(
        names=names,
        values=np.array([1, 1, 7, 5, 2]),
        least=np.array([1, 1, 1, 0, 1]),
        known=np.array([False, False, True, False, False]),
        mine=np.array([True, True, True, False, True]),
        price=np.ones(5),
        matrix=Matrix.of(rows, 5),
        targets=np.array([4]),
        low=np.array([0]),
        high=np.array([0]),
    ).with_floors(K)
    assert (system.low.tolist(), system.high.tolist()) == ([2], [7])
    free = np.flatnonzero(~system.known)
    programme = Programme.of(system.matrix, free, system.values - system.least, system.price)
    assert programme.furthest(3, UP) == pytest.approx(5.0)
    growth = Growth(system, ~system.known & system.mine, ~system.known, system.price, 200).grow()
    assert growth.unproven.tolist() == [0] and not growth.bounded
    every = [(np.arange(5), np.array([n, n, 0, -2 * n, 2 * n])) for n in range(-3, 9)]
    assert unproven(system, np.zeros(5, dtype=bool), every).tolist() == [0]


# --- brute force ----------------------------------------------------------------------------------


def every_table(system: System, hidden: np.ndarray) -> Iterator[np.ndarray]:
    """All tables of whole numbers with the shown numbers kept, up to 2 k above the truth, by search."""
    values = system.values.copy()
    open_ = [int(place) for place in np.flatnonzero(hidden)]
    matrix = system.matrix
    rows = [
        list(zip(matrix.column[a:b].tolist(), matrix.sign[a:b].tolist(), strict=True))
        for a, b in zip(matrix.start[:-1].tolist(), matrix.start[1:].tolist(), strict=True)
    ]
    rows = [row for row in rows if any(place in open_ for place, _ in row)]

    def search(left: list[int]) -> Iterator[np.ndarray]:
        if not left:
            if all(sum(values[place] * sign for place, sign in row) == 0 for row in rows):
                yield values.copy()
            return
        # A cell that is alone in a row follows; else the first one is tried at every value.
        for row in rows:
            waiting = [(place, sign) for place, sign in row if place in left]
            if len(waiting) == 1:
                place, sign = waiting[0]
                rest = sum(values[other] * s for other, s in row if other != place)
                values[place] = -sign * rest
                if values[place] >= 1:
                    yield from search([each for each in left if each != place])
                return
        for value in range(1, int(system.values[left[0]]) + 2 * K + 1):
            values[left[0]] = value
            yield from search(left[1:])

    yield from search(open_)


@st.composite
def patterns(draw: st.DrawFn) -> tuple[System, np.ndarray]:
    inner = np.array(
        draw(st.lists(st.sampled_from([1, 2, 3, 4, 6, 7, 0]), min_size=9, max_size=9)),
        dtype=np.int64,
    ).reshape(3, 3)
    system = grid(inner)
    hidden = np.zeros(len(system.values), dtype=bool)
    hidden[system.targets] = True
    for place in draw(st.permutations(np.flatnonzero(system.mine).tolist())):
        if hidden.sum() < draw(st.integers(0, 10)):
            hidden[place] = True
    return system, hidden


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(patterns())
def test_the_word_of_the_proof_is_that_of_all_tables_there_are(
    drawn: tuple[System, np.ndarray],
) -> None:
    system, hidden = drawn
    if not 0 < hidden.sum() <= 12:
        return
    # Nothing more may be hidden: only the pattern as it is moves.
    growth = Growth(system, hidden, hidden, system.price, 1000).grow()
    said = len(growth.unproven) == 0
    low, high = np.full(len(system.targets), ENDLESS), np.zeros(len(system.targets), dtype=np.int64)
    for table in every_table(system, hidden):
        there = table[system.targets]
        low, high = np.minimum(low, there), np.maximum(high, there)
    true = bool((low <= system.low).all() and (high >= system.high).all())
    assert said == true


# --- the oracle: elimination modulo a prime ----------------------------------------------------------


def derivable(system: System, shown: np.ndarray) -> set[int]:
    """The hidden quantities that are an exact combination of what is shown, by elimination."""
    open_ = [int(place) for place in np.flatnonzero(~(system.known | shown))]
    at = {place: column for column, place in enumerate(open_)}
    matrix = system.matrix
    basis: dict[int, dict[int, int]] = {}
    for row in range(matrix.height):
        entries = range(matrix.start[row], matrix.start[row + 1])
        vector = {
            at[int(matrix.column[e])]: int(matrix.sign[e]) % PRIME
            for e in entries
            if int(matrix.column[e]) in at
        }
        while vector:
            lead = min(vector)
            if lead not in basis:
                inverse = pow(vector[lead], -1, PRIME)
                basis[lead] = {column: value * inverse % PRIME for column, value in vector.items()}
                break
            factor = vector[lead]
            for column, value in basis[lead].items():
                vector[column] = (vector.get(column, 0) - factor * value) % PRIME
                if not vector[column]:
                    del vector[column]
    for lead in sorted(basis, reverse=True):
        for other in [column for column in basis[lead] if column != lead and column in basis]:
            factor = basis[lead][other]
            for column, value in basis[other].items():
                basis[lead][column] = (basis[lead].get(column, 0) - factor * value) % PRIME
                if not basis[lead][column]:
                    del basis[lead][column]
    return {open_[lead] for lead, vector in basis.items() if len(vector) == 1}


def test_the_oracle_finds_what_follows_by_subtraction() -> None:
    system = grid(np.array([[3, 20], [30, 40]]))
    shown = system.mine.copy()
    [small] = system.targets.tolist()
    shown[small] = False
    assert derivable(system, shown) == {small}


@SLOW
@given(st.one_of(tables, cubes))
def test_no_small_quantity_is_a_combination_of_shown_ones(inner: np.ndarray) -> None:
    system = grid(inner)
    growth = grown(system)
    found = derivable(system, system.mine & ~growth.hidden)
    assert not found & set(system.targets.tolist())
    # What moves in a witness cannot be derived: no cell is hidden that anybody can recompute.
    assert not found & set(np.flatnonzero(growth.hidden & system.mine).tolist())


def test_a_table_of_43_by_12_is_protected_and_no_small_cell_can_be_derived() -> None:
    draws = np.random.default_rng(7).poisson(
        np.outer(1.3 ** np.arange(12), 60 / np.arange(1, 44)).T
    )
    system = grid(draws)
    assert len(system.values) > 500 and len(system.targets) > 20
    growth = grown(system)
    shown = system.mine & ~growth.hidden
    assert unproven(goals(system, growth), shown, moves(growth)).tolist() == []
    assert not derivable(system, shown) & set(system.targets.tolist())
    # What others ask for is less: with small cells hidden alone many can be derived.
    only = np.ones(len(system.values), dtype=bool)
    only[system.targets] = False
    assert derivable(system, only & system.mine) & set(system.targets.tolist())


# --- floors -----------------------------------------------------------------------------------------


def test_zeros_tell_how_large_a_total_is_at_least() -> None:
    system = grid(np.array([[1, 1, 1], [0, 0, 7], [0, 0, 9]]))
    low, _ = floors(system.matrix, system.least, system.known, system.values)
    three = next(at for at, value in enumerate(system.values.tolist()) if value == 3)
    assert low[three] == 3 and low[0] == 5


def test_what_is_known_bounds_what_is_not() -> None:
    system = grid(np.array([[2, 4], [50, 60]]))
    known = system.known.copy()
    six = next(at for at, value in enumerate(system.values.tolist()) if value == 6)
    known[six] = True
    low, high = floors(system.matrix, system.least, known, system.values)
    two = next(at for at, value in enumerate(system.values.tolist()) if value == 2)
    assert (low[two], high[two]) == (1, 5)


# --- plans ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sets", "circle"),
    [
        (["cpt", "cs", "cl"], ""), (["c", "p"], ""), (["cp", "pt"], ""), (["cp", "pt", "ct"], "cp ct pt"),
        (["cp", "pt", "ct", "cpt"], ""), (["ab", "bc", "cd", "da"], "ab ad bc cd"),
    ],
)  # fmt: skip
def test_only_tables_that_make_a_tree_have_no_circle(sets: list[str], circle: str) -> None:
    found = cyclic(frozenset(one) for one in sets)
    assert " ".join(sorted("".join(sorted(one)) for one in found)) == circle


def test_plans_go_from_all_tables_to_the_totals() -> None:
    plans = from_fine_to_coarse([(), ("category",), ("tier",), ("category", "tier")])
    assert [plan.told() for plan in plans] == [
        [["category", "tier"]], [["category"]], [["top:category"]], [[]],
    ]  # fmt: skip


def test_a_plan_publishes_its_tables_and_their_totals() -> None:
    plan = Plan((("top:category", "tier"), ("surface",)))
    assert plan.publishes(()) and plan.publishes((("category", "CSE"), ("tier", "high")))
    assert not plan.publishes((("category", "CSE-IDM"),))
    assert not plan.publishes((("category", "CSE"), ("surface", "feed")))
