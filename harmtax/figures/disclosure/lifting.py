"""Lifting: the witnesses of earlier publications, made witnesses of a longer period.

What moves in a quarter moves in its year by as much. So a year needs no programme of its own: its cells are
hidden where a quarter's witness moves them, and a small number of the year is taken to its floor by the
witnesses of all its quarters together, which move different cells.

A witness moves few quantities of many, so it is kept by its places. Only some are written out in full at a
time, which is what a year of fine tables needs to stay in the memory of a small machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from harmtax.figures.disclosure.growth import Growth, Move
from harmtax.figures.disclosure.system import Bools, Ints, System

# Witnesses that are written out in full together: 64 of 50,000 quantities are 26 MB.
TOGETHER = 64


class Step(NamedTuple):
    """A group of quantities, each of which follows from one equation whose others are settled by then.

    Entry e says that the quantity number `owner[e]` takes the move of place `column[e]` times `sign[e]`.
    """

    places: Ints
    owner: Ints
    column: Ints
    sign: Ints


def lift(growth: Growth, told: Sequence[Sequence[Mapping[str, int]]], settled: Bools) -> Growth:
    """Takes the witnesses of earlier publications, one sequence for each, as far as they hold here.

    `settled` are the quantities that the earlier publications speak of, and those that stand still.
    """
    system = growth.system
    place = {name: at for at, name in enumerate(system.names)}
    steps = list(_order(system, settled))
    flat = [(number, witness) for number, witnesses in enumerate(told) for witness in witnesses]
    moves: list[Move] = []
    source: list[int] = []
    for first in range(0, len(flat), TOGETHER):
        some = flat[first : first + TOGETHER]
        full = np.zeros((len(some), len(place)), dtype=np.int64)
        for at, (_, witness) in enumerate(some):
            # What this publication no longer speaks of moves alone, and breaks no equation of ours.
            known = [(place[name], step) for name, step in witness.items() if name in place]
            if known:
                full[at, [where for where, _ in known]] = [step for _, step in known]
        _carry(full, steps)
        for (number, _), line in zip(some, full, strict=True):
            if _holds(system, line):
                moves.append(_move(line))
                source.append(number)
    for move in moves:
        growth.take(move)
    _composed(growth, moves, source)
    return growth


def _order(system: System, settled: Bools) -> Iterator[Step]:
    """The quantities that are not settled, each by an equation in which it alone is open, group by group."""
    matrix, rows = system.matrix, system.matrix.row_of_entry()
    open_ = ~settled
    while True:
        waiting = open_[matrix.column]
        left = np.bincount(rows[waiting], minlength=matrix.height)
        leads = np.flatnonzero(waiting & (left[rows] == 1))
        # Of two equations for one quantity the last is taken; the other is checked with all of them.
        by_place = dict(zip(matrix.column[leads].tolist(), leads.tolist(), strict=True))
        if not by_place:
            return
        chosen = np.array(list(by_place.values()), dtype=np.int64)
        cut = matrix.taking(rows[chosen])
        owner, own = cut.row_of_entry(), matrix.column[chosen]
        others = cut.column != own[owner]
        sign = -cut.sign * matrix.sign[chosen][owner]
        yield Step(own, owner[others], cut.column[others], sign[others])
        open_[own] = False


def _carry(full: Ints, steps: Sequence[Step]) -> None:
    """Fills in, line by line, the moves of the quantities that follow from the settled ones."""
    for step in steps:
        for line in full:
            amounts = line[step.column] * step.sign
            moved = np.flatnonzero(amounts)
            line[step.places] = 0
            np.add.at(line, step.places[step.owner[moved]], amounts[moved])


def _composed(growth: Growth, moves: Sequence[Move], source: Sequence[int]) -> None:
    """Sums of witnesses, one of each earlier publication, for the targets that no single one proves."""
    system = growth.system
    targets = {int(system.targets[number]) for number in growth.unproven.tolist()}
    moving = _moving(moves, targets)
    for number in growth.unproven.tolist():
        reaches = moving.get(int(system.targets[number]), [])
        for sign, missing in ((1, growth.up[number] < 0), (-1, growth.down[number] < 0)):
            if not missing:
                continue
            total = np.zeros(len(system.values), dtype=np.int64)
            for best in _best([(sign * step, source[at], at) for at, step in reaches]):
                more = total + moves[best].full(len(total))
                if _holds(system, more):
                    total = more
            growth.take(_move(total))


def _moving(moves: Sequence[Move], targets: set[int]) -> dict[int, list[tuple[int, int]]]:
    """For each target the moves that move it, by number, and by how much."""
    found: dict[int, list[tuple[int, int]]] = {}
    for number, move in enumerate(moves):
        for place, step in zip(move.places.tolist(), move.steps.tolist(), strict=True):
            if place in targets:
                found.setdefault(place, []).append((number, step))
    return found


def _best(reaches: Sequence[tuple[int, int, int]]) -> list[int]:
    """For each source, in order, the move that takes the target furthest; the first of equal ones."""
    best: dict[int, tuple[int, int]] = {}
    for reach, source, number in reaches:
        if reach > best.get(source, (0, 0))[0]:
            best[source] = (reach, number)
    return [best[source][1] for source in sorted(best)]


def _holds(system: System, steps: Ints) -> bool:
    return system.holds(system.values + steps)


def _move(steps: Ints) -> Move:
    places = np.flatnonzero(steps)
    return Move(places, steps[places])
