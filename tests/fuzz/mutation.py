"""Random changes to bytes, the same from the same seed; for machines without a fuzzer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

# A longer stretch would mostly destroy the line, and a line that is no JSON shows little.
STRETCH = 12
MOST = 4

Change = Callable[[bytes, Sequence[bytes], Random], bytes]


def mutated(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """The content after one to four changes; `others` are what it may be spliced with or be given."""
    for _ in range(random.randint(1, MOST)):
        content = random.choice(CHANGES)(content, others, random)
    return content


def _place(content: bytes, random: Random) -> int:
    return random.randrange(len(content) + 1)


def _flipped(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """One bit is turned."""
    if not content:
        return content
    at = random.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << random.randrange(8)]) + content[at + 1 :]


def _deleted(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """A stretch is left out."""
    at = _place(content, random)
    return content[:at] + content[at + random.randint(1, STRETCH) :]


def _inserted(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """A byte or a word is put in."""
    at = _place(content, random)
    word = random.choice([other for other in others if len(other) <= STRETCH * 4] or [b"\0"])
    new = word if random.random() < 0.7 else bytes([random.randrange(256)])
    return content[:at] + new + content[at:]


def _spliced(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """The start of one and the end of another."""
    other = random.choice(others)
    return content[: _place(content, random)] + other[_place(other, random) :]


def _doubled(content: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """A stretch stands twice."""
    at = _place(content, random)
    end = at + random.randint(1, STRETCH * 4)
    return content[:end] + content[at:end] + content[end:]


CHANGES: tuple[Change, ...] = (_flipped, _deleted, _inserted, _spliced, _doubled)
