"""An incident of ours as a statement of reasons, by the columns of the full dump.

Table by table: a code goes where the crosswalk has it, a text or a day to the column that names its
field. Which of two columns takes a text is decided by the column's own condition. An incident without a
restriction, or one acted on under an order, needs no statement and is left out. What the database makes
itself is not sent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harmtax._generated.foreign import FORMATS
from harmtax.records.findings import Finding, pointer
from harmtax.records.formats.dsa_statement import MAIN, MORE, WORDS
from harmtax.records.formats.format import Expressed, Loss
from harmtax.shapes import Field, ForeignColumn, Pair, RecordType
from harmtax.standard import condition, crosswalk

# What the predicate of an outward pair means for what is said.
_KINDS = {"skos:exactMatch": "exact", "skos:closeMatch": "exact", "skos:narrowMatch": "narrowed"}
_FOUND = ("actioned",)
_LEFT = "needs no statement of reasons"


def express(version: str, row: Mapping[str, object], record: RecordType) -> Expressed:
    """The statement of an incident; none where the law asks for none, which is told as a loss."""
    return _Expression(version, row, record).expressed()


class _Expression:
    """One incident on its way to a statement."""

    def __init__(self, version: str, row: Mapping[str, object], record: RecordType) -> None:
        self.version, self.row = version, row
        self.columns = FORMATS[version].columns
        self.record = record
        self.fields = {field.name: field for field in record.fields}
        self.statement: dict[str, Any] = {}
        self.losses: list[Loss] = []
        self.findings: list[Finding] = []

    def expressed(self) -> Expressed:
        if self.row.get("incident_status") not in _FOUND:
            return self._left_out("incident_status")
        for column in self.columns:
            if column.made_by is None and column.name not in (MAIN, MORE, WORDS):
                self._column(column)
        if self._is_under_order():
            return self._left_out("source_type")
        self._categories()
        in_order = {
            c.name: self.statement[c.name] for c in self.columns if c.name in self.statement
        }
        return Expressed(in_order, tuple(self.findings), tuple(self.losses))

    def _left_out(self, field: str) -> Expressed:
        return Expressed(None, (), (Loss("", "dropped", f"{field} {self.row[field]}", _LEFT),))

    def _is_under_order(self) -> bool:
        # The crosswalk has no source for an order: Article 17(5) exempts what an authority orders.
        return any(each.field == "source_type" and not each.became for each in self.losses)

    # --- single columns ----------------------------------------------------------------------------

    def _column(self, column: ForeignColumn) -> None:
        if not condition.holds(column.when, self.row):
            return
        for name in column.ours:
            value, field = self.row.get(name), self.fields[name]
            if value is None:
                continue
            if column.codes is not None and field.codes is not None:
                self._codes(column, field, value)
            elif field.kind == "time":
                self.statement[column.name] = str(value)[:10]
            else:
                self.statement[column.name] = value

    def _codes(self, column: ForeignColumn, field: Field, value: object) -> None:
        for code in value if isinstance(value, list | tuple) else (str(value),):
            pair = self._pair(column.name, field, code)
            if pair is not None and pair.theirs is not None:
                self._put(column, pair.theirs.split("/")[-1])

    def _pair(self, column: str, field: Field, code: str) -> Pair | None:
        pair = crosswalk.outward(self.version, column, str(field.codes), code, self.row)
        theirs = pair.theirs if pair is not None else None
        kind = _KINDS.get(pair.predicate, "broadened") if pair and theirs else "dropped"
        self.losses.append(Loss(field.name, kind, code, theirs or ""))
        return pair

    def _put(self, column: ForeignColumn, code: str) -> None:
        if not column.many:
            self.statement[column.name] = code
        elif code not in (listed := self.statement.setdefault(column.name, [])):
            listed.append(code)

    # --- the category ------------------------------------------------------------------------------

    def _categories(self) -> None:
        main, *words = self._category("category", str(self.row["category"]))
        if main is None:
            return
        self.statement[MAIN] = main
        others: list[str | None] = []
        additional = self.row.get("category_additional") or ()
        assert isinstance(additional, list | tuple)
        for code in additional:
            other, *more = self._category("category_additional", code)
            words += more
            if other not in (None, main, *others):
                others.append(other)
        if others:
            self.statement[MORE] = others
        if words:
            self.statement[WORDS] = list(dict.fromkeys(words))

    def _category(self, name: str, code: str) -> Iterator[str | None]:
        """The category of a code of ours and its keyword, or None where it has no place."""
        pair = self._pair(MAIN, self.fields[name], code)
        if pair is None or pair.theirs is None:
            if name == "category":
                self.findings.append(self._unplaced(code))
            yield None
        else:
            yield from pair.theirs.split("/")[1:]

    def _unplaced(self, code: str) -> Finding:
        where = f"{FORMATS[self.version].title} has no category for {code} on this ground"
        identifier = str(self.row.get(self.record.identifier or ""))
        return Finding("unmapped", "error", self.record.name, pointer("category"), identifier,
                       detail=where, origin=MAIN)  # fmt: skip
