"""The verdict: a publication, its evidence and all earlier releases held against the criterion.

Everything is read again from the public numbers and the evidence, and only whole numbers are added: nothing
here knows how the witnesses were found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harmtax.figures.disclosure.assembly import assembled
from harmtax.figures.disclosure.attempt import before, bound, longest
from harmtax.figures.disclosure.cells import Cell
from harmtax.figures.disclosure.evidence import Evidence
from harmtax.figures.disclosure.plan import Plan
from harmtax.figures.disclosure.proof import unproven
from harmtax.figures.disclosure.releases import Release, linked, summed, told
from harmtax.figures.disclosure.system import Ints, System
from harmtax.figures.publication import Publication


def prove(publication: Publication, evidence: Evidence, earlier: Sequence[Release]) -> list[str]:
    """The small quantities, by name, that the evidence does not prove. None is the proof."""
    shown, absent = told(publication)
    hidden = {cell: evidence.values[cell.name] for cell in absent if cell.name in evidence.values}
    plan = Plan(tuple(tuple(each) for each in publication.about["plan"]))
    finer = {Cell.named(name): value for name, value in evidence.values.items()}
    finer = {
        cell: value for cell, value in finer.items() if cell not in shown and cell not in hidden
    }
    lost: list[str] = []
    done: list[Release] = list(earlier)
    for period in sorted({cell.period for cell in [*shown, *hidden]}, key=longest):
        here = {cell: value for cell, value in shown.items() if cell.period == period}
        gone = {cell: value for cell, value in hidden.items() if cell.period == period}
        lost += _period(publication, evidence, plan, here, gone, finer, linked(done, period))
        done.append(
            Release(period, "", publication.use, here, frozenset(gone), plan.breakdowns, evidence)
        )
    return lost


def _period(
    publication: Publication,
    evidence: Evidence,
    plan: Plan,
    shown: dict[Cell, int],
    hidden: dict[Cell, int],
    finer: dict[Cell, int],
    earlier: Sequence[Release],
) -> list[str]:
    policy = publication.policy
    mine = shown | hidden
    book, roles = bound(mine, mine | finer, plan, policy, earlier)
    system, cells = assembled(book, roles, policy.k)
    told_now = np.array([cell in shown and cell not in roles.unseen for cell in cells], dtype=bool)
    lost = summed(mine, earlier, policy.k)
    for who, witnesses in evidence.witnesses.items():
        place = {name: at for at, name in enumerate(system.names)}
        moves = [_move(each, place) for each in witnesses if each.keys() <= place.keys()]
        seen = before(system, cells, who, policy.k) if who else system
        goals = _goals(seen, evidence, who, policy.k, bool(earlier))
        lost += [
            seen.names[int(goals.targets[number])]
            for number in unproven(goals, told_now & ~goals.known, moves)
        ]
    return lost


def _goals(system: System, evidence: Evidence, who: str, k: int, earlier: bool) -> System:
    """The goals, with the floors that a programme found and the bounds that others had revealed."""
    low, high = system.low.copy(), system.high.copy()
    for number, place in enumerate(system.targets.tolist()):
        name = system.names[place]
        floor = evidence.floors.get(f"{who}:{name}" if who else name, 0)
        if floor > low[number]:
            low[number], high[number] = floor, floor + k
        if earlier and not who and name in evidence.revealed:
            high[number] = evidence.revealed[name][1]
    return replace(system, low=low, high=high)


def _move(witness: object, place: dict[str, int]) -> tuple[Ints, Ints]:
    pairs = dict(witness)  # type: ignore[call-overload]
    return (
        np.array([place[name] for name in pairs], dtype=np.int64),
        np.array(list(pairs.values()), dtype=np.int64),
    )
