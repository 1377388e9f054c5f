"""Decides whether one pattern of the schema takes every text that another takes.

Both patterns become automata that are walked together, over one character for each set of characters
that both treat alike. Read is the part of regular expressions that the schema uses: characters, classes,
groups with alternatives and counts, from ^ to $. For anything else the answer is that it is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

COUNT = re.compile(r"\{([0-9]+)(,?)([0-9]*)\}")
# So many states of both automata together are walked through.
STEPS = 50_000
# Stands for all characters that no class names.
OTHER = "\ue000"


class Chars(NamedTuple):
    """A set of characters, or all but these."""

    told: frozenset[str]
    denied: bool = False

    def has(self, character: str) -> bool:
        """Whether a character is in the set."""
        return (character in self.told) is not self.denied


class _Unread(Exception):
    """A construct that is not read."""


def accepts_all(pattern: str, other: str) -> bool | None:
    """Whether `pattern` takes every text that `other` takes; None when it is not known."""
    if pattern == other:
        return True
    try:
        wide, narrow = _Automaton(pattern), _Automaton(other)
    except _Unread:
        return None
    alphabet = list(_alphabet([*wide.classes(), *narrow.classes()]))
    start = (wide.start(), narrow.start())
    seen, waiting = {start}, [start]
    while waiting:
        ours, theirs = waiting.pop()
        if narrow.end in theirs and wide.end not in ours:
            return False
        for character in alphabet:
            after = narrow.after(theirs, character)
            if after:
                pair = (wide.after(ours, character), after)
                if pair not in seen:
                    seen.add(pair)
                    waiting.append(pair)
        if len(seen) > STEPS:
            return None
    return True


def _alphabet(classes: Iterable[Chars]) -> Iterator[str]:
    """One character for each set that all classes treat alike."""
    told = set(classes)
    seen = set()
    for character in [OTHER, *sorted({c for each in told for c in each.told})]:
        kind = frozenset(each for each in told if each.has(character))
        if kind not in seen:
            seen.add(kind)
            yield character


class _Automaton:
    """The states of one pattern; `steps` lead on by a character, `free` without one."""

    def __init__(self, pattern: str) -> None:
        if not (pattern.startswith("^") and pattern.endswith("$")) or pattern.endswith("\\$"):
            raise _Unread
        self.text, self.at = pattern[1:-1], 0
        self.steps: list[list[tuple[Chars, int]]] = []
        self.free: list[list[int]] = []
        first = self._state()
        self.end = self._alternatives(first, top=True)
        if self.at < len(self.text):
            raise _Unread
        self.first = first

    def classes(self) -> Iterator[Chars]:
        """The sets of characters that lead on somewhere."""
        return (chars for steps in self.steps for chars, _ in steps)

    def start(self) -> frozenset[int]:
        """The states before the first character."""
        return self._closed([self.first])

    def after(self, states: frozenset[int], character: str) -> frozenset[int]:
        """The states after one more character."""
        return self._closed(
            to for state in states for chars, to in self.steps[state] if chars.has(character)
        )

    def _closed(self, states: Iterable[int]) -> frozenset[int]:
        found, waiting = set(), list(states)
        while waiting:
            state = waiting.pop()
            if state not in found:
                found.add(state)
                waiting += self.free[state]
        return frozenset(found)

    def _state(self) -> int:
        self.steps.append([])
        self.free.append([])
        if len(self.steps) > STEPS:
            raise _Unread
        return len(self.steps) - 1

    def _alternatives(self, start: int, *, top: bool = False) -> int:
        end = self._state()
        self.free[self._sequence(start)].append(end)
        while self._next("|"):
            # At the top the ends belong to one alternative alone.
            if top:
                raise _Unread
            self.free[self._sequence(start)].append(end)
        return end

    def _sequence(self, state: int) -> int:
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            begin = self.at
            low, high = self._span()
            after = self.at
            end = self._state() if low < high else -1
            for turn in range(high):
                if turn >= low:
                    self.free[state].append(end)
                self.at = begin
                state = self._atom(state)
            if low < high:
                self.free[state].append(end)
                state = end
            self.at = after
        return state

    def _span(self) -> tuple[int, int]:
        """How often the next atom stands there; leaves the place after its count."""
        states = len(self.steps)
        self._atom(self._state())
        del self.steps[states:], self.free[states:]
        if self._next("?"):
            return 0, 1
        count = COUNT.match(self.text, self.at)
        if count is None:
            if self.text[self.at : self.at + 1] in ("*", "+", "{"):
                raise _Unread
            return 1, 1
        if count[2] and not count[3]:
            raise _Unread
        self.at = count.end()
        return int(count[1]), int(count[3] or count[1])

    def _atom(self, start: int) -> int:
        if self._next("("):
            inner = self._state()
            self.free[start].append(inner)
            end = self._alternatives(inner)
            if not self._next(")"):
                raise _Unread
            return end
        chars = self._class() if self._next("[") else Chars(frozenset(self._character(".*+?{^$)")))
        end = self._state()
        self.steps[start].append((chars, end))
        return end

    def _class(self) -> Chars:
        denied = self._next("^")
        found: set[str] = set()
        while not self._next("]"):
            first = self._character("")
            if (
                self.text[self.at : self.at + 1] == "-"
                and self.text[self.at + 1 : self.at + 2] != "]"
            ):
                self.at += 1
                found |= {chr(n) for n in range(ord(first), ord(self._character("")) + 1)}
            else:
                found.add(first)
        return Chars(frozenset(found), denied)

    def _character(self, special: str) -> str:
        escaped = self._next("\\")
        character = self.text[self.at : self.at + 1]
        # Escapes of letters are classes, which mean different sets in different engines.
        if (
            not character
            or (escaped and character.isalnum())
            or (not escaped and character in special)
        ):
            raise _Unread
        self.at += 1
        return character

    def _next(self, character: str) -> bool:
        found = self.text.startswith(character, self.at)
        self.at += found
        return found
