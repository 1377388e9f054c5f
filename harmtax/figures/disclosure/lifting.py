"""Lifting: the witnesses of earlier publications, made witnesses of a longer period.

What moves in a quarter moves in its year by as much. So a year needs no programme of its own: its cells are
hidden where a quarter's witness moves them, and a small number of the year is taken to its floor by the
witnesses of all its quarters together, which move different cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from harmtax.figures.disclosure.growth import Growth, Move
from harmtax.figures.disclosure.system import Bools, Ints, System


def lift(growth: Growth, told: Sequence[Sequence[Mapping[str, int]]], settled: Bools) -> Growth:
    """Takes the witnesses of earlier publications, one sequence for each, as far as they hold here.

    `settled` are the quantities that the earlier publications speak of, and those that stand still.
    """
    system = growth.system
    place = {name: at for at, name in enumerate(system.names)}
    columns, source = [], []
    for number, witnesses in enumerate(told):
        for witness in witnesses:
            column = np.zeros(len(place), dtype=np.int64)
            # What this publication no longer speaks of moves alone, and breaks no equation of ours.
            known = [(place[name], step) for name, step in witness.items() if name in place]
            for at, step in known:
                column[at] = step
            columns.append(column)
            source.append(number)
    if not columns:
        return growth
    moves = _carried(system, np.stack(columns, axis=1), settled)
    sound = [at for at in range(moves.shape[1]) if _holds(system, moves[:, at])]
    for at in sound:
        growth.take(_move(moves[:, at]))
    _composed(growth, moves[:, sound], np.array(source)[sound])
    return growth


def _carried(system: System, moves: Ints, settled: Bools) -> Ints:
    """The moves of the other quantities, each solved from an equation in which it alone is open."""
    matrix, columns = system.matrix, system.columns
    open_ = ~settled
    left = np.zeros(matrix.height, dtype=np.int64)
    np.add.at(left, matrix.row_of_entry(), open_[matrix.column].astype(np.int64))
    ready = np.flatnonzero(left == 1).tolist()
    while ready:
        row = ready.pop()
        if left[row] != 1:
            continue
        entries = slice(matrix.start[row], matrix.start[row + 1])
        places, signs = matrix.column[entries], matrix.sign[entries]
        [at] = np.flatnonzero(open_[places])
        others = np.delete(np.arange(len(places)), at)
        moves[places[at]] = -signs[at] * (signs[others] @ moves[places[others]])
        open_[places[at]] = False
        touched = columns.column[columns.start[places[at]] : columns.start[places[at] + 1]]
        left[touched] -= 1
        ready.extend(touched[left[touched] == 1].tolist())
    return moves


def _composed(growth: Growth, moves: Ints, source: Ints) -> None:
    """Sums of witnesses, one of each earlier publication, for the targets that no single one proves."""
    system = growth.system
    for number in growth.unproven.tolist():
        place = int(system.targets[number])
        for sign, missing in ((1, growth.up[number] < 0), (-1, growth.down[number] < 0)):
            if not missing:
                continue
            total = np.zeros(len(system.values), dtype=np.int64)
            for best in _best(moves[place] * sign, source):
                if _holds(system, total + moves[:, best]):
                    total += moves[:, best]
            growth.take(_move(total))


def _best(reach: Ints, source: Ints) -> Iterator[int]:
    """For each source the column that takes the target furthest."""
    for each in np.unique(source).tolist():
        within = np.flatnonzero(source == each)
        best = int(within[np.argmax(reach[within])])
        if reach[best] > 0:
            yield best


def _holds(system: System, steps: Ints) -> bool:
    return system.holds(system.values + steps)


def _move(steps: Ints) -> Move:
    places = np.flatnonzero(steps)
    return Move(places, steps[places])
