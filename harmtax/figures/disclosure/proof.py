"""The proof: witness tables checked by addition of whole numbers, without a solver."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from harmtax.figures.disclosure.evidence import FAR
from harmtax.figures.disclosure.system import Bools, Ints, System


def ranges(system: System, shown: Bools, moves: Iterable[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    """The least and the greatest value that the witness tables give each target.

    A move is given by places and steps. A witness counts only if it is a table that a reader must hold
    possible: all equations hold in it, it keeps every known and every shown value, and no hidden
    value falls below what is known to be its least. The truth itself is always one.
    """
    kept = system.known | shown
    fixed = np.flatnonzero(kept)
    lowest = system.values[system.targets].copy()
    highest = lowest.copy()
    if system.matrix.sums(system.values).any():
        return lowest, highest
    for places, steps in moves:
        if len(steps) and np.abs(steps).max() > FAR:
            # Sums of such steps might come round to zero.
            continue
        change = np.zeros(len(system.values), dtype=np.int64)
        np.add.at(change, places, steps)
        values = system.values + change
        if change[fixed].any() or (values < system.least)[~kept].any():
            continue
        if system.matrix.sums(change).any():
            continue
        np.minimum(lowest, values[system.targets], out=lowest)
        np.maximum(highest, values[system.targets], out=highest)
    return lowest, highest


def unproven(system: System, shown: Bools, moves: Iterable[tuple[Ints, Ints]]) -> Ints:
    """The targets, by number, whose goals no witness reaches, or that are shown. None is the proof."""
    lowest, highest = ranges(system, shown, moves)
    proven = (lowest <= system.low) & (highest >= system.high) & ~shown[system.targets]
    return np.flatnonzero(~proven)
