"""What differs in record types and their fields."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from harmtax.shapes import Field
from harmtax.standard.kinds import Difference
from harmtax.standard.patterns import accepts_all
from harmtax.standard.release import Release
from harmtax.standard.tables import live_codes
from harmtax.standard.word_differences import out_of_order

AUDIENCES = ("restricted", "shared", "public")
# The longest that a time or a day is written.
WRITTEN = {"time": 27, "date": 10}
Codes = Mapping[str, tuple[str, ...]]


def record_types(old: Release, new: Release, fresh: Collection[str]) -> Iterator[Difference]:
    """What differs in the record types, rules aside; `fresh` are names that others had before."""
    before, after = live_codes(old), live_codes(new)
    for name in new.of("record type"):
        if name not in old.elements:
            yield Difference("record_type_added", name, after=sorted(new.below(name)))
            continue
        was, now = (each.elements[name]["identifier"] for each in (old, new))
        if was != now:
            yield Difference("identifier_changed", name, ("identifier",), was, now)
        yield from _fields(name, old, new, before, after)
        one, other = list(old.below(name)), list(new.below(name))
        # What got another name may stand elsewhere.
        if out_of_order([each for each in one if f"{name}/{each}" not in fresh], other):
            yield Difference("fields_reordered", name, ("order",), one, other)
    for name in old.of("record type"):
        if name not in new.elements:
            yield Difference("record_type_removed", name, before=sorted(old.below(name)))


def _fields(
    record: str, old: Release, new: Release, before: Codes, after: Codes
) -> Iterator[Difference]:
    was, now = old.below(record), new.below(record)
    for field, facts in now.items():
        name = f"{record}/{field}"
        told = Field(name=field, **facts)
        if field not in was:
            kind = "required_field_added" if told.required else "field_added"
            yield Difference(kind, name, after=told.codes or told.kind)
        else:
            yield from _field(name, Field(name=field, **was[field]), told, before, after)
    for field in was:
        if field not in now:
            yield Difference("field_removed", f"{record}/{field}", before=was[field]["title"])


def _field(name: str, was: Field, now: Field, before: Codes, after: Codes) -> Iterator[Difference]:
    if was.required != now.required:
        kind = "field_required" if now.required else "field_optional"
        yield Difference(kind, name, ("required",), was.required, now.required)
    yield from _values(name, was, now, before, after)
    if was.audience != now.audience:
        wider = AUDIENCES.index(now.audience) > AUDIENCES.index(was.audience)
        kind = "audience_widened" if wider else "audience_narrowed"
        yield Difference(kind, name, ("audience",), was.audience, now.audience)
    if was.unit != now.unit:
        yield Difference("unit_changed", name, ("unit",), was.unit, now.unit)


def _values(name: str, was: Field, now: Field, before: Codes, after: Codes) -> Iterator[Difference]:
    """Which values the field takes."""
    if was.many != now.many:
        yield Difference("type_changed", name, ("many",), was.many, now.many)
    elif was.kind != now.kind:
        kind = "values_widened" if _is_text_now(was, now, before) else "type_changed"
        yield Difference(kind, name, ("kind",), was.kind, now.kind)
    elif was.codes != now.codes and was.codes is not None and now.codes is not None:
        lost = [code for code in before[was.codes] if code not in after[now.codes]]
        note = f"it lost {', '.join(lost[:5])}" if lost else "it lost nothing"
        kind = "values_narrowed" if lost else "values_widened"
        yield Difference(kind, name, ("codes",), was.codes, now.codes, note=note)
    else:
        yield from _bounds(name, was, now)


def _is_text_now(was: Field, now: Field, codes: Codes) -> bool:
    """Whether everything that the field took is a text that it takes now."""
    if now.kind != "text" or was.kind == "integer" or now.pattern is not None:
        return False
    longest = max(map(len, codes[was.codes])) if was.codes else WRITTEN.get(was.kind, 0)
    return now.max_length is None or longest <= now.max_length


def _bounds(name: str, was: Field, now: Field) -> Iterator[Difference]:
    for word, sign in (("minimum", -1), ("maximum", 1), ("max_length", 1)):
        one, other = getattr(was, word), getattr(now, word)
        if one != other:
            wider = other is None or (one is not None and sign * other > sign * one)
            yield Difference(_side(wider), name, (word,), one, other)
    if was.pattern != now.pattern:
        wider, note = _pattern(was, now)
        yield Difference(_side(wider), name, ("pattern",), was.pattern, now.pattern, note=note)


def _side(wider: bool) -> str:
    return "values_widened" if wider else "values_narrowed"


def _pattern(was: Field, now: Field) -> tuple[Any, str]:
    if now.pattern is None:
        return True, ""
    if was.pattern is None:
        return False, ""
    found = accepts_all(now.pattern, was.pattern)
    if found is None:
        return (
            False,
            "not decided whether the pattern takes all that it took, so taken for narrower",
        )
    return found, ""
