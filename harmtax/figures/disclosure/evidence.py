"""The evidence of a publication: what proves it, as restricted as the records that it comes from.

It holds the hidden numbers, the witness tables as differences from the truth, and why each cell is hidden.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harmtax.errors import Unreadable
from harmtax.files import replacing

ENDING = ".evidence.json"
# No count and no step of a witness is as large.
FAR = 1 << 40
WARNING = "restricted: holds the hidden numbers of a publication"


@dataclass(frozen=True, slots=True)
class Evidence:
    """All by the names of cells. Whole numbers throughout.

    `values`: the true value of every cell that the publication hides, and of every one of a finer table
    that ties its tables together. `witnesses`: for each attacker
    (the empty name is the public, another is a reporter who knows his own numbers) the moves from the
    truth to a table that he must hold possible. `floors`: where knowledge of the equations alone does
    not tell the least possible value, but a programme did. `revealed`: cells that others had revealed
    before, with the range that they leave. `reasons`: for each hidden cell `small`, or the small cells
    that it covers, at most three, and for `dear` ones that they are among the first two levels.
    """

    values: Mapping[str, int]
    witnesses: Mapping[str, tuple[Mapping[str, int], ...]]
    floors: Mapping[str, int]
    revealed: Mapping[str, tuple[int, int]]
    reasons: Mapping[str, str]

    def content(self) -> bytes:
        """The bytes of the file: the same for the same evidence."""
        moves = [move for moves in self.witnesses.values() for move in moves]
        names = sorted({name for move in moves for name in move})
        place = {name: at for at, name in enumerate(names)}
        told = {
            "about": WARNING,
            "values": dict(self.values),
            # Each move is a flat list of places among the names and steps.
            "names": names,
            "witnesses": {
                who: [
                    [n for name in sorted(move) for n in (place[name], move[name])]
                    for move in moves
                ]
                for who, moves in self.witnesses.items()
            },
            "floors": dict(self.floors),
            "revealed": {name: list(each) for name, each in self.revealed.items()},
            "reasons": dict(self.reasons),
        }
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode() + b"\n"

    def digest(self) -> str:
        """The SHA-256 of the file."""
        return hashlib.sha256(self.content()).hexdigest()

    def write(self, publication: Path) -> Path:
        """Writes the file beside a publication, for its owner alone. Raises Unreadable."""
        path = beside(publication)
        with replacing(path) as stream:
            stream.write(self.content())
        path.chmod(0o600)
        return path

    @classmethod
    def read(cls, path: Path) -> Evidence:
        """What `write` wrote. Raises Unreadable for anything else."""
        try:
            told: Any = json.loads(path.read_bytes())
            return cls(
                values=_counts(told["values"]),
                witnesses={
                    str(who): tuple(_move(move, told["names"]) for move in moves)
                    for who, moves in told["witnesses"].items()
                },
                floors=_counts(told["floors"]),
                revealed={
                    str(name): (int(low), int(high))
                    for name, (low, high) in told["revealed"].items()
                },
                reasons={str(name): str(why) for name, why in told["reasons"].items()},
            )
        except OSError as error:
            raise Unreadable(path, error.strerror or str(error)) from error
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Unreadable(path, "holds no evidence of a publication") from error


def beside(publication: Path) -> Path:
    """Where the evidence of a publication lies."""
    return publication.with_name(publication.stem + ENDING)


def _counts(told: Any) -> dict[str, int]:
    if any(type(value) is not int or abs(value) > FAR for value in told.values()):
        raise ValueError("not a count")
    return {str(name): value for name, value in told.items()}


def _move(told: list[int], names: list[str]) -> dict[str, int]:
    places, steps = told[::2], told[1::2]
    if any(place < 0 for place in places):
        raise ValueError("not a place")
    return _counts({names[place]: step for place, step in zip(places, steps, strict=True)})
