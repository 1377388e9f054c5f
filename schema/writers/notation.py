"""The notation of the rules: parsed once, and reduced to one normal form for the readings.

People write four forms for a row (never, when, iff, order), three words for a field (distinct, alone,
refuse) and six for a set (unique, apart, refers, part, same, sums). The first three forms become
conjunctions that must not occur. The parsed source form is kept beside them, because the JSON Schema
is lowered from it and not from the normal form: two ways that share no negation are a second opinion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from harmtax.shapes import Condition, Conjunction, Field, Test

from schema.writers.source import Refused, known


@dataclass(frozen=True)
class Term:
    """One test as it was written: in, not_in, has, only, min, present or absent."""

    field: str
    word: str
    codes: tuple[str, ...] = ()
    number: int = 0


Option = tuple[Term, ...]
Options = tuple[Option, ...]

ON_CODE = {"in", "not_in", "present", "absent"}
ON_LIST = {"has", "only", "present", "absent"}
ON_INTEGER = {"min", "present", "absent"}
ON_OTHER = {"present", "absent"}

LINE = {
    "never": {"check", "severity", "each", "if", "what"},
    "when": {"check", "severity", "if", "then"},
    "iff": {"check", "severity", "this", "that"},
    "order": {"check", "severity", "if", "first", "else", "then", "same", "plus"},
    "distinct": {"check", "severity"},
    "alone": {"check", "severity"},
    "refuse": {"check", "severity", "audience", "patterns"},
    "unique": {"check", "severity", "key"},
    "apart": {"check", "severity", "key", "first", "then"},
    "refers": {
        "check", "severity", "if", "from", "to", "where", "same", "first", "then",
    },
    "part": {"check", "severity", "of", "part", "whole", "value", "if"},
    "same": {"check", "severity", "field", "part"},
    "sums": {"check", "severity", "over", "value"},
}  # fmt: skip
SECONDS = {"PT1H": 3_600, "PT24H": 86_400, "PT48H": 172_800}


@dataclass(frozen=True)
class Words:
    """What conditions of one record type may speak of."""

    fields: Mapping[str, Field]
    codes: Mapping[str, tuple[str, ...]]
    parents: Mapping[str, str | None]

    def field(self, name: str) -> Field:
        if name not in self.fields:
            raise Refused(f"{name!r} is not a field")
        return self.fields[name]

    def values(self, field: Field) -> tuple[str, ...]:
        if field.codes is None:
            raise Refused(f"{field.name!r} has no code list")
        return self.codes[field.codes]

    def below(self, code: str) -> tuple[str, ...]:
        """A category and everything below it, in the order of the schema."""

        def line(node: str | None) -> Iterator[str]:
            while node is not None:
                yield node
                node = self.parents[node]

        return tuple(other for other in self.parents if code in line(other))

    def tops(self) -> tuple[str, ...]:
        return tuple(code for code, parent in self.parents.items() if parent is None)


def shape(line: Mapping[str, Any]) -> str:
    """The form of a line. Raises Refused on an unknown form or parameter."""
    form = line.get("check")
    if form not in LINE:
        raise Refused(f"check {form!r} is not known; known: {', '.join(LINE)}")
    known(f"check {form}", line, LINE[form])
    return str(form)


def options(node: Any, words: Words, branch: str | None = None) -> Options:
    """A condition as written: a map (all of it holds) or a list of maps (one of them holds)."""
    maps = node if isinstance(node, list) else [node]
    if not maps or not all(isinstance(each, Mapping) and each for each in maps):
        raise Refused(f"a condition is a map or a list of maps, not {node!r}")
    return tuple(
        tuple(_term(name, test, words, branch) for name, test in each.items()) for each in maps
    )


def _term(name: str, test: Any, words: Words, branch: str | None) -> Term:
    field = words.field(name)
    word, argument = _word(test)
    allowed = (
        ON_LIST if field.many
        else ON_CODE if field.codes
        else ON_INTEGER if field.kind == "integer"
        else ON_OTHER
    )  # fmt: skip
    if word not in allowed:
        raise Refused(
            f"{name}: the test {word!r} does not fit this field; it takes {sorted(allowed)}"
        )
    if word in ("present", "absent"):
        return Term(name, word)
    if word == "min":
        if type(argument) is not int:
            raise Refused(f"{name}: min takes an integer, not {argument!r}")
        return Term(name, word, number=argument)
    return Term(name, word, _codes(name, argument, field, words, branch))


def _word(test: Any) -> tuple[str, Any]:
    if isinstance(test, str):
        return test, None
    if isinstance(test, list):
        return "in", test
    if isinstance(test, Mapping) and len(test) == 1:
        [(word, argument)] = test.items()
        return str(word), argument
    raise Refused(f"{test!r} is not a test")


def _codes(
    name: str, written: Any, field: Field, words: Words, branch: str | None
) -> tuple[str, ...]:
    if not isinstance(written, list) or not written:
        raise Refused(f"{name}: expected a list of codes, not {written!r}")
    known_codes = words.values(field)
    found: list[str] = []
    for code in written:
        if not isinstance(code, str):
            raise Refused(f"{name}: {code!r} is not text; quote it")
        if code == "$branch" and branch is not None:
            found += words.below(branch)
        elif code.endswith("*") and field.codes == "CategoryCode":
            found += words.below(code[:-1]) or [code]
        else:
            found.append(code)
    for code in found:
        if code not in known_codes:
            raise Refused(f"{name}: {code!r} is not in the code list {field.codes}")
    return tuple(code for code in known_codes if code in found)


# --- normal form -----------------------------------------------------------------------------------


def normal(written: Options, words: Words) -> Condition:
    """The condition in the words of the table; options that cannot hold are left out."""
    return tuple(
        conjunction
        for option in written
        if (conjunction := _merge([_positive(term, words) for term in option], words)) is not None
    )


def denied(written: Options, words: Words) -> Condition:
    """The negation of a condition, in the same form."""
    per_option = [
        [test for term in option for test in _negative(term, words)] for option in written
    ]
    merged = (_merge(list(choice), words) for choice in product(*per_option))
    return tuple(dict.fromkeys(found for found in merged if found is not None))


def both(left: Condition, right: Condition, words: Words) -> Condition:
    """Both conditions at once."""
    merged = (_merge([*a, *b], words) for a, b in product(left, right))
    return tuple(dict.fromkeys(found for found in merged if found is not None))


def _positive(term: Term, words: Words) -> Test:
    field = words.field(term.field)
    match term.word:
        case "not_in":
            return (term.field, "in", _others(term.codes, field, words, absent=False))
        case "in" | "has" | "only":
            return (term.field, term.word, term.codes)
        case "min":
            return (term.field, "min", term.number)
    return (term.field, term.word, None)


def _negative(term: Term, words: Words) -> list[Test]:
    field = words.field(term.field)
    optional: list[Test] = [] if field.required else [(term.field, "absent", None)]
    match term.word:
        case "in":
            return [(term.field, "in", _others(term.codes, field, words, absent=True))]
        case "not_in":
            return [(term.field, "in", (() if field.required else (None,)) + term.codes)]
        case "has":
            return [(term.field, "lacks", term.codes)]
        case "only":
            return [(term.field, "has", _others(term.codes, field, words, absent=False)), *optional]
        case "min":
            return [(term.field, "below", term.number), *optional]
        case "present":
            return optional
    return [(term.field, "present", None)]


def _others(
    codes: Sequence[str], field: Field, words: Words, *, absent: bool
) -> tuple[str | None, ...]:
    rest = tuple(code for code in words.values(field) if code not in codes)
    return (None, *rest) if absent and not field.required else rest


def _merge(tests: Sequence[Test], words: Words) -> Conjunction | None:
    """The tests as one conjunction, or None when they cannot hold together."""
    merged: dict[tuple[str, str], Test] = {}
    for test in tests:
        field, word, argument = test
        if argument == ():
            return None
        if word == "present" and words.field(field).required:
            continue
        if word == "absent" and words.field(field).required:
            return None
        earlier = merged.get((field, word))
        if earlier is not None and word == "in":
            kept = tuple(c for c in earlier[2] if c in argument)  # type: ignore[union-attr,operator]
            merged[field, word] = (field, word, kept)
        elif earlier is not None and earlier != test:
            raise Refused(f"{field}: two tests {word!r} in one conjunction are not carried")
        else:
            merged[field, word] = test
    return _without_contradiction(merged)


def _without_contradiction(merged: dict[tuple[str, str], Test]) -> Conjunction | None:
    for (field, word), test in list(merged.items()):
        if word != "in":
            continue
        codes = test[2]
        assert isinstance(codes, tuple)
        if (field, "present") in merged:
            codes = tuple(code for code in codes if code is not None)
            del merged[field, "present"]
            merged[field, word] = (field, word, codes)
        if (field, "absent") in merged:
            codes = tuple(code for code in codes if code is None)
            del merged[field, word]
        if not codes:
            return None
    return tuple(merged.values())


def never(line: Mapping[str, Any], words: Words) -> tuple[str, Condition]:
    """The field to look at and the conjunctions that a never, when or iff line forbids."""
    return _FORMS[line["check"]](line, words)


def _never(line: Mapping[str, Any], words: Words) -> tuple[str, Condition]:
    branches: Sequence[str | None] = words.tops() if line.get("each") == "branch" else [None]
    if line.get("each") not in (None, "branch"):
        raise Refused(f"each {line['each']!r} is not known; known: branch")
    what = [o for branch in branches for o in options(line["what"], words, branch)]
    forbidden = normal(tuple(what), words)
    if "if" in line:
        forbidden = both(forbidden, normal(options(line["if"], words), words), words)
    return what[0][0].field, forbidden


def _when(line: Mapping[str, Any], words: Words) -> tuple[str, Condition]:
    then = options(line["then"], words)
    condition = normal(options(line["if"], words), words)
    return then[0][0].field, both(condition, denied(then, words), words)


def _iff(line: Mapping[str, Any], words: Words) -> tuple[str, Condition]:
    this, that = options(line["this"], words), options(line["that"], words)
    one_way = both(normal(this, words), denied(that, words), words)
    other_way = both(normal(that, words), denied(this, words), words)
    return this[0][0].field, one_way + other_way


_FORMS: dict[str, Callable[[Mapping[str, Any], Words], tuple[str, Condition]]] = {
    "never": _never,
    "when": _when,
    "iff": _iff,
}
