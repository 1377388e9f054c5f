"""Knowledge: all that an attacker has of a publication and of the earlier ones, as a book and its roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import partial
from itertools import combinations, permutations, product

from harmtax.errors import BadUse
from harmtax.figures.disclosure.assembly import Roles
from harmtax.figures.disclosure.cells import JOINT, Book, Cell, tables
from harmtax.figures.disclosure.conditions import implies
from harmtax.figures.disclosure.corrections import Versions, versions
from harmtax.figures.disclosure.filers import filed, others
from harmtax.figures.disclosure.hearsay import Ledger
from harmtax.figures.disclosure.meets import FIT, Sketch, meets
from harmtax.figures.disclosure.plan import Plan, cyclic
from harmtax.figures.disclosure.releases import Release
from harmtax.figures.disclosure.rows import quantities
from harmtax.figures.disclosure.spans import Plans, gaps, inside, rests, summed
from harmtax.figures.disclosure.subsets import subsets
from harmtax.figures.policy import Policy
from harmtax.figures.publication import STATUTORY
from harmtax.shapes import Quantity

TOGETHER = (
    "where records changed since an earlier publication, revise what was published before: the shorter"
    " periods first, or all of them together, with all their metrics"
)

# The periods within a period are a dimension of their tables, of which the longer period is the total.
PERIOD = "period"


class Circle(BadUse):
    """Tables that hang together in a circle, so that the equations are not all that they tell."""


def bound(
    mine: Mapping[Cell, int],
    truth: Mapping[Cell, int],
    plan: Plan,
    policy: Policy,
    earlier: Sequence[Release],
    apart: frozenset[Cell] = frozenset(),
    pairs: Set[str] = frozenset(),
    met: Mapping[Cell, int] | None = None,
) -> tuple[Ledger, Roles]:
    """All cells of a publication and of the earlier ones with their equations, and what each is to it.

    `apart` are totals that are no sums of their parts. `pairs` are the metrics of which it is told what both
    count, with the values `met`, or some that fit. Raises Circle for a plan whose tables hang together in
    one, unless the finer table is there, and BadUse for numbers that do not hold together.
    """
    now = dict(mine) | _begun(truth, plan, earlier)
    told = versions(now, plan, earlier)
    changed = told.changed()
    revised = {cell.period for cell in changed}
    _across({cell.period for cell in mine}, plan, earlier)
    _alike(mine, earlier)
    finer = _refined(truth, now, plan, earlier)
    finer |= {
        cell: n
        for release in earlier
        for cell, n in release.finer().items()
        if JOINT not in cell.quantity
        and cell.period not in revised
        and cell not in told.values
        and cell not in finer
    }
    exact = {cell for each in earlier for cell in each.within}
    exact |= {cell for each in earlier if each.use == STATUTORY for cell in each.shown}
    within = {cell: n for each in earlier for cell, n in each.within.items()}
    plans = _plans(earlier)
    plans |= {cell.period: [plan] for cell in mine if cell.period not in plans}
    values = {**within, **told.values, **finer}
    finer |= _summed(values, exact - mine.keys(), plans)
    values |= finer
    if policy.zeros == "hideable":
        values |= {cell: 0 for cell in _grid(mine) if cell not in values}
    open_, covered = _known(told, changed, policy.k)
    unseen = {*finer, *(exact - mine.keys() - open_ - covered)}
    base = Book(
        quantities(),
        values,
        hideable=policy.zeros == "hideable",
        filed=frozenset(exact - mine.keys()),
        apart=apart.union(*(each.apart for each in earlier)),
        unknown=unseen,
    )
    try:
        joint = meets(base.quantities, finer | dict(mine), pairs)
        book = _ledger(base, plans, *joint, met, policy.nodes)
    except BadUse as error:
        if not any(each.digest for each in earlier):
            raise
        raise BadUse(f"{error}; {TOGETHER}") from None
    rows = {row for release in earlier for row in book.file(release.filed)}
    claimed: dict[str, int] = {}
    for release in earlier:
        claimed |= dict(release.evidence.floors) if release.evidence else {}
    # What a correction added is known to whoever made it: the old number was at least 1 as well.
    raised = {
        cell.name: 1 + max([0, *(new - old for old, new in each if old)])
        for cell, each in changed.items()
        if any(old for old, _ in each) and values[cell]
    }
    return book, Roles(
        mine=set(mine)
        if policy.zeros == "shown"
        else {cell for cell in values if cell not in book.unknown},
        open=open_ | rows,
        # What one release hides and another shows is known.
        covered=covered,
        unseen=unseen | {cell for cell in book.unknown if JOINT in cell.quantity},
        also={cell for cell, each in changed.items() if any(0 < old < policy.k for old, _ in each)},
        raised=raised,
        # A least value that was proven of an earlier version says nothing of this one.
        claimed={name: n for name, n in claimed.items() if not revised & {*_periods_in(name)}},
        told=_told(told, values) | rows,
        before=partial(_before, values, revised, plans, book, earlier),
        hideable=policy.zeros == "hideable",
    )


def _ledger(
    base: Book,
    plans: Plans,
    joint: Mapping[str, Quantity],
    open_: set[Cell],
    met: Mapping[Cell, int] | None,
    nodes: int,
) -> Ledger:
    """A book with all its equations, and with what some pairs of metrics count together."""
    counted = {**base.quantities, **joint}
    found: Mapping[Cell, int] = {}
    expected: int | None = None
    if open_:
        values = base.values | dict.fromkeys(open_, 1)
        sketch = Sketch(
            counted,
            values,
            hideable=base.hideable,
            filed=base.filed,
            apart=base.apart,
            unknown=base.unknown | open_,
            open=set(open_),
        )
        written(sketch, plans)
        expected = len(sketch.equations)
        found = sketch.solved(nodes) if met is None else met
    book = Ledger(
        counted,
        base.values | {cell: found.get(cell, -1) for cell in open_},
        hideable=base.hideable,
        filed=base.filed,
        apart=base.apart,
        unknown=base.unknown | open_,
    )
    written(book, plans)
    # An equation that does not hold is none, so that wrong values would take some away.
    if expected not in (None, len(book.equations)) or min(map(book.value, open_), default=0) < 0:
        raise BadUse(FIT.format("what two metrics count together, as the evidence states it,"))
    return book


def _begun(truth: Mapping[Cell, int], plan: Plan, earlier: Sequence[Release]) -> dict[Cell, int]:
    """The numbers of now of all periods that earlier publications told: they are revised together."""
    begun = {period for each in earlier if each.use != STATUTORY for period in each.periods}
    return {
        cell: n for cell, n in truth.items() if cell.period in begun and plan.publishes(cell.codes)
    }


def _known(
    told: Versions, changed: Mapping[Cell, Sequence[tuple[int, int]]], k: int
) -> tuple[set[Cell], set[Cell]]:
    """What is known since others showed it, and what stays hidden since they hid it.

    A number that was shown is shown again; one that has become small since then has to be hidden.
    """
    shown = {cell for release in told.releases for cell in release.shown}
    hidden = {cell for release in told.releases for cell in release.hidden}
    zeros = {cell for cell, each in changed.items() if not any(old for old, _ in each)}
    open_ = {
        cell
        for cell in shown | (zeros - hidden)
        if cell not in changed or not 0 < told.values[cell] < k
    }
    return open_, hidden - open_


def _told(told: Versions, values: Mapping[Cell, int]) -> set[Cell]:
    """The numbers that others showed as they are now."""
    return {cell for each in told.releases for cell, n in each.shown.items() if values[cell] == n}


def _plans(earlier: Sequence[Release]) -> dict[str, list[Plan]]:
    """By period the plans of the tables that publications told of it."""
    plans: dict[str, list[Plan]] = {}
    for release in earlier:
        for period in release.periods if release.use != STATUTORY else ():
            plans.setdefault(period, []).append(Plan(release.plan))
    return plans


def _summed(values: Mapping[Cell, int], exact: Set[Cell], plans: Plans) -> dict[Cell, int]:
    """The cells of the periods of filings that nobody published, but that ours add up to."""
    ours = {cell: n for cell, n in values.items() if cell not in exact}
    told = {(cell.quantity, cell.period) for cell in ours}
    asked = {(cell.quantity, cell.period) for cell in exact} - told
    found: dict[Cell, int] = {}
    for period in sorted({period for _, period in asked}):
        for cell, n in sorted(summed(ours, period, plans).items()):
            if (cell.quantity, period) in asked:
                found[cell] = n
    return found


def written(book: Book, plans: Plans) -> None:
    """Writes all the equations between the cells of a book. Raises BadUse where they do not hold."""
    book.told = _tables(plans)
    gaps(book, plans)
    others(book)
    tables(book)
    rests(book, plans)
    filed(book)
    subsets(book)


def _tables(plans: Plans) -> dict[tuple[str, frozenset[str]], bool]:
    found: dict[tuple[str, frozenset[str]], bool] = {}
    for period, told in plans.items():
        for plan in told:
            for names, deep in plan.tables().items():
                found[period, names] = found.get((period, names), False) or deep
    return found


def _before(
    values: Mapping[Cell, int],
    revised: Set[str],
    plans: Plans,
    book: Book,
    earlier: Sequence[Release],
) -> Book:
    """The book of the earlier releases alone, but for periods that were revised since."""
    published = [each for each in earlier if each.use != STATUTORY]
    told = {cell for each in published for cell in (*each.values(), *each.finer())}
    kept = {cell: values[cell] for cell in told if cell in values and cell.period not in revised}
    found = Book(
        book.quantities,
        kept,
        hideable=book.hideable,
        apart=book.apart,
        unknown={cell for cell in book.unknown if cell in kept},
    )
    written(found, plans)
    # What a filing prints is a sum, whatever else is told.
    rows = {each.row for release in earlier for each in release.filed}
    found.equations += [row for row in book.equations if row[-1][0] in rows]
    return found


def _periods_in(name: str) -> list[str]:
    """The periods that the name of a quantity speaks of."""
    return name.split("|")[1].split(" ")


def _across(mine: Set[str], plan: Plan, earlier: Sequence[Release]) -> None:
    """Raises Circle where the tables of a period and those of the periods within it make one."""
    told: dict[str, set[frozenset[str]]] = {period: set(plan.sets()) for period in mine}
    for release in earlier:
        for period in release.periods if release.use != STATUTORY else ():
            told.setdefault(period, set()).update(Plan(release.plan).sets())
    for own in told.values():
        # A circle within one period is tied by a finer table, or refused for itself.
        own |= {frozenset().union(*cyclic(own))} if cyclic(own) else set()
    for whole, tables_of in sorted(told.items()):
        shorter = [period for period in told if period != whole and inside(period, whole)]
        parts = {each | {PERIOD} for period in shorter for each in told[period]}
        # A finer table of one part ties nothing in another, so that the tables are held by twos as well.
        families = [parts, *map(set, combinations(sorted(parts, key=sorted), 2))]
        if circle := next((c for each in families if (c := cyclic(tables_of | each))), None):
            listed = ", ".join("+".join(sorted(each)) for each in sorted(circle, key=sorted))
            raise Circle(
                f"the tables {listed} of {whole} and of {', '.join(sorted(shorter))} hang together in a"
                " circle, so that they tell more than each of them: publish the longer period by tables"
                " that the shorter ones have, or fewer of them"
            )


def _alike(mine: Iterable[Cell], earlier: Sequence[Release]) -> None:
    """Raises Circle where a period tells a quantity of which a longer one tells only another part or whole.

    Measures of a quarter are incidents of its year, and nothing between them would say so.
    """
    told: dict[str, set[str]] = {}
    for cell in (*mine, *(c for r in earlier if r.use != STATUTORY for c in (*r.shown, *r.hidden))):
        told.setdefault(cell.period, set()).add(cell.quantity)
    known = quantities()
    for part, whole in sorted(permutations(told, 2)):
        for one in sorted(told[part] - told[whole] if inside(part, whole) else ()):
            for other in sorted(told[whole]):
                if implies(known[one], known[other]) or implies(known[other], known[one]):
                    raise Circle(
                        f"{part} tells {one}, and {whole} tells {other} without it: aggregate both periods"
                        f" by the same metrics, or leave {one} out of {part}"
                    )


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
        raise Circle(
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
