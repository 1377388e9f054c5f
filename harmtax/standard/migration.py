"""Data of one version in another: one small interpreter of the table of changes.

A row goes from version to version, each step with the names and the codes of both sides. Only the table of
changes is read, never an export. What a version cannot say is told, and never guessed: a code without a way
stays as it is and is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from harmtax._generated.constraints import RECORDS, VERSION
from harmtax._generated.passages import PASSAGES, VERSIONS
from harmtax.errors import UnsupportedVersion
from harmtax.shapes import ALWAYS, Field, RecordType
from harmtax.standard import condition
from harmtax.version_shapes import Passage, Turn, Way

Row = Mapping[str, object]
# The released versions that data may come in and is brought up from.
OLDER = VERSIONS[:-1]
# Where each record says in which version it is written.
VERSION_FIELD = "harmtax_version"


class Turned(NamedTuple):
    """What became of one field: `kind` is a code of LossKind, the codes are those of the two versions."""

    field: str
    kind: str
    given: str = ""
    became: str = ""


class Migrated(NamedTuple):
    """A row in another version; `stuck` are fields with a code that the version cannot say.

    `unknown` are names that the version of the given row does not have; they are left out. `early` are fields
    with a code that came later than that version.
    """

    row: dict[str, object]
    turned: tuple[Turned, ...] = ()
    stuck: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    early: tuple[str, ...] = ()


def is_released(version: object) -> bool:
    """Whether this release reads data of a version: all that were released up to its own."""
    return version in VERSIONS


def known(version: str) -> str:
    """The version, where this release reads it. Raises UnsupportedVersion."""
    if version not in VERSIONS:
        raise UnsupportedVersion(version, VERSION)
    return version


def migrated(row: Row, record: str, to: str = VERSION) -> Migrated:
    """A row of JSON types in another version, and what that did to it.

    `row` names its version, one that was released; nulls are absent. The result is a new row. Raises
    UnsupportedVersion for a version that this release does not know.
    """
    start = known(str(row.get(VERSION_FIELD)))
    fields = {field.name for field in table_at(record, start).fields}
    unknown = tuple(name for name, v in row.items() if v is not None and name not in fields)
    named = {name: value for name, value in row.items() if name in fields}
    found = walked(named, PASSAGES[record], VERSIONS.index(start), VERSIONS.index(known(to)))
    return found._replace(unknown=unknown, early=_early(named, record, start))


def _early(row: Row, record: str, version: str) -> tuple[str, ...]:
    """The fields, by their names of today, in which a row has a code that came after its version."""
    if version == VERSION:
        return ()
    renamed = {new: old for old, new in PASSAGES[record][VERSIONS.index(version)].renamed}
    later = PASSAGES[record][VERSIONS.index(version)].backward
    found = (
        turn for turn in later if _has(row.get(renamed.get(turn.field, turn.field)), turn.code)
    )
    return tuple(dict.fromkeys(turn.field for turn in found))


def walked(row: Row, passages: Sequence[Passage], start: int, end: int) -> Migrated:
    """The row taken along passages, from version to version by their places; backwards too."""
    found = {name: value for name, value in row.items() if value is not None}
    turned: list[Turned] = []
    stuck: list[str] = []
    for passage in passages[start:end] if start <= end else reversed(passages[end:start]):
        step = _onward(found, passage) if start < end else _back(found, passage)
        found = step.row
        turned += step.turned
        stuck += step.stuck
    return Migrated(found, tuple(turned), tuple(stuck))


def table_at(record: str, version: str) -> RecordType:
    """The fields of a record type in a version, without rules: what is needed to read and write them."""
    table = RECORDS[record]
    if version == VERSION:
        return table
    fields = PASSAGES[record][VERSIONS.index(known(version))].fields
    return table._replace(fields=fields, row_checks=(), set_checks=(), version=version)


@cache
def widened(record: str) -> RecordType:
    """The record type with the fields of all versions; how a cell is read depends on its field alone."""
    table = RECORDS[record]
    fields: dict[str, Field] = {field.name: field for field in table.fields}
    for passage in reversed(PASSAGES[record]):
        for field in passage.fields:
            fields.setdefault(field.name, field)
    return table._replace(fields=tuple(fields.values()))


@cache
def names(record: str, version: str) -> Mapping[str, str]:
    """What an older version calls the fields that go by another name today, by their names of today."""
    found: dict[str, str] = {}
    for passage in PASSAGES[record][VERSIONS.index(known(version)) :]:
        for old, new in passage.renamed:
            found[new] = found.pop(old, old)
    return found


def _onward(row: Row, passage: Passage) -> Migrated:
    renamed = dict(passage.renamed)
    gone = [name for name in row if name in passage.gone]
    found = {renamed.get(name, name): v for name, v in row.items() if name not in passage.gone}
    turned, stuck = _turned(found, passage.forward)
    for name, default in passage.added:
        if default is not None and name not in found:
            found[name] = default
            turned.append(Turned(name, "defaulted", "", default))
    found[VERSION_FIELD] = passage.new
    return Migrated(found, (*(Turned(name, "dropped") for name in gone), *turned), tuple(stuck))


def _back(row: Row, passage: Passage) -> Migrated:
    older = {new: old for old, new in passage.renamed}
    added = {name for name, _ in passage.added}
    lost = [Turned(name, "dropped") for name in row if name in added]
    found = {name: value for name, value in row.items() if name not in added}
    turned, stuck = _turned(found, passage.backward)
    found[VERSION_FIELD] = passage.old
    names = {older.get(name, name): value for name, value in found.items()}
    told = [each._replace(field=older.get(each.field, each.field)) for each in (*lost, *turned)]
    return Migrated(names, tuple(told), tuple(older.get(name, name) for name in stuck))


def _turned(row: dict[str, object], turns: Sequence[Turn]) -> tuple[list[Turned], list[str]]:
    """Changes the codes of a row in place, each of them once, whatever else one of them becomes.

    Codes that become another in any case come first, so that conditions read the newer names.
    """
    given = dict(row)
    asked = [turn for turn in turns if _has(row.get(turn.field), turn.code)]
    chosen: list[tuple[Turn, Way]] = []
    stuck: list[str] = []
    for is_asking in (False, True):
        for turn in asked:
            if _is_asking(turn) is is_asking:
                way = next((each for each in turn.ways if condition.holds(each.where, row)), None)
                if way is None:
                    stuck.append(turn.field)
                else:
                    chosen.append((turn, way))
        _replace(row, given, chosen)
    return [Turned(t.field, way.kind, t.code, way.to or "") for t, way in chosen], stuck


def _is_asking(turn: Turn) -> bool:
    return any(way.where != ALWAYS for way in turn.ways)


def _has(value: object, code: str) -> bool:
    return code in value if isinstance(value, list | tuple) else value == code


def _replace(row: dict[str, object], given: Row, chosen: Sequence[tuple[Turn, Way]]) -> None:
    """Sets the fields of a row to what became of the codes that it was given with."""
    for name in {turn.field for turn, _ in chosen}:
        became = {turn.code: way.to for turn, way in chosen if turn.field == name}
        value = given[name]
        if isinstance(value, list | tuple):
            members = (became.get(str(each), each) for each in value)
            # A list names each code once, also where two became one; an empty one is absent.
            found: object = [each for each in dict.fromkeys(members) if each is not None] or None
        else:
            found = became[str(value)]
        if found is None:
            row.pop(name, None)
        else:
            row[name] = found
