"""Assembly: a book of cells as a system of arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from harmtax.figures.disclosure.cells import JOINT, Book, Cell
from harmtax.figures.disclosure.hearsay import Hearsay
from harmtax.figures.disclosure.system import Floats, Ints, Matrix, System

# Totals are read by everybody: hiding one of the first two levels costs ten times as much.
TOTALS, DEAR = 1, 10.0
# Every other number costs the same, so that as few as possible go; a large one costs half as much again.
LARGE, MORE = 100, 1.5


@dataclass(frozen=True, slots=True)
class Roles:
    """What each cell is to this publication.

    `mine` may be shown in it. `open` is what the attacker has exactly: shown before, or filed.
    `covered` must stay hidden. `unseen` is told by nobody, zero or not. `also` are targets whatever
    their value. `raised` are least values that the attacker knows, by name; `claimed` those that earlier
    evidence states. `told` are cells that others showed as they still are, and `before` makes the book of
    what they told alone. With `hideable` a zero is hidden like any other number, and a hidden one may be
    zero.
    """

    mine: Set[Cell]
    open: Set[Cell] = frozenset()
    covered: Set[Cell] = frozenset()
    unseen: Set[Cell] = frozenset()
    also: Set[Cell] = frozenset()
    raised: Mapping[str, int] = field(default_factory=dict)
    claimed: Mapping[str, int] = field(default_factory=dict)
    told: Set[Cell] = frozenset()
    before: Callable[[], Book] | None = None
    hideable: bool = False


def assembled(book: Book, roles: Roles, k: int) -> tuple[System, list[Cell]]:
    """The system of a book, and the cell at each of its places.

    The targets are all quantities from 1 to k - 1 that the attacker does not have.
    """
    cells = sorted([*book.values, *book.rests], key=lambda cell: cell.name)
    place = {cell: at for at, cell in enumerate(cells)}
    values = np.array([book.value(cell) for cell in cells], dtype=np.int64)
    never = np.array([cell in book.rests or cell in book.unknown for cell in cells], dtype=bool)
    known = np.array([cell in roles.open for cell in cells], dtype=bool)
    least = np.where(never, 0, 0 if roles.hideable else 1)
    if not roles.hideable:
        known |= (values == 0) & ~never
    mine = np.array([cell in roles.mine for cell in cells], dtype=bool) & ~known
    also = np.array([cell in roles.also for cell in cells], dtype=bool)
    for told in (roles.claimed, roles.raised):
        if told:
            least = np.maximum(least, [told.get(cell.name, 0) for cell in cells])
    rows = [[(place[cell], sign) for cell, sign in row] for row in book.equations]
    # What two metrics count together follows from nothing that is published.
    named = np.array([JOINT not in cell.name for cell in cells], dtype=bool)
    targets = np.flatnonzero((also | ((values >= 1) & (values < k))) & named & ~known)
    system = System(
        names=tuple(cell.name for cell in cells),
        values=values,
        least=least.astype(np.int64),
        known=known,
        mine=mine,
        price=_prices(cells, values),
        matrix=Matrix.of(rows, len(cells)),
        targets=targets,
        low=np.zeros(len(targets), dtype=np.int64),
        high=np.zeros(len(targets), dtype=np.int64),
    )
    system = system.with_floors(k)
    # What others told settles some differences, and no publication of ours can unsettle them.
    return hearsay(system, cells, book, roles, k).settled(system), cells


def hearsay(system: System, cells: Sequence[Cell], book: Book, roles: Roles, k: int) -> Hearsay:
    """What was known of a system before the publication that it is of."""
    return Hearsay(system, cells, book, roles.before, roles.told, roles.covered, roles.claimed, k)


def _prices(cells: list[Cell], values: Ints) -> Floats:
    dear = np.array([DEAR if len(cell.codes) <= TOTALS else 1.0 for cell in cells])
    return np.asarray(np.where(values >= LARGE, MORE, 1.0) * dear)
