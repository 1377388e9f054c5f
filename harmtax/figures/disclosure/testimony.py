"""Testimony: what a growth leaves as evidence, by the names of cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harmtax.figures.disclosure.cells import Cell
from harmtax.figures.disclosure.evidence import Evidence
from harmtax.figures.disclosure.growth import Growth, Move
from harmtax.figures.disclosure.releases import Release
from harmtax.figures.disclosure.system import System

# How many reasons are kept for a hidden cell.
REASONS = 3


def testimony(
    growths: Mapping[str, Growth],
    hidden: Mapping[Cell, int],
    unseen: Mapping[Cell, int],
    earlier: Sequence[Release],
    k: int,
) -> Evidence:
    """The evidence of a period: `growths` by attacker, `hidden` and `unseen` cells with their values."""
    growth = growths[""]
    system = growth.system
    names = [system.names[int(place)] for place in system.targets]
    raised = {
        f"{who}:{growth.system.names[int(place)]}" if who else growth.system.names[int(place)]: int(
            low
        )
        for who, growth in growths.items()
        for place, low, before in zip(
            growth.system.targets, growth.low, growth.system.low, strict=True
        )
        if low > before
    }
    revealed = {
        names[number]: (int(growth.low[number]), int(growth.high[number]))
        for number in growth.bounded
    }
    open_ = {cell: value for release in earlier for cell, value in release.shown.items()}
    revealed |= {cell.name: (value, value) for cell, value in open_.items() if 0 < value < k}
    return Evidence(
        values={cell.name: value for cell, value in (*hidden.items(), *unseen.items())},
        witnesses={
            who: tuple(_told(each.system, move) for move in each.moves)
            for who, each in growths.items()
        },
        floors=raised,
        revealed=revealed,
        reasons=dict(_reasons(growth, hidden, k)),
    )


def _told(system: System, move: Move) -> dict[str, int]:
    pairs = zip(move.places.tolist(), move.steps.tolist(), strict=True)
    return {system.names[place]: step for place, step in pairs}


def _reasons(growth: Growth, hidden: Mapping[Cell, int], k: int) -> Iterator[tuple[str, str]]:
    system = growth.system
    proves: dict[int, list[str]] = {}
    for numbers in (growth.up, growth.down):
        for target, witness in enumerate(numbers.tolist()):
            proves.setdefault(witness, []).append(system.names[int(system.targets[target])])
    # A witness may prove thousands; the first few of each are all that is told.
    first = {witness: sorted(names)[:REASONS] for witness, names in proves.items()}
    covers: dict[int, set[str]] = {}
    for number, move in enumerate(growth.moves):
        for place in move.places.tolist():
            covers.setdefault(place, set()).update(first.get(number, ()))
    place_of = {name: place for place, name in enumerate(system.names)}
    for cell, value in hidden.items():
        if 0 < value < k:
            yield cell.name, "small"
            continue
        listed = sorted(covers.get(place_of[cell.name], ()) or {"an earlier publication"})
        yield cell.name, "covers " + ", ".join(listed[:REASONS])
