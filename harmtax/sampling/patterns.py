"""Texts that match a pattern of the schema.

Reads the part of regular expressions that the schema uses: characters, classes, groups with
alternatives, and counts. Anything else is refused, so that a new construct is noticed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from harmtax.errors import BadUse

if TYPE_CHECKING:
    from harmtax.sampling.choosers import Chooser

# A count without an end, or with a far one, is drawn up to this many above its least.
SPREAD = 9
PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))
COUNT = re.compile(r"\{([0-9]+)(,?)([0-9]*)\}")


class _Piece(NamedTuple):
    """Characters to pick from, or alternatives to choose from, so many times."""

    what: str | tuple[_Sequence, ...]
    low: int = 1
    high: int = 1


_Sequence = tuple[_Piece, ...]


def holds(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text."""
    return _compiled(pattern).search(text) is not None


def drawn(pattern: str, name: str, choose: Chooser) -> str:
    """A text that matches the whole pattern. Raises BadUse for a construct that is not read."""
    return "".join(_characters(_read(pattern), name, choose))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _characters(options: tuple[_Sequence, ...], name: str, choose: Chooser) -> Iterator[str]:
    for piece in options[0] if len(options) == 1 else choose.pick(name, options):
        many = piece.low
        if piece.high > piece.low:
            many = choose.number(name, piece.low, min(piece.high, piece.low + SPREAD))
        for _ in range(many):
            if isinstance(piece.what, str):
                yield piece.what if len(piece.what) == 1 else choose.pick(name, piece.what)
            else:
                yield from _characters(piece.what, name, choose)


@cache
def _read(pattern: str) -> tuple[_Sequence, ...]:
    reader = _Reader(pattern)
    options = reader.alternatives()
    if reader.at < len(pattern):
        raise BadUse(f"the pattern {pattern!r} cannot be read from place {reader.at}")
    return options


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def alternatives(self) -> tuple[_Sequence, ...]:
        options = [tuple(self._sequence())]
        while self._next("|"):
            options.append(tuple(self._sequence()))
        return tuple(options)

    def _sequence(self) -> Iterator[_Piece]:
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            if not self._next("^") and not self._next("$"):
                yield self._counted(self._atom())

    def _atom(self) -> str | tuple[_Sequence, ...]:
        if self._next("("):
            options = self.alternatives()
            if not self._next(")"):
                raise BadUse(f"the pattern {self.pattern!r} does not close a group")
            return options
        if self._next("["):
            return self._class()
        if self.pattern[self.at] in ".*+?{":
            raise BadUse(f"the pattern {self.pattern!r} cannot be read from place {self.at}")
        return self._character()

    def _character(self) -> str:
        self._next("\\")
        self.at += 1
        character = self.pattern[self.at - 1]
        # Escapes of letters are classes, which mean different sets in different engines.
        if self.pattern[self.at - 2 : self.at - 1] == "\\" and character.isalnum():
            raise BadUse(f"the pattern {self.pattern!r} uses \\{character}")
        return character

    def _class(self) -> str:
        denied = self._next("^")
        found = ""
        while not self._next("]"):
            first = self._character()
            if self.pattern[self.at] == "-" and self.pattern[self.at + 1] != "]":
                self.at += 1
                found += "".join(map(chr, range(ord(first), ord(self._character()) + 1)))
            else:
                found += first
        return "".join(c for c in PRINTABLE if c not in found) if denied else found

    def _counted(self, what: str | tuple[_Sequence, ...]) -> _Piece:
        if self._next("?"):
            return _Piece(what, 0, 1)
        count = COUNT.match(self.pattern, self.at)
        if count is None:
            return _Piece(what)
        self.at = count.end()
        low = int(count[1])
        return _Piece(what, low, int(count[3]) if count[3] else low + SPREAD if count[2] else low)

    def _next(self, character: str) -> bool:
        found = self.pattern.startswith(character, self.at)
        self.at += found
        return found
