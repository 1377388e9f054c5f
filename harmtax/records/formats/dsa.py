"""EU DSA statements of reasons, as the daily dumps of the Transparency Database hold them (CSV).

What a statement cannot say, and how an import deals with it:

- how the imagery came about, who is depicted, how it is treated, whether it was labelled: unknown,
  unless a keyword or the type synthetic media says more; each presumed value is a loss `defaulted`;
- a time of day: the action counts from midnight UTC of its application date;
- the database's own keys, account type, web address of the ground, source identity and product
  numbers have no place with us and are dropped;
- a text that holds an address, a handle or a number is masked, because HT-R21 refuses it.

No code of the database stands here: columns and codes are read from the generated tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache, partial

import pyarrow as pa

from harmtax._generated.constraints import CODES, VERSION
from harmtax._generated.foreign import FORMATS
from harmtax.errors import BadUse
from harmtax.records.findings import Finding, pointer
from harmtax.records.findings.fields import cut
from harmtax.records.formats import csv_table
from harmtax.records.formats.format import Decoded, Format, Loss, column_names, unreadable
from harmtax.shapes import Field, ForeignColumn, ForeignFormat, Pair, RecordType, Refuse
from harmtax.standard import crosswalk, taxonomy

# The columns that together name the category; all others are converted one by one.
_MAIN, _MORE, _KEYWORDS = "category", "category_addition", "category_specification"
_MASK = "[masked]"


def recognise(version: str, head: bytes, record: RecordType) -> bool:
    """Whether the header holds the columns of a full or light dump of this version."""
    names = csv_table.header(head)
    ours = [column.name for column in FORMATS[version].columns]
    required = [column.name for column in FORMATS[version].columns if column.required]
    return (
        record.name == "Incident"
        and set(names) <= set(ours)
        and set(required) - _not_in_light(version) <= set(names)
        and _told_apart(version) <= set(names)
    )


def _not_in_light(version: str) -> set[str]:
    # The light dump leaves out long texts; the schema marks those by their length.
    return {c.name for c in FORMATS[version].columns if (c.max_length or 0) > 500}


def _told_apart(version: str) -> set[str]:
    """Columns that no later-named version has: an older dump lacks them."""
    others = [f for name, f in FORMATS.items() if name.startswith("dsa_") and name < version]
    older = {column.name for each in others for column in each.columns}
    return {c.name for c in FORMATS[version].columns if c.name not in older} if others else set()


def decode(version: str, batch: pa.RecordBatch, record: RecordType) -> Iterator[Decoded]:
    """Each statement as a row of Incident. Raises BadUse for another record type."""
    if record.name != "Incident":
        raise BadUse(f"{FORMATS[version].title} holds incidents, not records of {record.name}")
    names = column_names(batch)
    for cells in batch.column("cells").to_pylist():
        fault = csv_table.misfit(names, cells)
        if fault is not None:
            yield unreadable(record, fault)
        else:
            yield _Statement(FORMATS[version], dict(zip(names, cells, strict=True)), record).read()


class _Statement:
    """One statement on its way to a row."""

    def __init__(self, format_: ForeignFormat, cells: dict[str, str], record: RecordType) -> None:
        self.format = format_
        self.cells = {name: cell for name, cell in cells.items() if cell != ""}
        self.record = record
        self.fields = {field.name: field for field in record.fields}
        self.row: dict[str, object] = {
            "harmtax_version": VERSION,
            "revision": 1,
            "incident_status": "actioned",
        }
        self.findings: list[Finding] = []
        self.losses: list[Loss] = []

    def read(self) -> Decoded:
        try:
            self._category()
            for column in self.format.columns:
                if column.name in self.cells and column.name not in (_MAIN, _MORE, _KEYWORDS):
                    self._column(column, self.cells[column.name])
        except (ValueError, RecursionError) as error:
            return unreadable(self.record, str(error))
        for name in self.cells.keys() - {column.name for column in self.format.columns}:
            self._lose(name, "dropped", "")
        self._content_type()
        self._defaults()
        return Decoded(self.row, tuple(self.findings), tuple(self.losses))

    # --- the category ------------------------------------------------------------------------------

    def _category(self) -> None:
        main = self.cells.get(_MAIN)
        if main is None:
            return
        keywords = _members(self.cells.get(_KEYWORDS))
        pairs = [pair for word in keywords if (pair := self._keyword(main, word)) is not None]
        if not pairs:
            alone = self._place(_MAIN, f"{_MAIN}/{main}", value=main)
            pairs = [alone] if alone is not None else []
        for more in _members(self.cells.get(_MORE)):
            found = self._place(_MORE, f"{_MAIN}/{more}", value=more)
            pairs += [found] if found is not None else []
        placed = [pair for pair in pairs if pair.ours is not None]
        placed.sort(key=lambda pair: taxonomy.category(str(pair.ours)).precedence)
        if placed:
            self._take(placed[0], placed[1:])

    def _keyword(self, main: str, word: str) -> Pair | None:
        keys = (f"{_MAIN}/{main}/{word}", f"{_MAIN}/*/{word}", f"{_MAIN}/{main}")
        return self._place(_KEYWORDS, *keys, value=word)

    def _take(self, main: Pair, others: Sequence[Pair]) -> None:
        self.row["category"] = main.ours
        self._lose("category", main.loss, str(main.theirs))
        self._set(main)
        # OTH and UNS need their own statement: as additional categories they say nothing.
        branch = _branch(str(main.ours))
        more = [str(p.ours) for p in others if _branch(str(p.ours)) != branch]
        kept = [code for code in dict.fromkeys(more) if taxonomy.category(code).row.base_tier]
        if kept:
            self.row["category_additional"] = kept
        if main.ours == "OTH":
            self.row["category_other_text"] = f"{self.format.title}: {main.theirs}"

    # --- single columns ----------------------------------------------------------------------------

    def _column(self, column: ForeignColumn, cell: str) -> None:
        if column.lost is not None:
            self._lose(column.name, "dropped", "")
        elif column.codes is not None:
            self._codes(column, _members(cell) if column.many else [cell])
        else:
            for name in column.ours:
                self._plain(self.fields[name], column, cell)

    def _codes(self, column: ForeignColumn, codes: Sequence[str]) -> None:
        for code in codes:
            pair = self._place(column.name, f"{column.name}/{code}", value=code)
            if pair is None:
                continue
            self._set(pair)
            for name in column.ours:
                if pair.ours is not None and self.fields[name].codes == pair.code_list:
                    self._put(self.fields[name], pair.ours)

    def _plain(self, field: Field, column: ForeignColumn, cell: str) -> None:
        if field.kind == "date":
            self.row[field.name] = cell.removesuffix(" 00:00:00")
        elif field.kind == "time":
            self.row[field.name] = cell.replace(" ", "T") + ("Z" if " " in cell else "T00:00:00Z")
            self._lose(field.name, "defaulted", "time of day")
        elif field.name == self.record.identifier:
            self.row[field.name] = cell
        elif field.pattern is not None:
            self.row[field.name] = _identifier(cell)
        else:
            self.row[field.name] = self._masked(field, cell)

    def _masked(self, field: Field, text: str) -> str:
        for pattern in _refused(self.record, field.name):
            text, count = pattern.subn(_MASK, text)
            if count:
                self._lose(field.name, "dropped", "masked")
        return text

    # --- what a statement leaves open --------------------------------------------------------------

    def _content_type(self) -> None:
        if "content_type" not in self.row and "content_type" in self.cells and not self.findings:
            # Synthetic media alone names no type; it has set how the imagery came about.
            self.row |= {"content_type": ["other"], "content_type_other": "synthetic media"}
            self._lose("content_type", "forced_other", "")

    def _defaults(self) -> None:
        for name, field in self.fields.items():
            stated = name in self.row or not field.required
            if not stated and "unknown" in CODES.get(field.codes or "", ()):
                self.row[name] = "unknown"
                self._lose(name, "defaulted", "")

    # --- the parts ---------------------------------------------------------------------------------

    def _place(self, column: str, *keys: str, value: str) -> Pair | None:
        pair = crosswalk.place(self.format.name, *keys)
        if pair is None:
            ours = next(c.ours for c in self.format.columns if c.name == column)
            self.findings.append(
                Finding(
                    "unmapped", "error", self.record.name, pointer(ours[0] if ours else "category"),
                    value=cut(json.dumps(value, ensure_ascii=False)), origin=column,
                )
            )  # fmt: skip
        return pair

    def _set(self, pair: Pair) -> None:
        for name, codes in pair.sets:
            if name not in self.row:
                for code in codes:
                    self._put(self.fields[name], code)
                self._lose(name, "defaulted", str(pair.theirs))

    def _put(self, field: Field, code: str) -> None:
        if not field.many:
            self.row[field.name] = code
            return
        members = self.row.setdefault(field.name, [])
        assert isinstance(members, list)
        if code not in members:
            members.append(code)

    def _lose(self, field: str, kind: str, value: str) -> None:
        if kind != "exact":
            self.losses.append(Loss(field, kind, value))


def _members(cell: str | None) -> list[str]:
    """The members of a JSON array in a cell. Raises ValueError when it is none."""
    members = json.loads(cell) if cell else []
    if not isinstance(members, list) or not all(isinstance(each, str) for each in members):
        raise ValueError("expected a JSON array of codes in a cell")
    return members


def _branch(code: str) -> str:
    return taxonomy.category(code).roll_up[-1].code


def _identifier(name: str) -> str:
    """A platform's name as an identifier: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or name


@cache
def _refused(record: RecordType, field: str) -> tuple[re.Pattern[str], ...]:
    """The patterns that a text must not hold, each running to the end of what it found."""
    return tuple(
        re.compile(f'(?:{pattern})[^ \\t\\r\\n"<>)]*')
        for check in record.row_checks
        if isinstance(check, Refuse) and field in check.fields
        for _, pattern in check.patterns
    )


def _format(name: str, version: str) -> Format:
    return Format(
        name,
        FORMATS[version].title,
        (),
        partial(recognise, version),
        csv_table.scan,
        partial(decode, version),
    )


DSA_V1 = _format("dsa-v1", "dsa_v1")
DSA_V2 = _format("dsa-v2", "dsa_v2")
