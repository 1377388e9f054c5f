"""The verdict: a publication, its evidence and all earlier releases held against the criterion.

Everything is read again from the public numbers and the evidence, and the proof is an addition of whole
numbers: nothing here knows how the witnesses were found. Only a least or greatest value that the evidence
claims is worked out again by a programme.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from harmtax.figures.disclosure import claims
from harmtax.figures.disclosure.assembly import assembled, hearsay
from harmtax.figures.disclosure.attempt import before, longest, reporters
from harmtax.figures.disclosure.cells import JOINT, Cell
from harmtax.figures.disclosure.evidence import Evidence
from harmtax.figures.disclosure.knowledge import bound
from harmtax.figures.disclosure.plan import Plan
from harmtax.figures.disclosure.proof import unproven
from harmtax.figures.disclosure.releases import Release, linked, promises, told
from harmtax.figures.disclosure.rows import apart, rows
from harmtax.figures.disclosure.system import ENDLESS, Ints, System
from harmtax.figures.publication import Publication


def prove(publication: Publication, evidence: Evidence, earlier: Sequence[Release]) -> list[str]:
    """The small quantities, by name, that the evidence does not prove. None is the proof.

    Raises BadUse for evidence that states what the numbers do not.
    """
    claims.stated(publication)
    claims.complete(publication, earlier)
    claims.held(publication, evidence)
    shown, absent = told(publication)
    hidden = {cell: evidence.values[cell.name] for cell in absent if cell.name in evidence.values}
    plan = Plan(tuple(tuple(each) for each in publication.about["plan"]))
    finer = {Cell.named(name): value for name, value in evidence.values.items()}
    met = {cell: finer.pop(cell) for cell in [*finer] if JOINT in cell.quantity}
    truth = finer | shown | hidden
    claims.published(plan, [*shown, *hidden], truth)
    lost: list[str] = []
    done: list[Release] = list(earlier)
    for period in sorted({cell.period for cell in [*shown, *hidden]}, key=longest):
        here = {cell: value for cell, value in shown.items() if cell.period == period}
        gone = {cell: value for cell, value in hidden.items() if cell.period == period}
        lost += _period(publication, evidence, plan, here, gone, truth, met, linked(done, period))
        done.append(
            Release(
                period,
                "",
                publication.use,
                here,
                frozenset(gone),
                plan.breakdowns,
                evidence,
                publication.policy,
            )
        )
    return lost


def _period(
    publication: Publication,
    evidence: Evidence,
    plan: Plan,
    shown: dict[Cell, int],
    hidden: dict[Cell, int],
    truth: dict[Cell, int],
    met: dict[Cell, int],
    earlier: Sequence[Release],
) -> list[str]:
    policy = publication.policy
    promises(policy, earlier)
    mine = shown | hidden
    together = {cell.quantity for cell in met}
    single = apart(publication.table, rows(publication.table))
    book, roles = bound(mine, truth, plan, policy, earlier, single, together, met)
    system, cells = assembled(book, roles, policy.k)
    told_now = np.array([cell in shown and cell not in roles.unseen for cell in cells], dtype=bool)
    plain = assembled(book, replace(roles, claimed={}), policy.k)[0] if roles.claimed else system
    claims.floors_hold(plain, roles.claimed)
    claims.truth_holds(system)
    lost: list[str] = []
    for who in claims.attackers(publication, evidence, reporters(mine)):
        place = {name: at for at, name in enumerate(system.names)}
        moves = [
            _move(each, place) for each in evidence.witnesses[who] if each.keys() <= place.keys()
        ]
        seen = before(system, cells, who, policy.k) if who else system
        floors = _floors(seen, evidence, who)
        claims.floors_hold(seen, floors)
        revealed = _revealed(seen, evidence) if earlier and not who else {}
        claims.bounds_hold(hearsay(seen, cells, book, roles, policy.k), revealed, earlier)
        goals = _goals(seen, floors, revealed, policy.k)
        lost += [
            seen.names[int(goals.targets[number])]
            for number in unproven(goals, told_now & ~goals.known, moves)
        ]
    return lost


def _floors(system: System, evidence: Evidence, who: str) -> dict[str, int]:
    """The least values that the evidence claims for targets of this attacker, where they are more."""
    names = [system.names[place] for place in system.targets.tolist()]
    found = {name: evidence.floors.get(f"{who}:{name}" if who else name, 0) for name in names}
    low = dict(zip(names, system.low.tolist(), strict=True))
    return {name: floor for name, floor in found.items() if floor > low[name]}


def _revealed(system: System, evidence: Evidence) -> dict[str, tuple[int, int]]:
    """What others are said to have revealed of the quantities of this system."""
    return {name: evidence.revealed[name] for name in system.names if name in evidence.revealed}


def _goals(
    system: System, floors: dict[str, int], revealed: dict[str, tuple[int, int]], k: int
) -> System:
    """The goals, with the floors that a programme found and the bounds that others had revealed."""
    low, high = system.low.copy(), system.high.copy()
    for number, place in enumerate(system.targets.tolist()):
        name = system.names[place]
        if name in floors:
            low[number], high[number] = floors[name], floors[name] + k
        if name in revealed:
            high[number] = revealed[name][1]
    return replace(system, low=low, high=high)


def _move(witness: Mapping[str, int], place: dict[str, int]) -> tuple[Ints, Ints]:
    return (
        np.array([place[name] for name in witness], dtype=np.int64),
        # A step beyond every count proves nothing, and need not fit.
        np.array([max(-ENDLESS, min(step, ENDLESS)) for step in witness.values()], dtype=np.int64),
    )
