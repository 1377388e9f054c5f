"""An older version in the names of a newer one, so that only what changed differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harmtax.standard.release import CATEGORY_LIST, Facts, Release, kind_of, split

# The facts of a check that name fields of its own record type: one each, or several.
ONE_FIELD = ("at", "first", "then", "of", "over")
FIELDS = ("fields", "key", "same")
# The same for the side of a metric.
SIDE_FIELDS = ("period", "in_force", "distinct", "duration", "in_time", "bounds")


def restated(old: Release, names: Mapping[str, str]) -> Release:
    """`old` with every name that changed, wherever it is mentioned."""
    if not names:
        return old
    writer = _Writer(old, names)
    elements = {names.get(name, name): writer.facts(name, f) for name, f in old.elements.items()}
    return replace(old, elements=elements)


class _Writer:
    def __init__(self, old: Release, names: Mapping[str, str]) -> None:
        self.old, self.names = old, names
        self.lists = {
            split(name)[1:]: facts["codes"]
            for name, facts in old.elements.items()
            if kind_of(name) == "field" and "codes" in facts
        }

    def facts(self, name: str, facts: Facts) -> Facts:
        """The facts of one element in the newer names."""
        told = dict(facts)
        match kind_of(name):
            case "category":
                told |= self._present(facts, ("parent", "replaced_by"), self._category)
                told["tiers"] = {
                    self._code("Treatment", how): [self._code("Tier", tier), basis]
                    for how, (tier, basis) in facts["tiers"].items()
                }
            case "code":
                listed = split(name)[1]
                told |= self._present(facts, ("replaced_by",), lambda c: self._code(listed, c))
            case "record type":
                record = split(name)[1]
                told |= self._present(facts, ("identifier",), lambda f: self._field(record, f))
            case "field":
                told |= self._present(facts, ("codes",), self._list)
            case "rule":
                told["checks"] = {
                    self._record(record): [self._check(record, check) for check in checks]
                    for record, checks in facts["checks"].items()
                }
            case "metric":
                told |= self._present(facts, ("numerator", "denominator"), self._side)
        return told

    @staticmethod
    def _present(facts: Facts, words: tuple[str, ...], write: Any) -> dict[str, Any]:
        return {word: write(facts[word]) for word in words if facts.get(word) is not None}

    def _last(self, name: str) -> str:
        return split(self.names.get(name, name))[-1]

    def _list(self, name: str) -> str:
        return self._last(f"code_lists/{name}") if name != CATEGORY_LIST else name

    def _record(self, name: str) -> str:
        return self._last(f"record_types/{name}")

    def _category(self, code: str) -> str:
        return self._last(f"categories/{code}")

    def _field(self, record: str, field: str) -> str:
        return self._last(f"record_types/{record}/{field}")

    def _code(self, listed: str, code: str | None) -> str | None:
        if code is None:
            return None
        if listed == CATEGORY_LIST:
            return self._category(code)
        return self._last(f"code_lists/{listed}/{code}")

    def _check(self, record: str, check: Mapping[str, Any]) -> dict[str, Any]:
        told = dict(check)
        for word in ONE_FIELD:
            if check.get(word) is not None:
                told[word] = self._field(record, check[word])
        for word in FIELDS:
            if word in check:
                told[word] = [self._field(record, field) for field in check[word]]
        for word in ("what", "when"):
            if word in check:
                told[word] = self._condition(record, check[word])
        for word, field in (("codes", "at"), ("part", "of"), ("whole", "of")):
            listed = self.lists.get((record, str(check.get(field))))
            if isinstance(check.get(word), list) and listed is not None:
                told[word] = [self._code(listed, code) for code in check[word]]
        if check["check"] == "refers":
            told |= self._reference(check)
        if check.get("otherwise") is not None:
            told["otherwise"] = self._field("Submission", check["otherwise"])
        return told

    def _reference(self, check: Mapping[str, Any]) -> dict[str, Any]:
        to = check["to"]
        told: dict[str, Any] = {"to": self._record(to), "target": self._field(to, check["target"])}
        if "where" in check:
            told["where"] = self._condition(to, check["where"])
        # `first` is a field of the target, `then` one of our own.
        if check.get("first") is not None:
            told["first"] = self._field(to, check["first"])
        return told

    def _condition(self, record: str, condition: Any) -> list[Any]:
        return [[self._test(record, test) for test in conjunction] for conjunction in condition]

    def _test(self, record: str, test: Any) -> list[Any]:
        field, word, argument = test
        listed = self.lists.get((record, field))
        if isinstance(argument, list) and listed is not None:
            argument = [self._code(listed, code) for code in argument]
        return [self._field(record, field), word, argument]

    def _side(self, side: Mapping[str, Any]) -> dict[str, Any]:
        record, told = side["record"], dict(side)
        told |= {
            word: [self._field(record, field) for field in side[word]]
            for word in SIDE_FIELDS
            if side[word] is not None
        }
        told |= {
            # A dimension goes by its name in observations, whatever a record calls it.
            word: [self._field("Observation", field) for field in side[word]]
            for word in ("dimensions", "whole")
        }
        if side["ended"] is not None:
            by, days = side["ended"]
            told["ended"] = [
                self._field(record, by), [self._field(record, day) for day in days]
            ]  # fmt: skip
        if side["sum"] is not None:
            told["sum"] = self._field(record, side["sum"])
        return told | {
            "record": self._record(record), "where": self._condition(record, side["where"])
        }  # fmt: skip
