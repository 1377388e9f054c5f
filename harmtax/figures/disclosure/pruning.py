"""Pruning: hides less where the same proofs can be had with fewer cells."""

from __future__ import annotations

import numpy as np

from harmtax.figures.disclosure.growth import LARGEST, Growth
from harmtax.figures.disclosure.system import Bools


def thrifty(growth: Growth, must: Bools) -> Growth:
    """All witnesses with few hidden cells; `must` are hidden in any case.

    A second pass is made upwards, where cells come to be hidden. The witnesses downwards are then looked for
    among the hidden cells, and only for what is left among all. Beyond `LARGEST` free quantities there is
    no second pass.
    """
    lifted = len(growth.moves)
    first = growth.rise()
    if growth.free.sum() > LARGEST:
        return growth.fall()
    again = _again(first, must)
    if _hidden(again) < _hidden(first) and (again.up < 0).sum() <= (first.up < 0).sum():
        growth = again
    growth.free = first.free & (growth.hidden | ~growth.system.mine)
    growth.fall()
    # What earlier publications prove downwards is proven still.
    for number in np.flatnonzero((growth.down < 0) & (first.down >= 0)).tolist():
        if first.down[number] < lifted and growth.down[number] < 0:
            growth.take(first.moves[int(first.down[number])])
    growth.free = ~growth.system.known
    return growth.fall()


def _again(growth: Growth, must: Bools) -> Growth:
    """The witnesses upwards once more, by hidden cells alone.

    Cells that the witnesses move far are cheap, so that the moves gather in few cells. What is not proven
    again keeps its old witness, so that nothing is lost.
    """
    system = growth.system
    moved = np.zeros(len(system.values))
    for move in growth.moves:
        moved[move.places] += np.abs(move.steps)
    again = Growth(
        system=system,
        hidden=must.copy(),
        free=growth.free & (growth.hidden | ~system.mine),
        price=system.price / np.maximum(moved, 1),
        nodes=growth.nodes,
    )
    again.low, again.high = growth.low.copy(), growth.high.copy()
    again.bounded = dict(growth.bounded)
    again.rise()
    for number in np.flatnonzero((again.up < 0) & (growth.up >= 0)).tolist():
        again.take(growth.moves[int(growth.up[number])])
    return again


def _hidden(growth: Growth) -> int:
    return int((growth.hidden & growth.system.mine).sum())
