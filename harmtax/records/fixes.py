"""Fixes: which wrong code or field name stands for which right one, in a table that a person edits.

The raw records of a quarantine are amended by it before they come to the gate again. What is right is
never replaced, so that a record that has been amended stays as it is when it is amended again.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, fields, replace
from pathlib import Path

import msgspec

from harmtax.errors import BadUse, Unreadable
from harmtax.files import replacing
from harmtax.records.formats.csv_table import misfit
from harmtax.records.slots import NAMES, Slot, foreign, nearest
from harmtax.shapes import ForeignFormat, RecordType

# A spreadsheet takes what starts so for a formula, or drops it.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Fix:
    """One row of the table: `written` becomes `to`; `count` and `why` are for the person.

    With a `field` both are codes of that field, without one both are names of fields. With a `column`
    and its `format` both are codes of that column of a foreign format.
    """

    field: str
    column: str
    written: str
    to: str
    count: int
    why: str
    format: str


COLUMNS = tuple(each.name for each in fields(Fix))


@dataclass(frozen=True, slots=True)
class Fixes:
    """The fixes that a person settled on; `unfilled` rows of the table had no `to`."""

    record: RecordType
    meant: Mapping[Slot, Mapping[str, str]] = field(default_factory=dict)
    unfilled: int = 0

    def header(self, format_name: str, columns: Sequence[str]) -> list[str]:
        """The column names under which the amended records of a table stand.

        A misspelt name is put right unless the right one is there too; a foreign header stays.
        """
        names = list(columns)
        for at, name in enumerate(names):
            right = self._names.get(name, name)
            if right not in names and foreign(format_name) is None:
                names[at] = right
        return names

    @property
    def _names(self) -> Mapping[str, str]:
        return self.meant.get(NAMES, {})

    def _codes(self, format_name: str, name: str) -> Mapping[str, str] | None:
        # A field without a name is no place for the names of fields.
        return self.meant.get(Slot(format_name, name)) if name else None

    def amended(
        self, raw: bytes, format_name: str, columns: Sequence[str] | None = None
    ) -> bytes | None:
        """The bytes of a record with the fixes applied, or None when they change nothing in it.

        `columns` is the header under which a CSV record stood; the amended one stands under that of
        `header`. What has no fix stays as it was written, and what cannot be read is not amended.
        """
        if columns is None:
            return self._object(raw)
        cells = _cells(raw, columns)
        if cells is None:
            return None
        found = foreign(format_name)
        new = self._row(cells) if found is None else self._statement(format_name, found, cells)
        return None if new is None else _line(new).encode("utf-8")

    def _object(self, raw: bytes) -> bytes | None:
        """A JSON object; whatever has no fix keeps its very bytes."""
        try:
            row = msgspec.json.decode(raw)
            parts = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
        except _UNREADABLE:
            return None
        names = self._right_names(row)
        new: dict[str, msgspec.Raw] = {}
        for name, part in parts.items():
            # A null means absent, so it gives way to a misspelt field with a value.
            if row[name] is not None or name not in names.values():
                right = names.get(name, name)
                codes = self._codes("", right)
                new[right] = part if codes is None else _part(codes, row[name], part)
        if not names and all(new[name] is part for name, part in parts.items()):
            return None
        return msgspec.json.encode(new)

    def _row(self, cells: Mapping[str, str]) -> list[str] | None:
        """A row of our own CSV, in the order of its right header."""
        names = self._right_names({name: cell or None for name, cell in cells.items()})
        new = dict(zip(self.header("", list(cells)), cells.values(), strict=True))
        for name, right in names.items():
            if name in new:
                new[name] = ""
            new[right] = cells[name]
        many = {each.name for each in self.record.fields if each.many}
        is_changed = bool(names)
        for name, cell in new.items():
            codes = self._codes("", name)
            members = _members(codes, cell.split("|") if name in many else [cell])
            if members is not None:
                new[name], is_changed = "|".join(members), True
        return list(new.values()) if is_changed else None

    def _statement(
        self, format_name: str, found: ForeignFormat, cells: Mapping[str, str]
    ) -> list[str] | None:
        """A row of a foreign table, whose cells hold a code or a JSON array of codes."""
        new = dict(cells)
        for column in found.columns:
            cell, codes = cells.get(column.name, ""), self._codes(format_name, column.name)
            members = _members(codes, _array(cell) if column.many else [cell])
            if members is not None:
                told = json.dumps(members, ensure_ascii=False, separators=(",", ":"))
                new[column.name] = told if column.many else members[0]
        return None if new == cells else list(new.values())

    def _right_names(self, row: Mapping[str, object]) -> dict[str, str]:
        """Misspelt names of a row with the right ones; a field that has a value is never touched."""
        known = self._names
        if known.keys().isdisjoint(row):
            return {}
        taken = {name for name, value in row.items() if value is not None}
        right: dict[str, str] = {}
        for name in row:
            to = known.get(name)
            if to is not None and name in taken and to not in taken:
                right[name] = to
                taken.add(to)
        return right


def _part(codes: Mapping[str, str], value: object, part: msgspec.Raw) -> msgspec.Raw:
    """A code or a list of codes with the fixes applied; the very same part when nothing changes."""
    if isinstance(value, str):
        to = codes.get(value)
        return part if to is None else _raw(to)
    mended = _mended(codes, value) if isinstance(value, list) else None
    if mended is None:
        return part
    members = msgspec.json.decode(part, type=list[msgspec.Raw])
    return _raw([members[at] if to is None else _raw(to) for at, to in mended])


def _members(codes: Mapping[str, str] | None, written: Sequence[str]) -> list[str] | None:
    """The members of a cell with the fixes applied, or None when they change nothing."""
    # An empty cell is absent, not an empty code.
    mended = _mended(codes, written) if codes is not None and any(written) else None
    return None if mended is None else [written[at] if to is None else to for at, to in mended]


def _mended(
    codes: Mapping[str, str], written: Sequence[object]
) -> list[tuple[int, str | None]] | None:
    """The place of each member with what it becomes, None for itself; None when nothing changes.

    Two names of one code become one member.
    """
    meant = [codes.get(each) if isinstance(each, str) else None for each in written]
    if all(to is None for to in meant):
        return None
    there = {each for each in written if isinstance(each, str)}
    kept: list[tuple[int, str | None]] = []
    for at, to in enumerate(meant):
        if to is None:
            kept.append((at, None))
        elif to not in there:
            kept.append((at, to))
            there.add(to)
    return kept


# --- the table that a person edits ----------------------------------------------------------------


def table(fixes: Iterable[Fix]) -> str:
    """The fixes as CSV with a header, safe to open in a spreadsheet."""
    rows = (astuple(replace(each, written=_guarded(each.written))) for each in fixes)
    return "".join(f"{_line(row)}\n" for row in (COLUMNS, *rows))


def write(path: Path, fixes: Iterable[Fix]) -> None:
    """Writes the fixes as CSV. Raises Unreadable when the file cannot be written."""
    with replacing(path) as stream:
        stream.write(table(fixes).encode("utf-8"))


def read(path: Path, record: RecordType) -> Fixes:
    """The fixes of a CSV file for records of a type; rows without `to` are counted and left out.

    The columns `field`, `written` and `to` are needed, in any order, parted by commas, semicolons or
    tabs as a spreadsheet leaves them. Raises Unreadable, and BadUse with the line for a row that is
    not understood: an unknown field or code, a code that is right, or a second fix of the same.
    """
    meant: dict[Slot, dict[str, str]] = {}
    lines: dict[tuple[Slot, str], int] = {}
    unfilled = 0
    for line, row in _rows(path):
        written, to = _unguarded(row["written"]), row["to"].strip()
        if not to:
            unfilled += any(row.values())
            continue
        try:
            slot = _slot(row)
            _refuse_wrong(slot, written, to, record)
        except BadUse as error:
            raise BadUse(f"{path}, line {line}: {error}") from None
        first = lines.setdefault((slot, written), line)
        if first != line:
            raise BadUse(f"{path}, line {line}: {written!r} has a fix in line {first} already")
        meant.setdefault(slot, {})[written] = to
    return Fixes(record, meant, unfilled)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows by column name, each with the line on which it starts."""
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(path, getattr(error, "strerror", None) or str(error)) from None
    parted = max(",;\t", key=content.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=parted, strict=True)
    line = 1
    try:
        names = [name.strip() for name in next(reader, ())]
        _refuse_header(path, names)
        line = reader.line_num + 1
        for cells in reader:
            if any(cells[len(names) :]):
                raise BadUse(f"{path}, line {line}: more cells than columns")
            # A spreadsheet may leave out the empty cells at the end.
            yield line, dict.fromkeys(COLUMNS, "") | dict(zip(names, cells, strict=False))
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadUse(f"{path}, line {line}: {error}") from None


