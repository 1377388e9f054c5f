"""One statement of reasons of the EU DSA Transparency Database as a row of ours.

What a statement cannot say, and how an import deals with it:

- how the imagery came about, who is depicted, how it is treated, whether it was labelled: unknown,
  unless a keyword or the type synthetic media says more; each presumed value is a loss `defaulted`;
- a time of day: the action counts from midnight UTC of its application date;
- the database's own keys, account type, web address of the ground, source identity and product
  numbers have no place with us and are dropped;
- a text that holds an address, a handle or a number is masked, because HT-R21 refuses it.

A statement falls into parts that do not know of each other: each group of columns that speak of the same
fields gives some fields by itself. So one row is put together here part by part, and a whole batch in
`dsa_columns`, where each part is asked once for what is different. No code of the database stands here:
columns and codes are read from the generated tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

from harmtax._generated.constraints import RECORDS, VERSION
from harmtax._generated.crosswalks import CROSSWALKS
from harmtax._generated.foreign import FORMATS
from harmtax.records.findings import Finding, pointer
from harmtax.records.findings.fields import cut
from harmtax.records.formats.format import Decoded, Loss
from harmtax.records.formats.presumptions import UNKNOWN, presumable
from harmtax.shapes import Field, ForeignColumn, ForeignFormat, Pair, RecordType, Refuse
from harmtax.standard import crosswalk, taxonomy

# The columns that together name the category; all others are converted one by one.
MAIN, MORE, WORDS = "category", "category_addition", "category_specification"
TYPE = "content_type"
# What every statement says by being one.
PREMISES: Mapping[str, object] = {
    "harmtax_version": VERSION,
    "revision": 1,
    "incident_status": "actioned",
}
INCIDENT = RECORDS["Incident"]
FIELDS: Mapping[str, Field] = {field.name: field for field in INCIDENT.fields}
COMBINATIONS = 65_536
# Platforms repeat their wording; so many texts are remembered with what is masked in them.
WORDINGS = 8_192
_MASK = "[masked]"
_MIDNIGHT = " 00:00:00"

# What a column holds: a text, codes in a list, or nothing.
Cell = str | tuple[str, ...] | None


class Part(NamedTuple):
    """What some columns say: fields of ours, one loss for each of them and for each column dropped."""

    row: Mapping[str, Any]
    losses: Mapping[str, Loss]
    findings: tuple[Finding, ...] = ()


def read(format_: ForeignFormat, row: Mapping[str, object], record: RecordType) -> Decoded:
    """A statement, by the columns of the full dump with lists as lists, as a row of Incident."""
    known = {column.name for column in format_.columns}
    others = [dropped(name) for name in sorted(row.keys() - known)]
    parts = [premises(), *_parts(format_.name, row), *others]
    found: dict[str, Any] = {}
    losses: dict[str, Loss] = {}
    for each in parts:
        # A field that an earlier part has filled is settled.
        losses |= {name: loss for name, loss in each.losses.items() if name not in found}
        found = {**each.row, **found}
    presumed = {name: UNKNOWN for name in presumable(INCIDENT.name) if name not in found}
    losses |= {name: Loss(name, "defaulted", "", UNKNOWN) for name in presumed}
    findings = tuple(finding for each in parts for finding in each.findings)
    return Decoded({**found, **presumed}, findings, tuple(losses.values()))


def _parts(version: str, row: Mapping[str, object]) -> Iterator[Part]:
    for names in groups(version):
        cells = tuple(_cell(row.get(name)) for name in names)
        if any(cell is not None for cell in cells):
            yield part(version, names, cells)


def _cell(value: object) -> Cell:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else value  # type: ignore[return-value]


# --- which columns belong together ----------------------------------------------------------------------


@cache
def groups(version: str) -> tuple[tuple[str, ...], ...]:
    """The columns of a format in groups that speak of different fields; plain texts come first."""
    columns = FORMATS[version].columns
    found = [(c.name,) for c in columns if c.codes is None]
    joined: list[tuple[tuple[str, ...], frozenset[str]]] = []
    for column in (c for c in columns if c.codes is not None):
        names: tuple[str, ...] = (column.name,)
        fields = _spoken(version, column)
        for each in [each for each in joined if each[1] & fields]:
            joined.remove(each)
            names, fields = each[0] + names, each[1] | fields
        joined.append((names, fields))
    return (*found, *(names for names, _ in joined))


def _spoken(version: str, column: ForeignColumn) -> frozenset[str]:
    """The fields that a column fills, by itself or by what its codes presume."""
    pairs = (p for p in CROSSWALKS[version] if (p.theirs or "").split("/")[0] == column.name)
    return frozenset((*column.ours, *(name for pair in pairs for name, _ in pair.sets)))


# --- the parts ------------------------------------------------------------------------------------------


@cache
def premises() -> Part:
    """What every statement says."""
    return Part(PREMISES, {name: Loss(name, "exact") for name in PREMISES})


def dropped(column: str) -> Part:
    """A column that has no place with us."""
    return Part({}, {column: Loss(column, "dropped")})


def part(version: str, names: tuple[str, ...], cells: tuple[Cell, ...]) -> Part:
    """What one group of columns says by these cells."""
    column = _column(version, names[0])
    if column.lost is not None:
        return dropped(column.name)
    if column.codes is not None:
        return _coded(version, names, cells)
    return _plain(column, str(cells[0]))


# Statements of one platform repeat their combinations of codes.
@lru_cache(maxsize=COMBINATIONS)
def _coded(version: str, names: tuple[str, ...], cells: tuple[Cell, ...]) -> Part:
    return _Codes(version, dict(zip(names, cells, strict=True))).part()


@cache
def _column(version: str, name: str) -> ForeignColumn:
    return next(column for column in FORMATS[version].columns if column.name == name)


def _plain(column: ForeignColumn, cell: str) -> Part:
    row: dict[str, str] = {}
    losses: dict[str, Loss] = {}
    for name in column.ours:
        row[name], losses[name] = plain(FIELDS[name], cell)
    return Part(row, losses)


def plain(field: Field, cell: str) -> tuple[str, Loss]:
    """A text or day of a statement as a field takes it, and what is lost of it."""
    exact = Loss(field.name, "exact")
    if field.kind == "date":
        return cell.removesuffix(_MIDNIGHT), exact
    if field.kind == "time":
        day = cell.removesuffix(_MIDNIGHT)
        if " " in day:
            return day.replace(" ", "T") + "Z", exact
        return f"{day}T00:00:00Z", Loss(field.name, "defaulted", "time of day")
    if field.name == INCIDENT.identifier:
        return cell, exact
    if field.pattern is not None:
        return _identifier(cell), exact
    return masked(field, cell)


@lru_cache(maxsize=WORDINGS)
def masked(field: Field, text: str) -> tuple[str, Loss]:
    """A text without what HT-R21 refuses."""
    found = 0
    for pattern in _refused(field.name):
        text, count = pattern.subn(_MASK, text)
        found += count
    return text, Loss(field.name, "dropped", "masked") if found else Loss(field.name, "exact")


@cache
def refused(field: str) -> tuple[str, ...]:
    """The patterns that a field must not hold, as the rule has them."""
    return tuple(
        pattern
        for check in INCIDENT.row_checks
        if isinstance(check, Refuse) and field in check.fields
        for _, pattern in check.patterns
    )


@cache
def _refused(field: str) -> tuple[re.Pattern[str], ...]:
    """The same, each running to the end of what it found."""
    return tuple(re.compile(f'(?:{pattern})[^ \\t\\r\\n"<>)]*') for pattern in refused(field))


class _Codes:
    """Columns of codes on their way to fields."""

    def __init__(self, version: str, cells: Mapping[str, Cell]) -> None:
        self.version, self.cells = version, cells
        self.row: dict[str, Any] = {}
        self.losses: dict[str, Loss] = {}
        self.findings: list[Finding] = []

    def part(self) -> Part:
        if self.cells.get(MAIN) is not None:
            self._category()
        for name, cell in self.cells.items():
            if cell is not None and name not in (MAIN, MORE, WORDS):
                self._column(_column(self.version, name))
        if TYPE not in self.row and self.cells.get(TYPE) is not None and not self.findings:
            # Synthetic media alone names no type; it has set how the imagery came about.
            self.row |= {"content_type": ["other"], "content_type_other": "synthetic media"}
            self._lose("content_type", "forced_other", "", "other")
        exact = {name: Loss(name, "exact") for name in self.row}
        return Part(self.row, exact | self.losses, tuple(self.findings))

    def _category(self) -> None:
        main = str(self.cells[MAIN])
        keywords = self._members(WORDS)
        pairs = [pair for word in keywords if (pair := self._keyword(main, word)) is not None]
        if not pairs:
            alone = self._place(MAIN, f"{MAIN}/{main}", value=main)
            pairs = [alone] if alone is not None else []
        for more in self._members(MORE):
            found = self._place(MORE, f"{MAIN}/{more}", value=more)
            pairs += [found] if found is not None else []
        placed = [pair for pair in pairs if pair.ours is not None]
        placed.sort(key=lambda pair: taxonomy.category(str(pair.ours)).precedence)
        if placed:
            self._take(placed[0], placed[1:])

    def _keyword(self, main: str, word: str) -> Pair | None:
        keys = (f"{MAIN}/{main}/{word}", f"{MAIN}/*/{word}", f"{MAIN}/{main}")
        return self._place(WORDS, *keys, value=word)

    def _take(self, main: Pair, others: Sequence[Pair]) -> None:
        self.row["category"] = main.ours
        self._lose("category", main.loss, str(main.theirs), str(main.ours))
        self._set(main)
        # OTH and UNS need their own statement: as additional categories they say nothing.
        branch = _branch(str(main.ours))
        more = [str(p.ours) for p in others if _branch(str(p.ours)) != branch]
        kept = [code for code in dict.fromkeys(more) if taxonomy.category(code).row.base_tier]
        if kept:
            self.row["category_additional"] = kept
        if main.ours == "OTH":
            self.row["category_other_text"] = f"{FORMATS[self.version].title}: {main.theirs}"

    def _column(self, column: ForeignColumn) -> None:
        if column.lost is not None:
            self._lose(column.name, "dropped", "")
            return
        for code in self._members(column.name):
            pair = self._place(column.name, f"{column.name}/{code}", value=code)
            if pair is None:
                continue
            self._set(pair)
            for name in column.ours:
                if pair.ours is not None and FIELDS[name].codes == pair.code_list:
                    self._put(FIELDS[name], pair.ours)

    def _members(self, column: str) -> Iterable[str]:
        """The codes of a column, whether it holds one or a list."""
        found = self.cells.get(column) or ()
        return (found,) if isinstance(found, str) else found

    def _place(self, column: str, *keys: str, value: str) -> Pair | None:
        pair = crosswalk.place(self.version, *keys)
        if pair is None:
            ours = _column(self.version, column).ours
            self.findings.append(
                Finding(
                    "unmapped", "error", INCIDENT.name, pointer(ours[0] if ours else "category"),
                    value=cut(json.dumps(value, ensure_ascii=False)), origin=column,
                )
            )  # fmt: skip
        return pair

    def _set(self, pair: Pair) -> None:
        for name, codes in pair.sets:
            if name not in self.row:
                for code in codes:
                    self._put(FIELDS[name], code)
                self._lose(name, "defaulted", str(pair.theirs), " ".join(codes))

    def _put(self, field: Field, code: str) -> None:
        if not field.many:
            self.row[field.name] = code
        elif code not in (members := self.row.setdefault(field.name, [])):
            members.append(code)

    def _lose(self, field: str, kind: str, given: str, became: str = "") -> None:
        self.losses[field] = Loss(field, kind, given, became)


def _branch(code: str) -> str:
    return taxonomy.category(code).roll_up[-1].code


def _identifier(name: str) -> str:
    """A platform's name as an identifier: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or name
