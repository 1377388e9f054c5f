"""Writes what becomes of records between versions: the changes, resolved to fields and codes.

Both ways of each step follow from its entries in `changes.yaml` and from what the two versions hold: the
older one as it was frozen, the newest one as the schema says it now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harmtax.shapes import Condition, Field, MetricRow
from harmtax.version_shapes import Passage, Turn, Way

from schema.writers import changes, notation, standard
from schema.writers.literals import module
from schema.writers.notation import Words
from schema.writers.plan import Plan
from schema.writers.source import Refused

Elements = Mapping[str, Mapping[str, Any]]
Entry = Mapping[str, Any]


def write(plan: Plan, schema: Path, metrics: Sequence[MetricRow]) -> dict[str, str]:
    """The text of the table by its path. Raises Refused."""
    found = list(reversed(changes.blocks(plan, schema / "changes.yaml")))
    versions = tuple(str(block["version"]) for block in found)
    exports = schema.parent / "exports"
    held = [_frozen(exports, version) for version in versions[:-1]]
    held.append(standard.snapshot(plan, schema, metrics)["elements"])
    passages = {
        record: tuple(
            passage(record, (versions[at], versions[at + 1]), held[at], held[at + 1], found[at + 1])
            for at in range(len(versions) - 1)
        )
        for record in plan.records
    }
    return {
        "harmtax/_generated/passages.py": module(
            "What becomes of records from version to version, oldest first.",
            "from harmtax.shapes import Field\n"
            "from harmtax.version_shapes import Passage, Turn, Way",
            {
                "VERSIONS": ("tuple[str, ...]", versions),
                "PASSAGES": ("dict[str, tuple[Passage, ...]]", passages),
            },
        )
    }


def passage(
    record: str, versions: tuple[str, str], old: Elements, new: Elements, block: Entry
) -> Passage:
    """What becomes of the records of one type between two versions. Raises Refused."""
    return _Step(record, old, new, block["changes"]).passage(*versions)


def _frozen(exports: Path, version: str) -> Elements:
    path = exports / version / "standard.json"
    if not path.exists():
        raise Refused(
            f"changes.yaml: version {version} is not frozen; there is no {path.name} of it"
        )
    elements: Elements = json.loads(path.read_text(encoding="utf-8"))["elements"]
    return elements


class _Step:
    """One record type on its way between two versions."""

    def __init__(self, record: str, old: Elements, new: Elements, entries: Sequence[Entry]) -> None:
        self.record, self.old, self.new = record, old, new
        self.entries = {
            str(entry[operation]): (operation, entry)
            for entry in entries
            for operation in changes.OPERATIONS
            if operation in entry
        }
        self.before, self.after = _fields(old, record), _fields(new, record)
        self.names = {name: self._name(name) for name in self.before}
        tree = _live(new, "CategoryCode")
        codes = {
            str(f.codes): tuple(_live(new, str(f.codes))) for f in self.after.values() if f.codes
        }
        self.words = Words(self.after, codes, {code: tree[code].get("parent") for code in tree})

    def passage(self, old: str, new: str) -> Passage:
        there = {name: new for name, new in self.names.items() if new is not None}
        added = [name for name in self.after if name not in there.values()]
        forward = [turn for name in there for turn in self._forward(name, there[name])]
        backward = [turn for name in there for turn in self._backward(name, there[name])]
        return Passage(
            old,
            new,
            tuple(map(_unworded, self.before.values())),
            tuple((name, to) for name, to in there.items() if name != to),
            tuple(name for name, to in self.names.items() if to is None),
            tuple((name, self._default(name)) for name in added),
            tuple(forward),
            tuple(backward),
        )

    def _name(self, field: str) -> str | None:
        """How the newer version calls a field of the older one."""
        _, entry = self.entries.get(f"record_types/{self.record}/{field}", ("", {}))
        for target in changes.targets(entry):
            name = target.rpartition("/")[2]
            if name in self.after:
                return name
        return field if field in self.after else None

    def _default(self, field: str) -> str | None:
        _, entry = self.entries.get(f"record_types/{self.record}/{field}", ("", {}))
        default = entry.get("default")
        return None if default is None else str(default)

    def _forward(self, name: str, newer: str) -> Iterator[Turn]:
        codes, to = self.before[name].codes, self.after[newer].codes
        if codes is None or to is None:
            return
        for code in _live(self.old, codes):
            operation, entry = self.entries.get(_element(codes, code), ("", {}))
            if operation == "split":
                yield self._checked(Turn(newer, code, tuple(self._parts(entry))), to)
            elif operation in ("rename", "merge", "retire"):
                yield self._checked(Turn(newer, code, tuple(self._replaced(entry, operation))), to)

    def _checked(self, turn: Turn, code_list: str) -> Turn:
        """The turn where what it leads to may be used. Raises Refused."""
        live = _live(self.new, code_list)
        for way in turn.ways:
            if way.to is not None and way.to not in live:
                raise Refused(
                    f"changes.yaml: {turn.code} of {code_list} becomes {way.to}, which no record may use"
                )
        return turn

    def _replaced(self, entry: Entry, operation: str) -> Iterator[Way]:
        kind = {"rename": "exact", "merge": "broadened", "retire": "broadened"}[operation]
        for target in changes.targets(entry):
            yield Way(target.rpartition("/")[2], kind)
        instead = entry.get("instead")
        # An observation without a dimension is the whole and no part of it.
        if instead is not None and not (instead == "absent" and self.record == "Observation"):
            yield Way(None, "dropped") if instead == "absent" else Way(str(instead), "broadened")

    def _parts(self, entry: Entry) -> Iterator[Way]:
        for part in entry["to"]:
            if isinstance(part, Mapping) and "when" in part:
                condition = self._condition(entry, part["when"])
                if condition is not None:
                    yield Way(_code(part["element"]), "narrowed", condition)
        yield Way(_code(entry["fallback"]), "defaulted")

    def _condition(self, entry: Entry, when: Any) -> Condition | None:
        """The condition, or None for a record type that does not hold what it asks."""
        asked = {name for option in (when if isinstance(when, list) else [when]) for name in option}
        # An observation counts many records, and its dimensions say nothing of a single one.
        if not asked <= self.after.keys() or self.record == "Observation":
            return None
        try:
            return notation.normal(notation.options(when, self.words), self.words)
        except Refused as error:
            raise Refused(f"changes.yaml: split of {entry['split']}: {error}") from None

    def _backward(self, name: str, newer: str) -> Iterator[Turn]:
        codes, now = self.before[name].codes, self.after[newer].codes
        if codes is None or now is None:
            return
        known = _live(self.old, codes)
        for code in _live(self.new, now):
            if code not in known:
                yield Turn(newer, code, tuple(self._earlier(codes, now, code, known)))

    def _earlier(self, codes: str, now: str, code: str, known: Mapping[str, Any]) -> Iterator[Way]:
        """How the older version says a code that it does not have; nothing where it cannot."""
        _, entry = self.entries.get(_element(now, code), ("", {}))
        if (before := entry.get("before")) is not None:
            yield Way(_code(before), "broadened")
            return
        from_ = [each for each in known if self._became(_element(codes, each), code)]
        if from_:
            operation, _ = self.entries[_element(codes, from_[0])]
            exact = operation == "rename" and len(from_) == 1
            yield Way(from_[0], "exact" if exact else "broadened")
            return
        parent = _live(self.new, now)[code].get("parent")
        while parent is not None and parent not in known:
            parent = _live(self.new, now)[parent].get("parent")
        if parent is not None:
            yield Way(str(parent), "broadened")

    def _became(self, element: str, code: str) -> bool:
        operation, entry = self.entries.get(element, ("", {}))
        return operation in ("rename", "merge", "split", "retire") and code in map(
            _code, changes.targets(entry)
        )


def _unworded(field: Field) -> Field:
    """What is needed to read and to write the field."""
    return field._replace(title="", definition="", source=None)


def _code(element: object) -> str:
    return str(element).rpartition("/")[2]


def _element(code_list: str, code: str) -> str:
    return f"categories/{code}" if code_list == "CategoryCode" else f"code_lists/{code_list}/{code}"


def _live(elements: Elements, code_list: str) -> dict[str, Mapping[str, Any]]:
    """The codes of a list that records may use, with their facts."""
    prefix = _element(code_list, "")
    return {
        name.removeprefix(prefix): facts
        for name, facts in elements.items()
        if name.startswith(prefix) and facts.get("status", "active") == "active"
    }


def _fields(elements: Elements, record: str) -> dict[str, Field]:
    prefix = f"record_types/{record}/"
    return {
        name.removeprefix(prefix): Field(name=name.removeprefix(prefix), **facts)
        for name, facts in elements.items()
        if name.startswith(prefix)
    }
