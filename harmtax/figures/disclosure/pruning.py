"""Pruning: hides less where the same proofs can be had with fewer cells."""

from __future__ import annotations

import numpy as np

from harmtax.figures.disclosure.growth import Growth
from harmtax.figures.disclosure.system import Bools


def pruned(growth: Growth, must: Bools) -> Growth:
    """One pass over what was hidden: the same targets proven with hidden cells alone, or `growth`.

    `must` are the cells hidden in any case. Cells that the witnesses move far are cheap, so that the moves
    gather in few cells. What the pass
    does not prove again keeps its old witness, so that it never proves less.
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
    again.grow()
    for number in again.unproven.tolist():
        for witness in (growth.up[number], growth.down[number]):
            if witness >= 0:
                again.take(growth.moves[int(witness)])
    fewer = (again.hidden & system.mine).sum() < (growth.hidden & system.mine).sum()
    return again if fewer and len(again.unproven) <= len(growth.unproven) else growth
