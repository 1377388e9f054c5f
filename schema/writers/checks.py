"""Makes the checks of one record type from lines of the notation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from harmtax import shapes
from harmtax.shapes import CodeList, Condition, Field

from schema.writers import notation
from schema.writers.notation import SECONDS, Words
from schema.writers.source import Refused

Line = Mapping[str, Any]
# The forms that are lowered to LinkML rules, and those that the JSON Schema carries in some way.
LOWERED = {"never", "when", "iff"}
CARRIED = LOWERED | {"distinct", "alone", "refuse"}


class Checks:
    """The maker for one record type; `key` is what names its records when they have no identifier."""

    def __init__(
        self,
        words: Words,
        code_lists: Mapping[str, CodeList],
        identifier: str | None,
        key: Sequence[str],
    ) -> None:
        self.words = words
        self.fields = words.fields
        self.code_lists = code_lists
        self.identifier = identifier
        self.key = tuple(key)

    def make(self, rule: str, severity: str, line: Line) -> list[Any]:
        form = notation.shape(line)
        if form in LOWERED:
            at, forbidden = notation.never(line, self.words)
            return [shapes.Never(rule, severity, at, forbidden)]
        return self._MAKERS[form](self, rule, severity, line)

    def _order(self, rule: str, severity: str, line: Line) -> list[Any]:
        first, then = line["first"], line.get("then", line.get("same"))
        kinds = {self.words.field(side).kind for side in (first, then)}
        if not (kinds <= {"date", "time"} or kinds == {"integer"}):
            raise Refused(f"order: {first} and {then} cannot be put in order")
        plus = line.get("plus")
        if plus is not None and plus not in SECONDS:
            raise Refused(f"plus {plus!r} is not known; known: {', '.join(SECONDS)}")
        return [
            shapes.Order(
                rule, severity, then, first, then,
                seconds=SECONDS[plus] if plus else 0,
                equal="same" in line,
                otherwise=line.get("else"),
                when=self._condition(line.get("if")),
            )
        ]  # fmt: skip

    def _distinct(self, rule: str, severity: str, line: Line) -> list[Any]:
        lists = tuple(name for name, each in self.fields.items() if each.many)
        return [shapes.Distinct(rule, severity, lists)] if lists else []

    def _alone(self, rule: str, severity: str, line: Line) -> list[Any]:
        return [
            shapes.Alone(rule, severity, name, single)
            for name, each in self.fields.items()
            if each.many and (single := self._single(each))
        ]

    def _single(self, each: Field) -> tuple[str, ...]:
        codes = self.code_lists[each.codes].codes if each.codes else ()
        return tuple(code.code for code in codes if code.alone)

    def _refuse(self, rule: str, severity: str, line: Line) -> list[Any]:
        texts = tuple(
            name
            for name, each in self.fields.items()
            if each.kind == "text" and each.audience == line["audience"]
        )
        patterns = tuple((each["what"], each["pattern"]) for each in line["patterns"])
        return [shapes.Refuse(rule, severity, texts, patterns)] if texts else []

    def _unique(self, rule: str, severity: str, line: Line) -> list[Any]:
        key = self._key(line["key"])
        at = self.identifier or (*self._period(), *key)[0]
        return [shapes.Unique(rule, severity, at, key)]

    def _apart(self, rule: str, severity: str, line: Line) -> list[Any]:
        key = self.key if line["key"] == "$key" else self._key(line["key"])
        return [shapes.Apart(rule, severity, line["first"], key, line["first"], line["then"])]

    def _refers(self, rule: str, severity: str, line: Line) -> list[Any]:
        self.words.field(line["from"])
        # `where` speaks of the target's fields: the plan fills it in once all record types are known.
        return [
            shapes.Refers(
                rule, severity, line["from"], line["to"], "",
                when=self._condition(line.get("if")),
                same=tuple(line.get("same", ())),
                first=line.get("first"),
                then=line.get("then"),
            )
        ]  # fmt: skip

    def _part(self, rule: str, severity: str, line: Line) -> list[Any]:
        of = self.words.field(line["of"])
        if of.codes:
            for code in (*line["part"], *line["whole"]):
                if code not in self.words.values(of):
                    raise Refused(f"{code!r} is not in the code list {of.codes}")
        return [
            shapes.Part(
                rule, severity, line["value"], self._rest(line["of"]), line["of"],
                tuple(line["part"]), tuple(line["whole"]),
                when=self._condition(line.get("if")),
            )
        ]  # fmt: skip

    def _same(self, rule: str, severity: str, line: Line) -> list[Any]:
        self.words.field(line["field"])
        return [shapes.Same(rule, severity, line["field"], line["part"])]

    def _sums(self, rule: str, severity: str, line: Line) -> list[Any]:
        return [shapes.Sums(rule, severity, line["value"], self._rest(line["over"]), line["over"])]

    def _condition(self, node: Any) -> Condition:
        if node is None:
            return shapes.ALWAYS
        return notation.normal(notation.options(node, self.words), self.words)

    def _key(self, names: list[str]) -> tuple[str, ...]:
        found: list[str] = []
        for name in names:
            if name == "$identifier":
                found += [self.identifier] if self.identifier else [*self.key, *self._period()]
            else:
                self.words.field(name)
                found.append(name)
        return tuple(dict.fromkeys(found))

    def _period(self) -> list[str]:
        return [name for name in ("period_start", "period_end") if name in self.fields]

    def _rest(self, but: str) -> tuple[str, ...]:
        """What identifies one quantity: the key of the class, or every code and identifier."""
        if self.key:
            return tuple(n for n in (*self.key, *self._period()) if n != but)
        return tuple(
            name
            for name, each in self.fields.items()
            if name not in (but, "status", "harmtax_version") and each.kind in ("code", "text")
        )

    _MAKERS: ClassVar[dict[str, Callable[..., list[Any]]]] = {
        "order": _order,
        "distinct": _distinct,
        "alone": _alone,
        "refuse": _refuse,
        "unique": _unique,
        "apart": _apart,
        "refers": _refers,
        "part": _part,
        "same": _same,
        "sums": _sums,
    }
