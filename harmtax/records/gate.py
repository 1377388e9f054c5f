"""The kernel: raw batches in, judged batches out; no file, no engine.

A judged batch has the columns of `schema(record)` and, beside them, where each record stood, its bytes
and its findings. A record with a finding of severity error is rejected: its fields are null, its bytes
are kept and have a digest. Every raw record gives exactly one judged row, in the same order.

Fast accept, slow explain: the acceptor and the column reading only say which rows are surely without
error. All others are suspects and go one by one to the row reading, which alone decides and words.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc

from harmtax.records import acceptor, bringing, collector, columns, quarantine
from harmtax.records.findings import Finding, pointer
from harmtax.records.formats.format import Decoded, Format, Loss, Translate
from harmtax.records.losses import Account
from harmtax.records.notes import FINDING, Notes, empty_lists
from harmtax.records.record import Record, judge_row, schema, typed
from harmtax.records.waivers import Waivers
from harmtax.shapes import Never
from harmtax.standard import migration

NO_WAIVERS = Waivers()
# The first records of a loss are looked for among so many; some may go by the same name.
LOOKED_AT = 8
PLACE = [
    ("_source", pa.string()),
    ("_line", pa.int64()),
    ("_digest", pa.string()),
    ("_raw", pa.binary()),
]
NOTES = [
    ("_findings", pa.list_(FINDING)),
    # Places among the losses that the metadata of the batch lists, but for those that all rows have.
    ("_losses", pa.list_(pa.int64())),
]


def judged_schema(record: type[Record]) -> pa.Schema:
    """The columns of a judged batch; only types that cross to other engines unchanged."""
    base = schema(record)
    added = [pa.field(name, kind) for name, kind in (*PLACE, *NOTES)]
    return pa.schema([*base, *added], metadata=base.metadata)


def judge(
    batches: Iterable[pa.RecordBatch],
    record: type[Record],
    format: Format,
    waivers: Waivers = NO_WAIVERS,
) -> Iterator[pa.RecordBatch]:
    """Decodes and judges raw batches of a format as records of one type.

    The metadata of each judged batch counts its suspects under `suspects` and lists its different losses
    under `losses`. Rules about a whole set are not judged here: batches that never become a dataset are
    not checked for them.
    """
    for batch in batches:
        with collector.paused():
            judged = _Judgement(batch, record, format, waivers).batch()
        yield judged
        # The next batch is read while no name holds the last one, here and in whoever handles batches.
        del batch, judged


def accepted(batch: pa.RecordBatch) -> pa.BooleanArray:
    """For each row of a judged batch whether it has no error."""
    findings = batch.column("_findings")
    errors = pc.equal(findings.flatten().field("severity"), "error")
    rejected = pc.list_parent_indices(findings).filter(errors).to_pylist()
    return pc.invert(columns.marked(batch.num_rows, rejected))


def findings_of(batch: pa.RecordBatch, record: type[Record]) -> Iterator[list[Finding]]:
    """The findings of each row of a judged batch, with their place."""
    columns = (batch.column(name).to_pylist() for name in ("_findings", "_line", "_source"))
    for found, line, source in zip(*columns, strict=True):
        yield [
            Finding(record_type=record.RECORD, line=line, source=source, **finding)
            for finding in found
        ]


def count_losses(batch: pa.RecordBatch, record: type[Record], account: Account) -> None:
    """Counts in an account what the conversion of the accepted rows did to which fields."""
    told = json.loads(batch.schema.metadata[b"losses"])
    listed = [Loss(*each) for each in told["different"]]
    names = batch.column(record.table().identifier or "_source")
    lists = batch.column("_losses")
    places, parents = lists.flatten(), pc.list_parent_indices(lists)
    for counted in pc.value_counts(places).to_pylist():
        rows = _rows_with(places, parents, counted["values"])
        _count(account, listed[counted["values"]], counted["counts"], names, rows)
    alone = set(told["alone"])
    for place in told["common"] if len(alone) < batch.num_rows else ():
        rows = (row for row in range(batch.num_rows) if row not in alone)
        _count(account, listed[place], batch.num_rows - len(alone), names, rows)


def _count(account: Account, loss: Loss, count: int, names: pa.Array, rows: Iterator[int]) -> None:
    account.add(loss, count)
    for row in islice(rows, LOOKED_AT):
        if account.is_named(loss):
            return
        account.name(loss, names[row].as_py())


def _rows_with(places: pa.Array, parents: pa.Array, place: int) -> Iterator[int]:
    """The rows with a loss, found one by one as they are asked for."""
    at = pc.index(places, place).as_py()
    while at >= 0:
        yield parents[at].as_py()
        at = pc.index(places, place, start=at + 1).as_py()


def suspects(batch: pa.RecordBatch) -> int:
    """How many rows of a judged batch went to the row reading."""
    return int(batch.schema.metadata[b"suspects"])


class _Judgement:
    """One batch on its way through both readings."""

    def __init__(
        self, raw: pa.RecordBatch, record: type[Record], format: Format, waivers: Waivers
    ) -> None:
        self.raw, self.record, self.format, self.waivers = raw, record, format, waivers
        self.table = record.table()
        self.notes = Notes(self.table.name, raw.num_rows)
        self.suspects = 0
        # The different losses, by their places; and by row those of the rows that were decoded alone.
        self.losses: dict[Loss, int] = {}
        self.lost: dict[int, tuple[Loss, ...]] = {}
        self.translated: pa.ListArray | None = None
        # Whether all rows are decoded one by one, since some are of an older version.
        self.is_mixed = False
        self.common: tuple[int, ...] = ()
        # What the row reading accepted and rejected, by place.
        self.accepted: dict[int, Mapping[str, object]] = {}
        self.rejected: set[int] = set()

    def batch(self) -> pa.RecordBatch:
        """The judged batch."""
        fields = self._fields()
        source, line, raws = (self.raw.column(name) for name in ("source", "line", "raw"))
        schema = judged_schema(self.record)
        notes, losses = self.notes.array(), self._losses()
        # Rows that were read alone have all of their losses in their list.
        listed = {"different": list(self.losses), "common": self.common, "alone": list(self.lost)}
        text = json.dumps(listed, separators=(",", ":"))
        told = {b"suspects": str(self.suspects).encode(), b"losses": text.encode()}
        return pa.RecordBatch.from_arrays(
            [*fields, source, line, self._digests(raws), raws, notes, losses],
            schema=schema.with_metadata({**(schema.metadata or {}), **told}),
        )

    def _digests(self, raws: pa.Array) -> pa.Array:
        found: list[str | None] = [None] * len(raws)
        for place in self.rejected:
            found[place] = quarantine.digest(raws[place].as_py())
        return pa.array(found, pa.string()) if self.rejected else _nulls(len(raws))

    @cached_property
    def decoded(self) -> list[Decoded]:
        """Every record as the format decodes it, in the version that is judged."""
        return self._read(self.raw)

    def _read(self, raw: pa.RecordBatch) -> list[Decoded]:
        told = self.format.decode(raw, bringing.readable(self.format, self.table))
        return list(bringing.brought(told, self.record))

    def _fields(self) -> list[pa.Array]:
        found = acceptor.chosen(self.table.name)
        if found is None:
            return self._explained(range(self.raw.num_rows), [])
        if self.format.is_json:
            acceptance = self._from_json(found)
        elif self.format.translate is not None:
            acceptance = self._translated(self.format.translate)
        else:
            acceptance = self._from_rows(found)
        reading = columns.read(acceptance, self.table.name, self._severity)
        for warned in reading.warned:
            self._warn(warned, acceptance, reading)
        places = pc.indices_nonzero(reading.suspects).to_pylist()
        return self._explained(places, list(reading.columns))

    def _from_json(self, found: acceptor.Acceptor) -> acceptor.Acceptance:
        acceptance = found.from_json(self.raw.column("raw"))
        self.is_mixed = self._has_older(acceptance.suspects)
        return self._from_rows(found) if self.is_mixed else acceptance

    def _from_rows(self, found: acceptor.Acceptor) -> acceptor.Acceptance:
        return found.from_rows([_believed(each) for each in self.decoded])

    def _has_older(self, suspects: Sequence[int]) -> bool:
        """Whether the bytes of a suspect speak of an older version; every row of one is a suspect."""
        raws = self.raw.column("raw").take(pa.array(suspects, pa.int64()))
        return any(
            pc.any(pc.match_substring(raws, f'"{version}"')).as_py() for version in migration.OLDER
        )

    def _translated(self, translate: Translate) -> acceptor.Acceptance:
        translation = translate(self.raw, self.table)
        self.losses = {loss: place for place, loss in enumerate(translation.losses)}
        self.translated, self.common = translation.lost, translation.common
        told = translation.columns, translation.suspects, translation.screened
        return acceptor.Acceptance(*told)

    def _severity(self, check: Never) -> str:
        path = pointer(check.at)
        return self.waivers.severity(self.table.name, check.rule, path, check.severity)

    def _warn(
        self, warned: columns.Warned, acceptance: acceptor.Acceptance, reading: columns.Reading
    ) -> None:
        names = [field.name for field in self.table.fields]
        at = names.index(warned.at)
        # A finding shows a time as it was written.
        is_written = self.table.fields[at].kind in ("time", "date")
        values = (acceptance if is_written else reading).columns[at]
        identifier = self.table.identifier
        records = reading.columns[names.index(identifier)] if identifier else _nulls(len(values))
        rule = warned.rule, warned.severity, warned.at
        self.notes.add_column(warned.place, warned.rows, rule, records, values)

    # --- suspects -----------------------------------------------------------------------------------

    def _explained(self, places: Sequence[int], read: Sequence[pa.Array]) -> list[pa.Array]:
        """The columns once the row reading has judged the suspects; a rejected row is null."""
        self.suspects = len(places)
        for place, decoded in zip(places, self._decoded(places), strict=True):
            self._explain(place, decoded)
        if read and not places:
            return list(read)
        accepted = typed(list(self.accepted.values()), schema(self.record)).columns
        order: list[int | None] = list(range(self.raw.num_rows))
        for place in places:
            order[place] = None
        for number, place in enumerate(self.accepted, len(read[0]) if read else 0):
            order[place] = number
        taken = pa.array(order, pa.int64())
        parts = zip(read, accepted, strict=True) if read else ((each,) for each in accepted)
        return [pa.concat_arrays(each).take(taken) for each in parts]

    def _decoded(self, places: Sequence[int]) -> Iterable[Decoded]:
        if self.is_mixed or (not self.format.is_json and self.translated is None):
            return (self.decoded[place] for place in places)
        return self._read(self.raw.take(pa.array(places, pa.int64())))

    def _explain(self, place: int, decoded: Decoded) -> None:
        findings = [self.waivers.settled(finding) for finding in _findings(decoded, self.record)]
        self.notes.add(place, findings)
        self.lost[place] = ()
        if decoded.row is None or any(finding.severity == "error" for finding in findings):
            self.rejected.add(place)
        else:
            self.accepted[place] = decoded.row
            self.lost[place] = decoded.losses

    def _losses(self) -> pa.Array:
        """The places of the losses of each row; of a rejected one there are none."""
        if self.format.is_json and not self.is_mixed and not any(self.lost.values()):
            return empty_lists(self.raw.num_rows, pa.int64())
        if self.translated is None:
            for place in range(self.raw.num_rows):
                if place not in self.lost:
                    is_plain = self.format.is_json and not self.is_mixed
                    self.lost[place] = () if is_plain else self.decoded[place].losses
            return self._listed(range(self.raw.num_rows))
        if not self.lost:
            return self.translated
        alone = self._listed(self.lost)
        order = list(range(self.raw.num_rows))
        for number, place in enumerate(self.lost, self.raw.num_rows):
            order[place] = number
        return pa.concat_arrays([self.translated, alone]).take(pa.array(order, pa.int64()))

    def _listed(self, places: Iterable[int]) -> pa.Array:
        lists = [
            [self.losses.setdefault(loss, len(self.losses)) for loss in self.lost[place]]
            for place in places
        ]
        return pa.array(lists, pa.list_(pa.int64()))


def _believed(decoded: Decoded) -> Mapping[str, object] | None:
    """The row for the acceptor; one with a finding already is for the row reading."""
    return None if decoded.findings else decoded.row


def _findings(decoded: Decoded, record: type[Record]) -> list[Finding]:
    if decoded.row is None:
        return list(decoded.findings)
    # A field that the converter could not fill is told once; rules about it are not guessed.
    unsound = {finding.path.removeprefix("/") for finding in decoded.findings}
    found = judge_row(decoded.row, record, unsound=unsound)
    return [*decoded.findings, *(_with_origin(each, decoded) for each in found)]


def _with_origin(finding: Finding, decoded: Decoded) -> Finding:
    """The finding with the name by which the sender knows the field."""
    if not decoded.origins:
        return finding
    origin = decoded.origins.get(finding.path.split("/")[1] if finding.path else "")
    return finding if origin is None else replace(finding, origin=origin)


def _nulls(rows: int) -> pa.Array:
    return pa.nulls(rows, pa.string())
