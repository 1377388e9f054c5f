"""Attempts: one period protected under one plan of tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harmtax.errors import BadUse
from harmtax.figures.disclosure.assembly import Roles, assembled, hearsay
from harmtax.figures.disclosure.cells import CHILDREN, Cell, months
from harmtax.figures.disclosure.evidence import Evidence
from harmtax.figures.disclosure.growth import Growth
from harmtax.figures.disclosure.joints import Joint, joints, torn
from harmtax.figures.disclosure.knowledge import bound
from harmtax.figures.disclosure.lifting import lift
from harmtax.figures.disclosure.plan import TREE, Plan
from harmtax.figures.disclosure.pruning import thrifty
from harmtax.figures.disclosure.releases import Release
from harmtax.figures.disclosure.system import Bools, System
from harmtax.figures.disclosure.testimony import testimony
from harmtax.figures.policy import Policy

REPORTER = "reporter_id"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One period under one plan: what is shown, what is hidden, the proof, and what is missing of it.

    `failed` names the targets without proof; an attempt that has any is not published.
    """

    period: str
    shown: Mapping[Cell, int]
    hidden: Mapping[Cell, int]
    evidence: Evidence
    failed: tuple[str, ...]
    targets: int

    def release(self, plan: Plan, policy: Policy) -> Release:
        """The attempt as an earlier release of a longer period in the same publication."""
        return Release(
            self.period,
            "",
            "publication",
            self.shown,
            frozenset(self.hidden),
            plan.breakdowns,
            self.evidence,
            policy,
        )


def attempt(
    truth: Mapping[Cell, int],
    period: str,
    plan: Plan,
    policy: Policy,
    earlier: Sequence[Release],
    apart: frozenset[Cell] = frozenset(),
) -> Attempt:
    """Protects the cells of a period that the plan publishes, as far as it can be done."""
    mine = {
        cell: n for cell, n in truth.items() if cell.period == period and plan.publishes(cell.codes)
    }
    pairs: set[str] = set()
    waiting: list[Joint] | None = None
    while True:
        book, roles = bound(mine, truth, plan, policy, earlier, apart, pairs)
        system, cells = assembled(book, roles, policy.k)
        growths = _growths(system, cells, roles, mine, policy, earlier, period)
        waiting = list(joints(book, plan, period)) if waiting is None else waiting
        more = torn(waiting, system, [move for each in growths.values() for move in each.moves])
        if not more:
            break
        pairs |= more
        waiting = [each for each in waiting if each.name not in pairs]
    growth = growths[""]
    revealed = hearsay(system, cells, book, roles, policy.k).revealed
    small = {cell for cell, value in mine.items() if 0 < value < policy.k}
    hidden = {
        cell for cell, gone in zip(cells, growth.hidden, strict=True) if gone and cell in mine
    } | small
    return Attempt(
        period=period,
        shown={cell: value for cell, value in mine.items() if cell not in hidden},
        hidden={cell: mine[cell] for cell in sorted(hidden)},
        evidence=testimony(
            growths,
            {cell: mine[cell] for cell in sorted(hidden)},
            {cell: book.value(cell) for cell in roles.unseen - book.filed if cell.period == period},
            earlier,
            policy.k,
        ),
        failed=tuple(sorted({*_failed(growths, revealed)})),
        targets=len(system.targets),
    )


def _growths(
    system: System,
    cells: list[Cell],
    roles: Roles,
    mine: Mapping[Cell, int],
    policy: Policy,
    earlier: Sequence[Release],
    period: str,
) -> dict[str, Growth]:
    """What must be hidden and its witnesses, before the public and before each insider."""
    must = system.mine & np.array([cell in roles.covered for cell in cells], dtype=bool)
    must[system.targets] |= system.mine[system.targets]
    growth = _grown(system, cells, must, policy, earlier, period)
    growths = {"": growth}
    for who in _insiders(mine, policy):
        growths[who] = _insider(growth, cells, who, policy.k)
        growth.hidden |= growths[who].hidden
    return growths


def _grown(
    system: System,
    cells: list[Cell],
    must: Bools,
    policy: Policy,
    earlier: Sequence[Release],
    period: str,
) -> Growth:
    growth = Growth(system, must, ~system.known, system.price, policy.nodes)
    told = [each.evidence.witnesses.get("", ()) for each in earlier if each.evidence]
    if any(told):
        names = {name for witnesses in told for each in witnesses for name in each}
        settled = [cell.period != period or cell.name in names for cell in cells]
        growth = lift(growth, told, np.array(settled, dtype=bool) | system.known)
    return thrifty(growth, must)


def _insiders(mine: Mapping[Cell, int], policy: Policy) -> list[str]:
    if not policy.insiders:
        return []
    found = reporters(mine)
    if not found:
        raise BadUse(f"the policy asks for insiders, and the plan has no {REPORTER}")
    return found


def reporters(cells: Iterable[Cell]) -> list[str]:
    """The reporters that cells tell apart."""
    return sorted({code for cell in cells for name, code in cell.codes if name == REPORTER})


def _insider(growth: Growth, cells: list[Cell], who: str, k: int) -> Growth:
    """The same publication before a reporter who knows his own numbers."""
    inside = before(growth.system, cells, who, k)
    own = inside.known & ~growth.system.known
    again = Growth(inside, growth.hidden, ~inside.known, inside.price, growth.nodes)
    for move in growth.moves:
        if not own[move.places].any():
            again.take(move)
    return again.grow()


def before(system: System, cells: Sequence[Cell], who: str, k: int) -> System:
    """The system before a reporter, who knows all his own numbers."""
    own = np.array([(REPORTER, who) in cell.codes for cell in cells], dtype=bool)
    targets = system.targets[~own[system.targets]]
    nothing = np.zeros(len(targets), dtype=np.int64)
    known = system.known | own
    return replace(system, known=known, targets=targets, low=nothing, high=nothing).with_floors(k)


def _failed(
    growths: Mapping[str, Growth], revealed: Callable[[Sequence[int]], set[int]]
) -> Iterator[str]:
    for who, growth in growths.items():
        bounded = {int(growth.system.targets[number]) for number in growth.bounded}
        # What others had revealed to everybody is nothing that this publication could keep.
        bounded -= set() if who else revealed(sorted(bounded))
        for place in sorted({*growth.system.targets[growth.unproven].tolist(), *bounded}):
            name = growth.system.names[place]
            yield f"{name} (before {who})" if who else name


def longest(period: str) -> tuple[int, int]:
    """Sorts periods: the shortest first, then by their start."""
    first, size = months(period)
    return size, first


def finest(cells: Mapping[Cell, int]) -> list[Cell]:
    """The cells that are broken down no further: of the finest tables, without parts of their own."""
    broken = {(cell.quantity, cell.period, cell.breakdown) for cell in cells}
    inner = {
        (quantity, period, one)
        for quantity, period, one in broken
        if any(quantity == other and period == when and one < two for other, when, two in broken)
    }
    kept = (cell for cell in cells if (cell.quantity, cell.period, cell.breakdown) not in inner)
    return [cell for cell in kept if not _has_parts(cell, cells)]


def _has_parts(cell: Cell, cells: Mapping[Cell, int]) -> bool:
    code = dict(cell.codes).get(TREE)
    return code is not None and any(
        cell.at(TREE, below) in cells for below in CHILDREN.get(code, ())
    )
