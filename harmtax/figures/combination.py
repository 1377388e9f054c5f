"""Combinations: which of the possible readings of records together make up an exact difference.

Whole numbers only: the effects of the chosen readings add up to the difference in every cell, or nothing
is said. The search is bounded by a count of steps, never by a clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from harmtax.figures.cells import Cell
from harmtax.figures.evidence import EXCEPTIONS, Reading

Effect = Mapping[Cell, int]
STEPS = 20_000


class Choice(NamedTuple):
    """A reading that the report followed; `among` are the readings of which one cannot tell it."""

    reading: int
    among: tuple[int, ...]


class _Move(NamedTuple):
    """A reading taken up (`on`) or given up (`off`), and what that changes; equal moves stand together."""

    cause: str
    effect: Effect
    members: tuple[tuple[int | None, int | None], ...]


def solved(
    difference: Effect, readings: Sequence[Reading], effects: Sequence[Effect]
) -> list[Choice]:
    """The readings that make up a difference in one way only; without such a way those that are sure.

    What is sure is taken. Of the rest whole kinds are tried first, as somebody counts all revisions
    or by another clock, then up to EXCEPTIONS single records.
    """
    useful = [at for at, effect in enumerate(effects) if effect]
    start = _systematic(difference, readings, effects, useful)
    sure = [at for at in useful if readings[at].sure]
    whole = not less(difference, [effects[at] for at in start])
    # Where a whole kind makes it up, few other records must not do so as well.
    first = sure if whole else start
    if whole and len(start) - len(sure) > EXCEPTIONS:
        return [Choice(at, (at,)) for at in start]
    moves = _moves(readings, effects, useful, first)
    found = _search(less(difference, [effects[at] for at in first]), moves)
    if len(found) == 1:
        return _applied(first, moves, found[0])
    return [Choice(at, (at,)) for at in (start if whole and not found else sure)]


def _systematic(
    difference: Effect,
    readings: Sequence[Reading],
    effects: Sequence[Effect],
    useful: Sequence[int],
) -> list[int]:
    """The sure readings with those whole kinds that leave the least unexplained."""
    sure = [at for at in useful if readings[at].sure]
    taken = {readings[at][1:3] for at in sure}
    kinds: dict[tuple[str, bool], dict[tuple[str, str], int]] = {}
    for at in useful:
        place = readings[at][1:3]
        if not readings[at].sure and place not in taken:
            kind = (readings[at].cause, sum(effects[at].values()) > 0)
            kinds.setdefault(kind, {}).setdefault(place, at)
    best: tuple[int, int, list[int]] | None = None
    for size in range(len(kinds) + 1):
        for chosen in combinations(sorted(kinds), size):
            each = {p: at for kind in reversed(chosen) for p, at in kinds[kind].items()}
            whole = [*sure, *sorted(each.values())]
            left = sum(map(abs, less(difference, [effects[at] for at in whole]).values()))
            if best is None or (left, len(whole)) < best[:2]:
                best = (left, len(whole), whole)
    assert best is not None
    return best[2]


def less(difference: Effect, taken: Sequence[Effect]) -> dict[Cell, int]:
    """What is left of a difference without these effects."""
    left = dict(difference)
    for effect in taken:
        for cell, value in effect.items():
            left[cell] = left.get(cell, 0) - value
    return {cell: value for cell, value in left.items() if value}


def _moves(
    readings: Sequence[Reading],
    effects: Sequence[Effect],
    useful: Sequence[int],
    start: Sequence[int],
) -> list[_Move]:
    now = {readings[at][1:3]: at for at in start}
    found: dict[tuple[str, frozenset[tuple[Cell, int]]], list[tuple[int | None, int | None]]] = {}

    def note(on: int | None, off: int | None) -> None:
        gained = effects[on] if on is not None else {}
        effect = less(gained, [effects[off]] if off is not None else [])
        named = on if on is not None else off
        assert named is not None
        if effect:
            same = (readings[named].cause, frozenset(effect.items()))
            found.setdefault(same, []).append((on, off))

    for at in useful:
        old = now.get(readings[at][1:3])
        if old is None:
            note(at, None)
        elif not readings[old].sure:
            note(*((at, old) if at != old else (None, at)))
    return [_Move(cause, dict(e), tuple(members)) for (cause, e), members in found.items()]


def _search(residual: Effect, moves: Sequence[_Move]) -> list[dict[int, int]]:
    """The smallest ways to use moves, each how often, that leave nothing; at most two."""
    by_cell: dict[Cell, list[int]] = {}
    for at, move in enumerate(moves):
        for cell in move.effect:
            by_cell.setdefault(cell, []).append(at)
    steps = [STEPS]
    for most in range(EXCEPTIONS + 1):
        ways: list[dict[int, int]] = []
        for way in _ways(dict(residual), moves, by_cell, most, {}, steps):
            if way not in ways:
                ways.append(way)
            if len(ways) > 1:
                return ways
        if ways or steps[0] <= 0:
            # A search that was broken off cannot say that there is only one way.
            return ways if steps[0] > 0 else []
    return []


def _ways(
    residual: dict[Cell, int],
    moves: Sequence[_Move],
    by_cell: Mapping[Cell, Sequence[int]],
    most: int,
    used: dict[int, int],
    steps: list[int],
) -> Iterator[dict[int, int]]:
    if not residual:
        yield dict(used)
        return
    steps[0] -= 1
    if not most or steps[0] <= 0:
        return
    # The cell that fewest moves reach decides soonest.
    cell = min(residual, key=lambda each: (len(by_cell.get(each, ())), each))
    for at in by_cell.get(cell, ()):
        if used.get(at, 0) < len(moves[at].members):
            used[at] = used.get(at, 0) + 1
            yield from _ways(
                less(residual, [moves[at].effect]), moves, by_cell, most - 1, used, steps
            )
            used[at] -= 1
            if not used[at]:
                del used[at]


def _applied(start: Sequence[int], moves: Sequence[_Move], way: Mapping[int, int]) -> list[Choice]:
    chosen = {at: Choice(at, (at,)) for at in start}
    for place, many in way.items():
        members = moves[place].members
        for on, off in members[:many]:
            if off is not None:
                del chosen[off]
            if on is not None:
                among = tuple(a for a, _ in members if a is not None)
                chosen[on] = Choice(on, among if many < len(members) else (on,))
    return list(chosen.values())
