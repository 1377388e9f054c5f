"""Attempts: one period protected under one plan of tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from harmtax.errors import BadUse
from harmtax.figures.disclosure.assembly import Roles, assembled
from harmtax.figures.disclosure.cells import CHILDREN, Book, Cell, months, periods, tables
from harmtax.figures.disclosure.evidence import Evidence
from harmtax.figures.disclosure.growth import Growth
from harmtax.figures.disclosure.lifting import lift
from harmtax.figures.disclosure.plan import TREE, Plan, cyclic
from harmtax.figures.disclosure.pruning import thrifty
from harmtax.figures.disclosure.releases import Release
from harmtax.figures.disclosure.rows import quantities
from harmtax.figures.disclosure.subsets import subsets
from harmtax.figures.disclosure.system import Bools, System
from harmtax.figures.disclosure.testimony import testimony
from harmtax.figures.policy import Policy
from harmtax.figures.publication import STATUTORY

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

    def release(self, plan: Plan) -> Release:
        """The attempt as an earlier release of a longer period in the same publication."""
        return Release(
            self.period,
            "",
            "publication",
            self.shown,
            frozenset(self.hidden),
            plan.breakdowns,
            self.evidence,
        )


def attempt(
    truth: Mapping[Cell, int], period: str, plan: Plan, policy: Policy, earlier: Sequence[Release]
) -> Attempt:
    """Protects the cells of a period that the plan publishes, as far as it can be done."""
    mine = {
        cell: n for cell, n in truth.items() if cell.period == period and plan.publishes(cell.codes)
    }
    book, roles = bound(mine, truth, plan, policy, earlier)
    system, cells = assembled(book, roles, policy.k)
    must = system.mine & np.array([cell in roles.covered for cell in cells], dtype=bool)
    must[system.targets] |= system.mine[system.targets]
    growth = _grown(system, cells, must, policy, earlier, period)
    growths = {"": growth}
    for who in _insiders(mine, policy):
        growths[who] = _insider(growth, cells, who, policy.k)
        growth.hidden |= growths[who].hidden
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
            {cell: book.value(cell) for cell in roles.unseen},
            earlier,
            policy.k,
        ),
        failed=tuple(sorted({*_failed(growths, bool(earlier))})),
        targets=len(system.targets),
    )


def bound(
    mine: Mapping[Cell, int],
    truth: Mapping[Cell, int],
    plan: Plan,
    policy: Policy,
    earlier: Sequence[Release],
) -> tuple[Book, Roles]:
    """All cells of a publication and of the earlier ones with their equations, and what each is to it.

    Raises BadUse for a plan whose tables hang together in a circle, unless the finer table is there.
    """
    values: dict[Cell, int] = {}
    open_: set[Cell] = set()
    covered: set[Cell] = set()
    filed: set[Cell] = set()
    for release in earlier:
        values = {**release.within, **values, **release.values()}
        filed |= release.within.keys()
        filed |= release.shown.keys() if release.use == STATUTORY else set()
        open_ |= release.shown.keys()
        covered |= release.hidden
    shifts = {
        cell: (values[cell], value)
        for cell, value in mine.items()
        if values.get(cell, value) != value
    }
    values |= mine
    unseen = _refined(truth, mine, plan, earlier)
    values |= unseen
    unseen |= {cell: values[cell] for cell in filed - mine.keys() - open_ - covered}
    if policy.zeros == "hideable":
        values |= {cell: 0 for cell in _grid(mine) if cell not in values}
    book = Book(
        quantities(),
        values,
        hideable=policy.zeros == "hideable",
        filed=filed - mine.keys(),
        told=_deep(mine, plan, earlier),
    )
    tables(book)
    periods(book)
    subsets(book)
    for release in earlier:
        open_ |= book.file(release.filed)
    claimed: dict[str, int] = {}
    for release in earlier:
        claimed |= dict(release.evidence.floors) if release.evidence else {}
    # What a correction added is known to whoever made it: the old number was at least 1 as well.
    raised = {cell.name: 1 + max(0, new - old) for cell, (old, new) in shifts.items()}
    return book, Roles(
        mine=set(mine)
        if policy.zeros == "shown"
        else {cell for cell in values if cell not in unseen},
        open=open_,
        # What one release hides and another shows is known.
        covered=covered - open_,
        unseen=unseen.keys(),
        also={cell for cell, (old, _) in shifts.items() if 0 < old < policy.k},
        raised=raised,
        claimed=claimed,
        hideable=policy.zeros == "hideable",
    )


def _deep(
    mine: Mapping[Cell, int], plan: Plan, earlier: Sequence[Release]
) -> Set[tuple[str, frozenset[str]]]:
    """The tables that go below the top of the tree, by period and breakdown."""
    told = [(each.periods, Plan(each.plan)) for each in earlier]
    told.append(({cell.period for cell in mine}, plan))
    return {(period, names) for whole, of in told for period in whole for names in of.deep()}


def _refined(
    truth: Mapping[Cell, int], mine: Mapping[Cell, int], plan: Plan, earlier: Sequence[Release]
) -> dict[Cell, int]:
    """The cells of a finer table that ties a circle of tables together; nobody is shown them."""
    circle = cyclic(
        plan.sets() | {frozenset(each) for release in earlier for each in _finest(release)}
    )
    if not circle:
        return {}
    names = frozenset().union(*circle)
    wanted = {cell.breakdown for cell in truth if names <= cell.breakdown}
    if not wanted:
        told = ", ".join("+".join(sorted(each)) for each in sorted(circle, key=sorted))
        raise BadUse(
            f"the tables {told} hang together in a circle, so that they tell more than each of them:"
            f" aggregate by {','.join(sorted(names))} as well, or publish fewer of them"
        )
    chosen = min(wanted, key=lambda each: (len(each), sorted(each)))
    period = {cell.period for cell in mine}
    base = [cell for cell in truth if cell.breakdown <= chosen and cell.period in period]
    found = {cell: truth[cell] for cell in base if cell not in mine}
    # Its zeros are not shown either, unless a shown total of theirs is zero.
    for cell in _grid(dict.fromkeys(base, 0)):
        if cell.breakdown <= chosen and not plan.publishes(cell.codes):
            found.setdefault(cell, truth.get(cell, 0))
    return found


def _finest(release: Release) -> list[tuple[str, ...]]:
    told = [*release.shown, *release.hidden, *release.within]
    breakdowns = {tuple(sorted(cell.breakdown)) for cell in told}
    return [each for each in breakdowns if not any(set(each) < set(other) for other in breakdowns)]


def _grid(cells: Mapping[Cell, int]) -> Iterator[Cell]:
    """Every combination of the codes that occur in the breakdowns that occur."""
    codes: dict[str, set[str]] = {}
    for cell in cells:
        for name, code in cell.codes:
            codes.setdefault(name, set()).add(code)
    kinds = {(cell.quantity, cell.period, tuple(name for name, _ in cell.codes)) for cell in cells}
    for quantity, period, names in sorted(kinds):
        for chosen in product(*(sorted(codes[name]) for name in names)):
            yield Cell(quantity, period, tuple(zip(names, chosen, strict=True)))


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
        settled = [
            cell.period != period or cell.rest.startswith("other than") or cell.name in names
            for cell in cells
        ]
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


def _failed(growths: Mapping[str, Growth], earlier: bool) -> Iterator[str]:
    for who, growth in growths.items():
        # Before earlier releases only zeros are known, and nobody else can have revealed anything.
        numbers = set(growth.unproven.tolist()) | (
            set() if earlier and not who else set(growth.bounded)
        )
        for number in numbers:
            name = growth.system.names[int(growth.system.targets[number])]
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