def _refuse_header(path: Path, names: list[str]) -> None:
    is_whole = {"field", "written", "to"} <= set(names) <= set(COLUMNS)
    if not is_whole or len(set(names)) < len(names):
        told = f"the columns are {', '.join(COLUMNS)}; field, written and to are needed"
        raise BadUse(f"{path}, line 1: {told}")


def _slot(row: Mapping[str, str]) -> Slot:
    format_name, column, ours = (row[name].strip() for name in ("format", "column", "field"))
    if bool(format_name) != bool(column):
        raise BadUse("format and column go together")
    return Slot(format_name, column) if column else Slot("", ours)


def _refuse_wrong(slot: Slot, written: str, to: str, record: RecordType) -> None:
    known = slot.known(record)
    if to not in known:
        near, _ = nearest(to, known)
        what = f"code of {slot.name}" if slot.name else f"field of {record.name}"
        raise BadUse(f"{to!r} is no {what}{f'; did you mean {near}?' if near else ''}")
    if written in known:
        raise BadUse(f"{written!r} is right, and what is right is never replaced")


def _guarded(written: str) -> str:
    return f"'{written}" if _FORMULA.match(written) else written


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


# --- how records are written ----------------------------------------------------------------------


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _array(cell: str) -> list[str]:
    """The members of a JSON array in a cell; none when it is something else."""
    try:
        return msgspec.json.decode(cell, type=list[str])
    except _UNREADABLE:
        return []


def _cells(raw: bytes, columns: Sequence[str]) -> dict[str, str] | None:
    """The cells of one CSV record by column, or None when they do not fit."""
    try:
        # As the format reads it: a line ends with a line feed and with nothing else.
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8"), newline="\n"), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return None
    if len(rows) != 1 or misfit(list(columns), rows[0]) is not None:
        return None
    return dict(zip(columns, rows[0], strict=True))


def _line(cells: Iterable[object]) -> str:
    """One record as CSV (RFC 4180), without its line end."""
    text = io.StringIO(newline="")
    # The writer quotes a line end within a cell only when it could be one of its own.
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n")
