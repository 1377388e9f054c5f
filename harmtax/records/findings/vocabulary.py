"""All names that lead to the codes of one list: codes, titles, retired codes, codes of foreign formats.

Each table maps names as `spellings.plain` writes them to what they mean. The tables are tried in order,
so that our own words come before those of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import takewhile
from typing import NamedTuple

from harmtax._generated.constraints import RECORDS
from harmtax._generated.taxonomy import CATEGORIES, CODE_LISTS
from harmtax.records.findings.spellings import plain
from harmtax.shapes import CategoryRow, Code, ForeignFormat, Pair


class Meaning(NamedTuple):
    """What a name means: our codes, several when it is ambiguous, none when it has no place with us.

    `why` is one of code, title, retired, crosswalk; `name` the name in its proper spelling, `formats`
    the titles of the foreign formats that it comes from.
    """

    codes: tuple[str, ...]
    why: str
    name: str
    formats: tuple[str, ...] = ()


Table = Mapping[str, Meaning]


@cache
def tables(code_list: str) -> tuple[Table, ...]:
    """The tables of a code list in the order in which they count."""
    rows = _rows(code_list)
    named = [(row, _meaning(rows, row)) for row in rows.values()]
    live = [(row, each) for row, each in named if each.why == "code"]
    foreign = list(_foreign(code_list))
    return (
        _gathered((row.code, each) for row, each in named),
        _gathered((row.title, each._replace(why="title", name=row.title)) for row, each in live),
        # The title of a retired code may have passed to its successor.
        _gathered((row.title, each) for row, each in named if each.why == "retired"),
        _gathered((each.name, each) for each in foreign),
        _gathered(_shortened(foreign)),
    )


def names(code_list: str) -> Iterator[str]:
    """Every name of the tables in its proper spelling, the shortened foreign ones left out."""
    for row in _rows(code_list).values():
        yield from (row.code, row.title)
    yield from (each.name for each in tables(code_list)[3].values())


def _rows(code_list: str) -> Mapping[str, CategoryRow | Code]:
    rows: Iterable[CategoryRow | Code] = (
        CATEGORIES if code_list == "CategoryCode" else CODE_LISTS[code_list].codes
    )
    return {row.code: row for row in rows}


def _meaning(rows: Mapping[str, CategoryRow | Code], row: CategoryRow | Code) -> Meaning:
    if row.status == "active":
        return Meaning((row.code,), "code", row.code)
    following, seen = row, {row.code}
    while following.status != "active" and following.replaced_by not in (None, *seen):
        following = rows[str(following.replaced_by)]
        seen.add(following.code)
    codes = (following.code,) if following.status == "active" else ()
    return Meaning(codes, "retired", row.code)


def _gathered(found: Iterable[tuple[str, Meaning]]) -> Table:
    """One meaning for each name; where a name stands twice, it means all of it."""
    table: dict[str, Meaning] = {}
    for name, each in found:
        known = table.setdefault(plain(name), each)
        codes = tuple(dict.fromkeys((*known.codes, *each.codes)))
        formats = tuple(dict.fromkeys((*known.formats, *each.formats)))
        table[plain(name)] = known._replace(codes=codes, formats=formats)
    return table


# --- the words of others ---------------------------------------------------------------------------


def _foreign(code_list: str) -> Iterator[Meaning]:
    # Read when a name is looked for: the crosswalks are large, and most runs ask for none.
    from harmtax._generated.crosswalks import CROSSWALKS
    from harmtax._generated.foreign import FORMATS

    for name, format_ in FORMATS.items():
        placed = _placed(CROSSWALKS.get(name, ()), code_list)
        homeless = (code for code in _codes(format_, code_list) if code not in placed)
        for code, codes in (*placed.items(), *((code, ()) for code in homeless)):
            yield Meaning(codes, "crosswalk", code, (format_.title,))


def _placed(pairs: Iterable[Pair], code_list: str) -> Mapping[str, tuple[str, ...]]:
    """The foreign codes with a place in the list; what an import does counts before what is related."""
    imported: dict[str, tuple[str, ...]] = {}
    related: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        codes = _ours(pair, code_list)
        if pair.theirs is not None and codes:
            found = imported if pair.imported else related
            code = pair.theirs.rsplit("/", 1)[-1]
            found[code] = tuple(dict.fromkeys((*found.get(code, ()), *codes)))
    return related | imported


def _ours(pair: Pair, code_list: str) -> tuple[str, ...]:
    if pair.ours is not None:
        return (pair.ours,) if pair.code_list == code_list else ()
    # A foreign code without a subject may still say something about another field.
    lists = _lists()
    return next((codes for name, codes in pair.sets if lists.get(name) == code_list), ())


def _codes(format_: ForeignFormat, code_list: str) -> Iterator[str]:
    """The codes of the foreign columns that fill a field of this list."""
    lists = _lists()
    for column in format_.columns:
        if column.codes is not None and code_list in {lists.get(name) for name in column.ours}:
            yield from format_.codes[column.codes]


@cache
def _lists() -> Mapping[str, str]:
    """The code list of each field."""
    fields = (field for table in RECORDS.values() for field in table.fields)
    return {field.name: field.codes for field in fields if field.codes is not None}


def _shortened(foreign: Iterable[Meaning]) -> Iterator[tuple[str, Meaning]]:
    """The foreign codes without the word that all codes of their list begin with."""
    from harmtax._generated.foreign import FORMATS

    begin = {
        code: _start(codes)
        for format_ in FORMATS.values()
        for codes in format_.codes.values()
        for code in codes
    }
    for each in foreign:
        start = begin.get(each.name)
        if start and each.codes:
            yield each.name.removeprefix(start), each


def _start(codes: Iterable[str]) -> str:
    """What all of the codes begin with, up to the last underscore before they part."""
    first, last = min(codes), max(codes)
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(letter for letter, _ in same).rpartition("_")[0]
