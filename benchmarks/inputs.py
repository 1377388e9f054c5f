"""The files that the contestants read, made once and kept in a folder for the next run."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

from benchmarks.faults import IDENTIFIER, KINDS, Kind, Piece, Row, planted
from benchmarks.records import incidents
from harmtax.files import replacing

SEED = 2026
# So many rows are the ground on which faults are planted.
GROUND = 1_000
HOME = Path(__file__).resolve().parent.parent
# Whatever decides about the bytes of a file: when one of these changes, the file is made anew.
MAKERS = (
    "benchmarks/records.py", "benchmarks/faults.py", "benchmarks/inputs.py", "harmtax/sampling/*.py",
    "harmtax/data/sample.json", "harmtax/_generated/*.py", "harmtax/records/rules.py",
    "harmtax/records/record.py",
)  # fmt: skip


class Input(NamedTuple):
    """A file of lines: how many, how many of them must be rejected, and how often each kind stands there."""

    name: str
    path: Path
    lines: int
    size: int
    sha256: str
    rejected: int
    kinds: dict[str, int]


def clean(work: Path, count: int) -> Input:
    """Valid incidents. Files of one seed begin alike."""
    return _kept(work, f"clean-{count}", map(_sound, incidents(SEED, count)))


def faulty(work: Path, count: int, share: float) -> Input:
    """Valid incidents with a share of faults and valid oddities; all kinds but the heavy ones."""
    light = [kind for kind in KINDS if not kind.heavy]
    return _kept(work, f"faulty-{count}-{share:g}", _mixed(count, share, light))


def sample(work: Path, count: int, share: float) -> Input:
    """As `faulty`, with one line of each heavy kind at the end: they are megabytes long."""
    light, heavy = ([kind for kind in KINDS if kind.heavy == each] for each in (False, True))
    ends = _planted(SEED + 1, heavy, len(heavy))
    return _kept(work, f"sample-{count}-{share:g}", chain(_mixed(count, share, light), ends))


def kind_at(data: Input) -> dict[int, str]:
    """The kind of each line that is of any kind, by its number."""
    told = json.loads(_note(data.path).read_text(encoding="utf-8"))
    return {int(line): kind for line, kind in told["places"].items()}


def _mixed(count: int, share: float, kinds: list[Kind]) -> Iterator[Piece]:
    chance = Random(SEED).random
    faults = _planted(SEED, kinds, count)
    for number, line in enumerate(incidents(SEED, count)):
        # The start of a file has rules of its own, so the first line is clean.
        yield next(faults) if number and chance() < share else _sound(line)


def _sound(line: bytes) -> Piece:
    return line, None, (frozenset(),)


def _planted(seed: int, kinds: list[Kind], count: int) -> Iterator[Piece]:
    """`count` faults, whose rows are as long as those of the clean lines."""
    rows = planted(seed, 3 * count + len(KINDS), 1.0, kinds, ground())
    found = (piece for piece in rows if piece[1] is not None)
    return (piece for piece, _ in zip(found, range(count), strict=False))


def ground() -> list[Row]:
    """Rows of the size of the clean lines, for faults to start from."""
    rows = (msgspec.json.decode(line) for line in incidents(SEED, GROUND))
    return [row | {"incident_id": IDENTIFIER} for row in rows]


# --- the folder -------------------------------------------------------------------------------------


def _kept(work: Path, name: str, pieces: Iterator[Piece]) -> Input:
    path = work / f"{name}-{_recipe()}.ndjson"
    if not _is_whole(path):
        _make(path, pieces)
    told = json.loads(_note(path).read_text(encoding="utf-8"))
    del told["places"]
    return Input(name=name, path=path, **told)


def _is_whole(path: Path) -> bool:
    """Whether the file is there as it was written.

    Reading it all brings it into the memory of the system besides, where every contestant finds it.
    """
    if not path.exists() or not _note(path).exists():
        return False
    told = json.loads(_note(path).read_text(encoding="utf-8"))
    with path.open("rb") as stream:
        return bool(hashlib.file_digest(stream, "sha256").hexdigest() == told["sha256"])


def _note(path: Path) -> Path:
    return path.with_suffix(".json")


def _make(path: Path, pieces: Iterator[Piece]) -> None:
    digest, size, lines, rejected = hashlib.sha256(), 0, 0, 0
    places: dict[int, str] = {}
    with replacing(path, parents=True) as stream:
        for content, kind, expected in pieces:
            stream.write(content)
            digest.update(content)
            size += len(content)
            if kind is not None:
                places |= {lines + at: kind for at in range(1, len(expected) + 1)}
                rejected += sum(1 for each in expected if each)
            lines += len(expected)
    told = {
        "lines": lines, "size": size, "sha256": digest.hexdigest(), "rejected": rejected,
        "kinds": dict(sorted(Counter(places.values()).items())), "places": places,
    }  # fmt: skip
    with replacing(_note(path)) as stream:
        stream.write(msgspec.json.encode(told))


def _recipe() -> str:
    digest = hashlib.sha256()
    for pattern in MAKERS:
        for path in sorted(HOME.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
