"""What Parquet and Arrow files share: batches of typed columns on their way in and out.

A typed file has no lines: the line of a record is its place in the file, from 1, and its bytes are its
row as a JSON object, fields in the order of the file, absent ones left out. From there on it is a row
as any other and gives the same findings.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from harmtax._generated.constraints import RECORDS
from harmtax.errors import Unreadable
from harmtax.records.formats.column_texts import enclosed, json_texts
from harmtax.records.formats.format import BATCH, RAW
from harmtax.records.record import arrow_schema, typed
from harmtax.shapes import RecordType

# So few rows at once that the copies on their way to JSON take little memory.
ROWS = 8_192
# A batch of more bytes is cut; texts grow on their way to JSON, and an Arrow column of them ends at 2 GB.
_BYTES = 64 << 20


@contextmanager
def reading(source: str) -> Iterator[None]:
    """Says as Unreadable what Arrow says of a damaged file."""
    try:
        yield
    except Unreadable:
        raise
    except MemoryError:
        raise Unreadable(source, "needs more memory than there is, or is damaged") from None
    # A name of a column that is not UTF-8 is met by Python, not by Arrow.
    except (pa.ArrowException, OSError, UnicodeDecodeError, RecursionError) as error:
        words = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Unreadable(source, words.splitlines()[0]) from None
    # Arrow has types, such as intervals of months, for which Python has none.
    except KeyError:
        raise Unreadable(source, "a column has a type that cannot be read") from None


@contextmanager
def seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream, or a copy of one that cannot seek, since a typed file is read from its end."""
    if stream.seekable():
        yield stream
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)
        copy.seek(0)
        yield copy


def refuse_twins(schema: pa.Schema, source: str) -> None:
    """Raises Unreadable when a column stands twice, since neither is the right one."""
    if len(set(schema.names)) < len(schema.names):
        raise Unreadable(source, "a column stands twice")


def raw_batches(
    batches: Iterable[pa.RecordBatch], source: str, metadata: Mapping[bytes, bytes] | None
) -> Iterator[pa.RecordBatch]:
    """Raw batches of typed ones; `metadata` is that of the file's schema."""
    index = _index_columns(metadata or {})
    line = 1
    for batch in batches:
        columns = [name for name in batch.schema.names if name not in index]
        for piece in _pieces(batch):
            for raws in _raws(piece, columns):
                yield _raw_batch(raws, source, line)
                line += len(raws)


def typed_batches(
    rows: Iterable[Mapping[str, object]], record: RecordType
) -> Iterator[pa.RecordBatch]:
    """Rows of JSON types in batches of the record type's schema."""
    iterator = iter(rows)
    while chunk := list(islice(iterator, BATCH)):
        yield typed(chunk, arrow_schema(record))


def _index_columns(metadata: Mapping[bytes, bytes]) -> set[str]:
    """The columns that pandas stored only to number the rows, as its own metadata says."""
    try:
        told = json.loads(metadata[b"pandas"])["index_columns"]
        # An index with a name of its own is data.
        return {name for name in told if str(name).startswith("__index_level_")}
    except (KeyError, ValueError, TypeError):
        return set()


def _pieces(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in parts of bounded size."""
    rows = batch.num_rows
    if rows > 1 and batch.nbytes > _BYTES:
        yield from _pieces(batch.slice(0, rows // 2))
        yield from _pieces(batch.slice(rows // 2))
    else:
        yield from (batch.slice(first, ROWS) for first in range(0, rows, ROWS))


def _raws(batch: pa.RecordBatch, columns: list[str]) -> Iterator[pa.Array]:
    try:
        yield _objects(batch, columns)
    except (pa.ArrowCapacityError, pa.ArrowInvalid):
        # A dictionary can say much in few bytes, and Arrow calls an overflow by either name.
        half = batch.num_rows // 2
        if not half:
            raise
        yield from _raws(batch.slice(0, half), columns)
        yield from _raws(batch.slice(half), columns)


def _objects(batch: pa.RecordBatch, columns: list[str]) -> pa.Array:
    """Each row as the bytes of a JSON object."""
    members = []
    for name in columns:
        column = batch.column(name)
        if column.null_count < len(column):
            key = json.dumps(name, ensure_ascii=False)
            texts = json_texts(column, is_day=name in days())
            members.append(enclosed(f",{key}:", texts, ""))
    # Skipping nulls instead would leave out every row of nulls only, and move all that follow.
    inner = (
        pc.binary_join_element_wise(*members, "", null_handling="replace", null_replacement="")
        if members
        else pa.repeat(pa.scalar(""), batch.num_rows)
    )
    assert len(inner) == batch.num_rows
    # The comma before the first member becomes the bracket.
    return enclosed("", pc.binary_replace_slice(inner, 0, 1, "{"), "}").view(pa.binary())


@cache
def days() -> frozenset[str]:
    """The fields that hold days; a name means the same in every record type."""
    fields = (field for table in RECORDS.values() for field in table.fields)
    return frozenset(field.name for field in fields if field.kind == "date")


def _raw_batch(raws: pa.Array, source: str, first: int) -> pa.RecordBatch:
    rows = len(raws)
    known: dict[str, Any] = {
        "source": pa.repeat(pa.scalar(source, pa.string()), rows),
        "line": pa.array(range(first, first + rows), pa.int64()),
        "raw": raws,
    }
    arrays = [known.get(field.name, pa.nulls(rows, field.type)) for field in RAW]
    return pa.RecordBatch.from_arrays(arrays, schema=RAW)
