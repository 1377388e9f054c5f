"""The laws that every format keeps, as one check for our own tests and for those of adopters."""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harmtax._generated.constraints import CODES
from harmtax._generated.models import Incident
from harmtax.errors import Unreadable
from harmtax.records import comparison, gate, residue
from harmtax.records.formats.format import RAW, Decoded, Expressed, Format
from harmtax.records.losses import Account
from harmtax.records.record import Record
from harmtax.shapes import RecordType

Row = Mapping[str, object]
# Into so many pieces a file is cut, to see what the format makes of a broken one.
CUTS = 16


def check_format(
    format: Format,
    rows: Iterable[Row] = (),
    files: Iterable[bytes] = (),
    record: type[Record] = Incident,
) -> None:
    """Holds a format to the laws of all formats; raises AssertionError that says which one is broken.

    `rows` are valid records of JSON types, such as `records(Incident)` draws: they are written, where the
    format can be, and must come back but for what the account tells, and exactly with the residue. `files`
    are contents in the format, sound or broken: they must be read the same way in bulk and one by one.
    """
    table = record.table()
    assert not format.records or table.name in format.records, f"holds no {table.name}"
    if format.encode is not None:
        _check_written(format, list(rows), table)
    for content in files:
        _check_read(format, content, record)


# --- outward --------------------------------------------------------------------------------------------


def _check_written(format: Format, rows: Sequence[Row], record: RecordType) -> None:
    found = [(row, _expressed(format, row, record)) for row in rows]
    written = [(row, each) for row, each in found if each.row is not None]
    for row, each in found:
        assert each == _expressed(format, row, record), "the same record is expressed the same way"
        if each.row is None:
            assert each.findings or each.losses, "a record that is not written is told why"
    foreign = [each.row for _, each in written if each.row is not None]
    content = _encoded(format, foreign, record)
    assert content == _encoded(format, foreign, record), "the same rows give the same bytes"
    if not format.is_read:
        for row, each in written:
            _check_told(row, each)
        return
    back = list(_decoded(format, content, record))
    assert len(back) == len(written), "as many records come back as were written"
    for (row, each), came in zip(written, back, strict=True):
        _check_back(format, row, each, came, record)
    if format.express is not None:
        _check_restored(format, written, back, record)


def _expressed(format: Format, row: Row, record: RecordType) -> Expressed:
    return Expressed(row) if format.express is None else format.express(row, record)


def _encoded(format: Format, rows: Sequence[Row], record: RecordType) -> bytes:
    assert format.encode is not None
    stream = io.BytesIO()
    format.encode(rows, stream, record)
    return stream.getvalue()


def _check_told(row: Row, expressed: Expressed) -> None:
    """A format that is not read tells by itself what becomes of every field."""
    told = Counter(loss.field for loss in expressed.losses)
    assert told == Counter(row.keys()), "every field has one line of the account"


def _check_back(
    format: Format, row: Row, expressed: Expressed, came: Decoded, record: RecordType
) -> None:
    returned = came.row
    assert returned is not None, f"what was written can be read: {came.findings}"
    if format.express is None:
        assert returned == row, "a format of our own words loses nothing"
        return
    assert format.read is not None, "a format that is written and read says how a row comes back"
    assert expressed.row is not None
    assert format.read(expressed.row, record).row == returned, "a row comes back as from a file"
    account = list(comparison.losses(row, expressed, came, record))
    assert Counter(loss.field for loss in account) == Counter({*row, *returned}), (
        "every field has one line of the account"
    )
    for loss in account:
        is_same = row.get(loss.field) == returned.get(loss.field)
        assert is_same == (loss.kind == "exact"), f"{loss} is what became of {loss.field}"


def _check_restored(
    format: Format,
    written: Sequence[tuple[Row, Expressed]],
    back: Sequence[Decoded],
    record: RecordType,
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "residue.ndjson"
        with path.open("wb") as stream:
            writer = residue.Writer(stream, record, "out")
            for (row, _), came in zip(written, back, strict=True):
                writer.add(row, came.row or {})
            writer.finish()
        reader = residue.Reader(path, record, "out")
        for (row, _), came in zip(written, back, strict=True):
            assert reader.restored(came.row) == row, (
                "with the residue a record comes back as it was"
            )
        reader.finish()


# --- inward ---------------------------------------------------------------------------------------------


def _check_read(format: Format, content: bytes, record: type[Record]) -> None:
    table = record.table()
    for batch in format.scan(io.BytesIO(content), "input"):
        assert batch.schema.equals(RAW), "a scan gives raw batches"
        found = list(format.decode(batch, table))
        assert len(found) == batch.num_rows, "each raw record is decoded once"
        for place, each in enumerate(found):
            [alone] = format.decode(batch.slice(place, 1), table)
            assert alone == each, "a record is decoded the same way alone"
            _check_decoded(each)
    if format.translate is not None:
        single = replace(format, translate=None)
        assert _judged(format, content, record) == _judged(single, content, record), (
            "columns say what single records say"
        )
    for end in range(0, len(content), max(len(content) // CUTS, 1)):
        _read_or_refused(format, content[:end], table)


def _check_decoded(decoded: Decoded) -> None:
    assert decoded.row is not None or decoded.findings, "what cannot be read is told"
    told = [loss.field for loss in decoded.losses]
    assert len(told) == len(set(told)), "every field has one line of the account"
    assert {loss.kind for loss in decoded.losses} <= set(CODES["LossKind"]), "losses have our kinds"
    if told and decoded.row is not None:
        assert decoded.row.keys() <= set(told), "every field that came has a line of the account"


def _decoded(format: Format, content: bytes, record: RecordType) -> Iterator[Decoded]:
    for batch in format.scan(io.BytesIO(content), "input"):
        yield from format.decode(batch, record)


def _judged(format: Format, content: bytes, record: type[Record]) -> tuple[object, ...]:
    """The judged rows, and the account of what they lost."""
    account = Account()
    rows: list[object] = []
    for batch in gate.judge(format.scan(io.BytesIO(content), "input"), record, format):
        gate.count_losses(batch, record, account)
        # How losses are noted within a batch is its own affair.
        rows += batch.drop_columns(["_losses"]).to_pylist()
    return rows, tuple(account)


def _read_or_refused(format: Format, content: bytes, record: RecordType) -> None:
    try:
        for _ in _decoded(format, content, record):
            pass
    except Unreadable:
        pass
