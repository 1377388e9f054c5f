"""Finds what goes by another name in a newer version: what was declared, and what only looks like it.

An element that is gone and one that is new are the same under another name when a `rename` says so, or
when no entry says otherwise and their facts are nearly equal. So a forgotten entry is found as a
rename, and not as a removal and an addition.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence

from harmtax.standard.entries import Entry, between
from harmtax.standard.release import Facts, Release, is_live, split

# From here on two elements are taken for one; a code that names its successor needs less.
ALIKE, SUCCEEDED = 0.8, 0.3
# The facts in words. What follows from others says nothing about likeness.
WORDS = ("title", "definition", "includes", "excludes", "says", "do", "notes")
DERIVED = {"tiers", "records", "json_schema", "dimensions", "status", "replaced_by", "no_successor"}
# What an entry says about an element that is therefore no rename.
OTHERWISE = {"retire", "split", "merge", "add"}
Names = Mapping[str, str]


def pairs(old: Release, new: Release) -> dict[str, str]:
    """The elements of `old` that have another name in `new`, with all that belongs to them."""
    return _Pairing(old, new).found()


class _Pairing:
    def __init__(self, old: Release, new: Release) -> None:
        self.old, self.new = old, new
        self.entries = between(old, new)
        self.declared = _chained(self.entries)
        self.taken = {
            element
            for entry in self.entries
            if entry.operation in OTHERWISE
            for element in ((entry.element,) if entry.operation != "split" else _split(entry))
        }
        self.names: dict[str, str] = {}

    def found(self) -> dict[str, str]:
        for kind in ("code list", "record type"):
            self._pair(list(self.old.of(kind)), list(self.new.of(kind)))
            for name in list(self.old.of(kind)):
                below = self.names.get(name, name)
                self._pair(_all(self.old, name), _all(self.new, below), start=below)
        for kind in ("category", "rule", "metric", "format"):
            self._pair(list(self.old.of(kind)), list(self.new.of(kind)))
        return self.names

    def _pair(self, before: Sequence[str], after: Sequence[str], start: str | None = None) -> None:
        """Pairs elements of one kind; below `start` they keep the last part of their name."""
        usual = {name: _moved(name, start) for name in before}
        known, there = set(usual.values()), set(after)
        fresh = [name for name in after if name not in known]
        gone = [name for name in before if self._is_gone(name, usual[name], there)]
        for name in before:
            if name not in gone and usual[name] != name:
                self.names[name] = usual[name]
        for name in gone:
            partner = self._partner(name, usual[name], fresh)
            if partner is not None:
                self.names[name] = partner
                fresh.remove(partner)

    def _is_gone(self, name: str, usual: str, there: set[str]) -> bool:
        if usual not in there:
            return True
        return is_live(self.old.elements[name]) and not is_live(self.new.elements[usual])

    def _partner(self, name: str, usual: str, fresh: Sequence[str]) -> str | None:
        declared = self.declared.get(name) or self.declared.get(usual)
        if declared in fresh:
            return declared
        if {name, usual} & self.taken:
            return None
        successor = self.new.elements.get(usual, {}).get("replaced_by")
        scored = [
            (self._likeness(name, each) + (SUCCEEDED if split(each)[-1] == successor else 0), each)
            for each in fresh
            if each not in self.taken
        ]
        score, best = max(scored, default=(0.0, ""))
        return best if score >= ALIKE else None

    def _likeness(self, name: str, other: str) -> float:
        """From 0 to 1: how far two elements say the same."""
        before = _facts(self.old, name, self.names)
        after = _facts(self.new, other, {})
        one, two = (" ".join(str(f.get(word, "")) for word in WORDS) for f in (before, after))
        likeness = difflib.SequenceMatcher(None, one, two, autojunk=False).ratio()
        names = {*before, *after} - {*WORDS} - DERIVED
        if not names:
            return likeness
        equal: float = sum(before.get(each) == after.get(each) for each in names) / len(names)
        # Another structure is another thing, whatever it is called.
        return (likeness + equal) / 2 if equal >= 0.5 else equal


def _facts(told: Release, name: str, names: Names) -> Facts:
    """The facts of an element; what belongs to it counts as one of them."""
    facts = dict(told.elements[name])
    if "codes" in facts:
        listed = f"code_lists/{facts['codes']}"
        facts["codes"] = split(names.get(listed, listed))[1]
    if split(name)[0] in ("code_lists", "record_types") and len(split(name)) == 2:
        facts |= dict.fromkeys(told.below(name), "there")
    return facts


def _chained(entries: Iterable[Entry]) -> dict[str, str]:
    """Each old name with the newest one, over all versions between."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry.operation == "rename" and len(entry.to) == 1:
            sources = [name for name, newer in found.items() if newer == entry.element]
            found |= dict.fromkeys([*sources, entry.element], entry.to[0])
    return found


def _split(entry: Entry) -> Iterator[str]:
    yield entry.element
    yield from entry.to


def _all(told: Release, name: str) -> list[str]:
    return [f"{name}/{each}" for each in told.below(name)]


def _moved(name: str, start: str | None) -> str:
    return name if start is None else f"{start}/{split(name)[2]}"
