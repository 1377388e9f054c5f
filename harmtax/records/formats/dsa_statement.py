"""One statement of reasons of the EU DSA Transparency Database as a row of ours.

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
from collections.abc import Mapping, Sequence
from functools import cache

from harmtax._generated.constraints import CODES, VERSION
from harmtax.records.findings import Finding, pointer
from harmtax.records.findings.fields import cut
from harmtax.records.formats.format import Decoded, Loss
from harmtax.shapes import Field, ForeignColumn, ForeignFormat, Pair, RecordType, Refuse
from harmtax.standard import crosswalk, taxonomy

# The columns that together name the category; all others are converted one by one.
MAIN, MORE, WORDS = "category", "category_addition", "category_specification"
_MASK = "[masked]"


def read(format_: ForeignFormat, row: Mapping[str, object], record: RecordType) -> Decoded:
    """A statement, by the columns of the full dump with lists as lists, as a row of Incident."""
    return _Statement(format_, row, record).read()


class _Statement:
    """One statement on its way to a row."""

    def __init__(
        self, format_: ForeignFormat, cells: Mapping[str, object], record: RecordType
    ) -> None:
        self.format = format_
        self.cells = cells
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
        self._category()
        for column in self.format.columns:
            if column.name in self.cells and column.name not in (MAIN, MORE, WORDS):
                self._column(column)
        for name in sorted(self.cells.keys() - {column.name for column in self.format.columns}):
            self._lose(name, "dropped", "")
        self._content_type()
        self._defaults()
        return Decoded(self.row, tuple(self.findings), tuple(self.losses))

    # --- the category ------------------------------------------------------------------------------

    def _category(self) -> None:
        if MAIN not in self.cells:
            return
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
            self.row["category_other_text"] = f"{self.format.title}: {main.theirs}"

    # --- single columns ----------------------------------------------------------------------------

    def _column(self, column: ForeignColumn) -> None:
        if column.lost is not None:
            self._lose(column.name, "dropped", "")
        elif column.codes is not None:
            self._codes(column, self._members(column.name))
        else:
            for name in column.ours:
                self._plain(self.fields[name], str(self.cells[column.name]))

    def _codes(self, column: ForeignColumn, codes: Sequence[str]) -> None:
        for code in codes:
            pair = self._place(column.name, f"{column.name}/{code}", value=code)
            if pair is None:
                continue
            self._set(pair)
            for name in column.ours:
                if pair.ours is not None and self.fields[name].codes == pair.code_list:
                    self._put(self.fields[name], pair.ours)

    def _plain(self, field: Field, cell: str) -> None:
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
            self._lose("content_type", "forced_other", "", "other")

    def _defaults(self) -> None:
        for name, field in self.fields.items():
            stated = name in self.row or not field.required
            if not stated and "unknown" in CODES.get(field.codes or "", ()):
                self.row[name] = "unknown"
                self._lose(name, "defaulted", "", "unknown")

    # --- the parts ---------------------------------------------------------------------------------

    def _members(self, column: str) -> Sequence[str]:
        """The codes of a column, whether it holds one or a list."""
        found = self.cells.get(column, ())
        return [found] if isinstance(found, str) else list(found)  # type: ignore[call-overload]

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
                self._lose(name, "defaulted", str(pair.theirs), " ".join(codes))

    def _put(self, field: Field, code: str) -> None:
        if not field.many:
            self.row[field.name] = code
            return
        members = self.row.setdefault(field.name, [])
        assert isinstance(members, list)
        if code not in members:
            members.append(code)

    def _lose(self, field: str, kind: str, given: str, became: str = "") -> None:
        if kind != "exact":
            self.losses.append(Loss(field, kind, given, became))


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
