"""Claims: what evidence states beside its witness tables, worked out again from what everybody knows.

Evidence may say that nobody holds less possible of a number, so that no witness has to go lower, or that what
others published leaves no more than so much. Either makes the proof easier, so neither is taken on trust. A
claim that goes further than the numbers is that of a forger, or of another publication.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from harmtax.errors import BadUse
from harmtax.figures.disclosure.cells import Cell
from harmtax.figures.disclosure.evidence import FAR, Evidence
from harmtax.figures.disclosure.hearsay import Hearsay
from harmtax.figures.disclosure.plan import Plan, cyclic
from harmtax.figures.disclosure.programme import DOWN, UP, Programme
from harmtax.figures.disclosure.releases import Release
from harmtax.figures.disclosure.rows import additive, rows
from harmtax.figures.disclosure.system import System
from harmtax.figures.publication import Publication

NEAR = 1e-6


def held(publication: Publication, evidence: Evidence) -> None:
    """Whether the evidence has the value of every number that the publication hides.

    Raises BadUse. A number beside a hidden one may be null since it never was; both are not.
    """
    for name, value in evidence.values.items():
        if not 0 <= value <= FAR:
            raise BadUse(f"the evidence has {value} for {name}, which is no count")
    hides = publication.hidden.to_pylist()
    for row, hidden in zip(rows(publication.table), hides, strict=True):
        pairs = ((row.top, row.numerator), (row.bottom, row.denominator))
        if not hidden or not additive(row.top) or row.numerator is not None:
            continue
        gone = [cell for cell, value in pairs if cell is not None and value is None]
        found = [evidence.values[cell.name] for cell in gone if cell.name in evidence.values]
        if not found:
            raise BadUse(f"the evidence lacks the hidden number {row.top.name}")
        if min(found) < 1 and publication.policy.zeros != "hideable":
            raise BadUse(f"the evidence has 0 for {row.top.name}, and no zero is hidden")


def criterion(k: int) -> str:
    """What is promised, in one sentence."""
    return (
        f"For every number from 1 to {k - 1} that can be named, also as a difference, complete tables of"
        " whole numbers agree with everything published in which it is anything from its least possible"
        f" value to {k} more."
    )


def stated(publication: Publication) -> None:
    """Raises BadUse where what a publication says of itself is not what its policy promises."""
    k = publication.policy.k
    if publication.about.get("k", k) != k:
        raise BadUse(f"the publication states k = {publication.about['k']}, and its policy {k}")
    if publication.about.get("criterion", criterion(k)) != criterion(k):
        raise BadUse("the publication states another criterion than that of its policy")


def complete(publication: Publication, earlier: Iterable[Release]) -> None:
    """Raises BadUse where an earlier publication or filing is missing that the publication names."""
    held = {each.digest for each in earlier}
    for option, named in (("--prior", "prior"), ("--filing", "filings")):
        for each in publication.about.get(named, ()):
            if each["digest"] not in held:
                raise BadUse(
                    f"the publication was made after {each['file']}, which is missing here or is another"
                    f" file: name it with {option}"
                )


def published(plan: Plan, cells: Collection[Cell], finer: Iterable[Cell]) -> None:
    """Raises BadUse for tables that the plan does not tell, for which no circle was looked for.

    Neither may the plan tell a finer table that is not there, which would tie a circle of those that are.
    """
    for cell in cells:
        if not plan.publishes(cell.codes):
            raise BadUse(f"the publication has {cell.name}, which is in no table of its plan")
    circle = cyclic(cell.breakdown for cell in cells)
    names = frozenset().union(*circle)
    if circle and not any(names <= cell.breakdown for cell in finer):
        told = ", ".join("+".join(sorted(each)) for each in sorted(circle, key=sorted))
        raise BadUse(f"the tables {told} hang together in a circle, and nothing finer is there")


def truth_holds(system: System) -> None:
    """Raises BadUse where the numbers that are said to be hidden cannot be: too low, or not adding up."""
    far = np.flatnonzero(np.abs(system.values) > FAR)
    if len(far):
        raise BadUse(f"{system.names[int(far[0])]} is no count: {int(system.values[far[0]])}")
    low = np.flatnonzero(~system.known & (system.values < system.least))
    if len(low):
        raise BadUse(
            f"the evidence has {int(system.values[low[0]])} for {system.names[int(low[0])]}, which is at"
            f" least {int(system.least[low[0]])}"
        )


def attackers(publication: Publication, evidence: Evidence, reporters: Sequence[str]) -> list[str]:
    """Before whom the numbers are to be proven: the public, and each reporter where that was promised.

    Raises BadUse for evidence that leaves one of them out.
    """
    wanted = ["", *(reporters if publication.policy.insiders else ())]
    if missing := [who or "the public" for who in wanted if who not in evidence.witnesses]:
        raise BadUse(f"the evidence has no witnesses for {', '.join(missing)}")
    return wanted


def floors_hold(system: System, claimed: Mapping[str, int]) -> None:
    """Raises BadUse where a claimed least value is more than what everybody can tell.

    `system` is without these claims, and has only what is known before the publication as known.
    """
    for period in sorted({name.split("|")[1] for name in claimed}):
        # A period proves its own floors: more equations could only raise them, so that they are asked last.
        here = {name: n for name, n in claimed.items() if name.split("|")[1] == period}
        left = dict(_too_high(_of(system, period), here))
        for name, floor in _too_high(system, left):
            raise BadUse(
                f"the evidence states that {name} is at least {floor}, and the numbers do not"
            )


def _too_high(system: System, claimed: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    for place, floor, reach in _asked(system, claimed, DOWN):
        # A fall that comes near a whole number is taken for it, since a lower floor asks for more.
        if reach is None or floor > int(system.values[place]) - int(np.floor(reach + NEAR)):
            yield system.names[place], floor


def _of(system: System, period: str) -> System:
    """The system with the equations of one period alone."""
    inside = np.array([name.split("|")[1] == period for name in system.names], dtype=bool)
    matrix = system.matrix
    others = np.bincount(
        matrix.row_of_entry(), weights=~inside[matrix.column], minlength=matrix.height
    )
    return replace(system, matrix=matrix.taking(np.flatnonzero(others == 0)))


def bounds_hold(
    hearsay: Hearsay, revealed: Mapping[str, tuple[int, int]], earlier: Sequence[Release]
) -> None:
    """Raises BadUse where others are said to have revealed more than they did."""
    system = hearsay.system
    shown: dict[Cell, int] = {}
    for release in earlier:
        shown |= release.shown
    exact = {cell.name: value for cell, value in shown.items()}
    asked: dict[str, int] = {}
    for name, (low, high) in revealed.items():
        if name not in exact:
            asked[name] = high
        elif low != high or high != exact[name]:
            raise BadUse(f"the evidence states that {name} was revealed, and that is not so")
    place_of = {name: place for place, name in enumerate(system.names)}
    places = {place_of[name] for name in asked if not system.known[place_of[name]]}
    for place in sorted(places - hearsay.revealed(sorted(places))):
        raise BadUse(
            f"the evidence states that {system.names[place]} was revealed by others, and that is not so"
        )
    for place, high, reach in _asked(system, asked, UP):
        if reach is None or int(system.values[place]) + int(np.floor(reach + NEAR)) > high:
            raise BadUse(
                f"the evidence states that {system.names[place]} is at most {high}, and the numbers do not"
            )


def _asked(
    system: System, claimed: Mapping[str, int], way: int
) -> Iterator[tuple[int, int, float | None]]:
    """Each claim about a quantity that is open: its place, the claim, and how far it can really go."""
    place = {name: at for at, name in enumerate(system.names)}
    wanted = {place[name]: told for name, told in claimed.items() if name in place}
    places = sorted(at for at in wanted if not system.known[at])
    if not places:
        return
    free = np.flatnonzero(~system.known)
    room = system.values - system.least
    programme = Programme.of(system.matrix, free, room, np.full(len(system.values), 0.01))
    numbers = np.searchsorted(free, places).tolist()
    for at, reach in zip(places, programme.reaches(numbers, way), strict=True):
        yield at, wanted[at], reach
