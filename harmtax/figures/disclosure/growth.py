"""Growth: which cells must be hidden, found together with the tables that prove it.

One programme pulls many small quantities at once; what moves is hidden. Only moves in whole numbers count,
checked by addition, and each of them is a complete table that agrees with all that the attacker knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from harmtax.figures.disclosure.programme import DOWN, UP, Programme
from harmtax.figures.disclosure.system import Bools, Floats, Ints, System, components

NEAR = 1e-6
MOVED = 1e-7
FREE_PRICE = 0.01
PARTS = 4
# A move that is whole only when taken two or three times is still a move upwards.
FOLDS = (1, 2, 3)
# Upwards the targets are pulled in this many shares, in the order of their names: each finds what the shares
# before it hid nearly free. All at once is faster by some seconds, and hides a quarter more.
SHARES = 64
# Beyond this many free quantities programmes are slow: only what lifting leaves open is worth one.
LARGEST = 12_000


@dataclass(frozen=True, slots=True)
class Move:
    """By how much each quantity of a witness table differs from the truth, by place."""

    places: Ints
    steps: Ints

    def full(self, size: int) -> Ints:
        """The steps of all quantities."""
        whole = np.zeros(size, dtype=np.int64)
        whole[self.places] = self.steps
        return whole


@dataclass
class Growth:
    """The cells hidden so far, and for each target the witness that proves it upwards and downwards.

    `hidden` starts with what must be hidden in any case. `free` are the quantities that may move at
    all. `up` and `down` hold for each target the number of its witness, or -1. `low` and `high` are the
    goals: a floor is raised where the programme proves that nobody holds less possible. `bounded` are
    the targets, with the most that is possible, that fall short of their goal whatever is hidden.
    """

    system: System
    hidden: Bools
    free: Bools
    price: Floats
    nodes: int
    moves: list[Move] = field(default_factory=list)
    up: Ints = field(init=False)
    down: Ints = field(init=False)
    low: Ints = field(init=False)
    high: Ints = field(init=False)
    bounded: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hidden = self.hidden.copy()
        many = len(self.system.targets)
        self.up, self.down = np.full(many, -1), np.full(many, -1)
        self.low, self.high = self.system.low.copy(), self.system.high.copy()

    @property
    def unproven(self) -> Ints:
        """The targets, by number, for which a witness is still missing."""
        return np.flatnonzero((self.up < 0) | (self.down < 0))

    def grow(self) -> Growth:
        """Looks for all witnesses, upwards first; what stays without is in `unproven`."""
        return self.rise().fall()

    def rise(self) -> Growth:
        """Looks for the witnesses upwards, which hide nearly all that is hidden."""
        self._still()
        targets = np.flatnonzero(self._open(UP))
        many = SHARES if self.free.sum() <= LARGEST else 1
        for share in np.array_split(targets, min(many, max(len(targets), 1))):
            self._pull(share, UP)
        return self

    def fall(self) -> Growth:
        """Looks for the witnesses downwards."""
        self._pull(np.flatnonzero(self._open(DOWN)), DOWN)
        # A floor may have risen, and with it what must be reached upwards.
        self._pull(np.flatnonzero(self._open(UP)), UP)
        return self

    def take(self, move: Move) -> bool:
        """Takes a move as a witness for all targets that it proves; False where it proves nothing new.

        The move must hold: equations, known values and least values are checked here, in integers.
        """
        values = self.system.values.copy()
        values[move.places] += move.steps
        assert self.system.holds(values), "a witness that does not hold"
        there = values[self.system.targets]
        up = (self.up < 0) & (there >= self.high)
        down = (self.down < 0) & (there <= self.low)
        if not (up.any() or down.any()):
            return False
        self.up[up], self.down[down] = len(self.moves), len(self.moves)
        self.moves.append(move)
        self.hidden[move.places] = True
        return True

    def _still(self) -> None:
        """The truth itself is a table: it proves what already stands at its floor."""
        self.take(Move(np.empty(0, np.int64), np.empty(0, np.int64)))

    def _open(self, way: int) -> Bools:
        return self.up < 0 if way == UP else self.down < 0

    def _pull(self, targets: Ints, way: int) -> None:
        for batch in self._batches(targets, way):
            moved = self._moved(batch, way)
            for move in self._whole(moved, way):
                self.take(move)
            if len(batch) == 1 and self._open(way)[batch[0]]:
                self._alone(int(batch[0]), float(moved[self.system.targets[batch[0]]]), way)

    def _batches(self, targets: Ints, way: int) -> Iterator[Ints]:
        """All targets, then what is left of them in parts, down to one."""
        waiting = [targets]
        while waiting:
            batch = waiting.pop()
            batch = batch[self._open(way)[batch]]
            if not len(batch):
                continue
            yield batch
            left = batch[self._open(way)[batch]]
            if len(batch) > 1 and len(left):
                parts = np.array_split(left, PARTS)
                waiting.extend(part for part in reversed(parts) if len(part))

    def _steps(self, batch: Ints, way: int) -> Ints:
        values = self.system.values[self.system.targets[batch]]
        return self.high[batch] - values if way == UP else values - self.low[batch]

    def _programme(self) -> tuple[Programme, Ints, Ints]:
        """The programme of now, the places that it frees, and for every place its number in it."""
        free = np.flatnonzero(self.free)
        number = np.full(len(self.system.values), -1, dtype=np.int64)
        number[free] = np.arange(len(free))
        costs = self.system.mine & ~self.hidden
        price = np.where(
            costs, self.price, FREE_PRICE * np.where(self.system.mine, self.price, 1.0)
        )
        room = self.system.values - self.system.least
        return Programme.of(self.system.matrix, free, room, price), free, number

    def _moved(self, batch: Ints, way: int) -> Floats:
        programme, free, number = self._programme()
        targets = number[self.system.targets[batch]]
        moved = np.zeros(len(self.system.values))
        moved[free] = programme.pulled(targets, self._steps(batch, way), way)
        return moved

    def _whole(self, moved: Floats, way: int) -> list[Move]:
        """The part of the moves that is whole, holds, and takes a target to its goal."""
        places = np.flatnonzero(np.abs(moved) > MOVED)
        kept = []
        for group in components(self.system.columns, places):
            steps = self._integers(moved[group], group, way)
            if steps is not None and self._reaches(group, steps, way):
                kept.append((group, steps))
        if not kept:
            return []
        groups, steps_of = zip(*kept, strict=True)
        move = Move(np.concatenate(groups), np.concatenate(steps_of))
        return (
            [move]
            if self._sound(move)
            else [Move(*each) for each in kept if self._sound(Move(*each))]
        )

    def _integers(self, moved: Floats, group: Ints, way: int) -> Ints | None:
        for fold in FOLDS if way == UP else FOLDS[:1]:
            steps = np.rint(moved * fold).astype(np.int64)
            near = np.abs(moved * fold - steps).max() <= NEAR * fold
            if near and (self.system.values[group] + steps >= self.system.least[group]).all():
                return steps
        return None

    def _reaches(self, group: Ints, steps: Ints, way: int) -> bool:
        there = self.system.values[self.system.targets].copy()
        place = np.searchsorted(group, self.system.targets).clip(max=len(group) - 1)
        inside = group[place] == self.system.targets
        there[inside] += steps[place[inside]]
        goal = there >= self.high if way == UP else there <= self.low
        return bool((goal & self._open(way) & inside).any())

    def _sound(self, move: Move) -> bool:
        steps = move.full(len(self.system.values))
        return not self.system.matrix.sums(steps).any()

    def _alone(self, target: int, moved: float, way: int) -> None:
        """One target without a whole move: its bound is proven, or the integer solver looks."""
        place = int(self.system.targets[target])
        steps = int(self._steps(np.array([target]), way)[0])
        if abs(moved) < steps - NEAR:
            self._bound(target, moved, way)
            return
        programme, free, number = self._programme()
        found = programme.pulled_whole(int(number[place]), steps, way, self.nodes)
        if found is not None:
            whole = np.zeros(len(self.system.values))
            whole[free] = found
            for move in self._whole(whole, way):
                self.take(move)

    def _bound(self, target: int, moved: float, way: int) -> None:
        """The programme went as far as it could: nobody holds more, or less, possible."""
        if not (self.free | self.system.known).all():
            # With cells held back the bound is of this try, not of what the attacker knows.
            return
        value = int(self.system.values[self.system.targets[target]])
        if way == UP:
            self.bounded[target] = value + int(np.floor(moved + NEAR))
            self.high[target] = self.bounded[target]
        else:
            reach = int(self.high[target] - self.low[target])
            self.low[target] = value - int(np.floor(NEAR - moved))
            self.high[target] = max(self.high[target], self.low[target] + reach)
            if target in self.bounded:
                self.high[target] = self.bounded[target]
            self._again(target)
        self._still()
        self._pull(np.array([target]), way)

    def _again(self, target: int) -> None:
        """Whether the witness upwards still reaches the goal, which has risen."""
        if self.up[target] >= 0:
            move = self.moves[int(self.up[target])]
            place = self.system.targets[target]
            if (
                self.system.values[place] + move.steps[move.places == place].sum()
                < self.high[target]
            ):
                self.up[target] = -1
