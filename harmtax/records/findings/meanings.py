"""What somebody probably meant who wrote something that is no code, field or column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from harmtax._generated.constraints import CODES, RECORDS
from harmtax.records.findings.fields import fields_of
from harmtax.records.findings.spellings import Spellings, plain, words
from harmtax.records.findings.vocabulary import Meaning, names, tables

# To ask whether a code is meant takes less than to propose it as the answer.
_ASKED = 0.7
_PROPOSED = 0.8
# A proposal must be that much more like what was written than the next one.
_LEAD = 0.05
_OFFERED = 3
# What is so much less alike than the best is not offered beside it.
_BESIDE = 0.1


class Meant(NamedTuple):
    """One code or field and why it is taken: code, title, retired, crosswalk, field, column or near."""

    name: str
    why: str


def meaning(code_list: str, written: str) -> Meaning | None:
    """What a name means, case, spaces, hyphens and underscores aside; None when nobody uses it.

    Of an address or path (a/b, a:b) the last part counts as well.
    """
    last = written.replace(":", "/").rsplit("/", 1)[-1]
    keys = dict.fromkeys(plain(text) for text in (written, last))
    for key in keys:
        for table in tables(code_list):
            if key and key in table:
                return table[key]
    return None


@lru_cache(maxsize=20_000)
def meant(code_list: str, written: str) -> Meant | None:
    """The one code that a written value surely or probably means, and why; None in case of doubt."""
    found = meaning(code_list, written)
    if found is not None:
        return Meant(found.codes[0], found.why) if len(found.codes) == 1 else None
    return _leader(
        (code, ratio)
        for name, ratio in _spellings(code_list).near(written, _PROPOSED)
        # A word more or less ("not") is no slip of the pen.
        if not (words(written) < words(name) or words(written) > words(name))
        for code in _codes(code_list, name)
    )


def near_codes(code_list: str, written: str) -> tuple[str, ...]:
    """Up to three codes that may be meant, the likeliest first."""
    found = meaning(code_list, written)
    if found is not None:
        return found.codes[:_OFFERED]
    codes = (
        code
        for name in _offered(_spellings(code_list), written)
        if not words(written) < words(name)
        for code in _codes(code_list, name)
    )
    return tuple(dict.fromkeys(codes))[:_OFFERED]


def codes_with(code_list: str, written: str) -> tuple[str, ...]:
    """The codes in whose name or title all the written words occur; none when those are many."""
    index = _by_word(code_list)
    found = [index.get(word, frozenset()) for word in words(written)]
    codes = frozenset.intersection(*found) if found else frozenset()
    return tuple(code for _, code in sorted(codes)) if len(codes) <= _OFFERED else ()


def meant_field(record_type: str, written: str) -> Meant | None:
    """The one field that a written name surely or probably means, and why; None in case of doubt."""
    key = plain(written)
    for name in fields_of(record_type):
        if plain(name) == key:
            return Meant(name, "field")
    columns = column_fields(record_type, written)
    if columns:
        return Meant(columns[0], "column") if len(columns) == 1 else None
    return _leader(_field_spellings(record_type).near(written, _PROPOSED))


def near_fields(record_type: str, written: str) -> tuple[str, ...]:
    """Up to three fields that may be meant, the likeliest first."""
    sure = meant_field(record_type, written)
    if sure is not None and sure.why == "field":
        return (sure.name,)
    return tuple(_offered(_field_spellings(record_type), written)[:_OFFERED])


def column_fields(record_type: str, written: str) -> tuple[str, ...]:
    """The fields that the foreign column of this name fills."""
    ours = _columns().get(plain(written), ())
    return tuple(name for name in ours if name in fields_of(record_type))


def near_foreign(column: str, written: str) -> tuple[str, ...]:
    """Up to three codes of a foreign column that may be meant by a code without a place."""
    near = _offered(_column_spellings(column), written)
    return tuple(name for name in near if name != written)[:_OFFERED]


def _offered(spellings: Spellings, written: str) -> list[str]:
    near = spellings.near(written, _ASKED)
    return [name for name, ratio in near if ratio >= near[0].ratio - _BESIDE]


def _leader(found: Iterable[tuple[str, float]]) -> Meant | None:
    best: dict[str, float] = {}
    for name, ratio in found:
        best[name] = max(ratio, best.get(name, 0.0))
    ranked = sorted(best.items(), key=lambda each: -each[1])
    if not ranked or (len(ranked) > 1 and ranked[0][1] - ranked[1][1] < _LEAD):
        return None
    return Meant(ranked[0][0], "near")


def _codes(code_list: str, name: str) -> tuple[str, ...]:
    found = meaning(code_list, name)
    return found.codes if found is not None else ()


@cache
def _spellings(code_list: str) -> Spellings:
    return Spellings(names(code_list))


@cache
def _by_word(code_list: str) -> Mapping[str, frozenset[tuple[int, str]]]:
    """The codes by the words of their names, each with its place in the list."""
    places = {code: at for at, code in enumerate(CODES[code_list])}
    found: dict[str, set[tuple[int, str]]] = {}
    for name in names(code_list):
        for word in words(name):
            found.setdefault(word, set()).update((places[c], c) for c in _codes(code_list, name))
    return {word: frozenset(codes) for word, codes in found.items()}


@cache
def _field_spellings(record_type: str) -> Spellings:
    return Spellings(field.name for field in RECORDS[record_type].fields)


@cache
def _columns() -> Mapping[str, tuple[str, ...]]:
    from harmtax._generated.foreign import FORMATS

    columns = [column for format_ in FORMATS.values() for column in format_.columns]
    found: dict[str, tuple[str, ...]] = {}
    for column in columns:
        known = found.get(plain(column.name), ())
        found[plain(column.name)] = tuple(dict.fromkeys((*known, *column.ours)))
    return found


@cache
def _column_spellings(column: str) -> Spellings:
    from harmtax._generated.foreign import FORMATS

    return Spellings(
        code
        for format_ in FORMATS.values()
        for each in format_.columns
        if each.name == column and each.codes is not None
        for code in format_.codes[each.codes]
    )
