"""The cells of a batch of a dump, read at once; of some lines two readers might make two things.

The lines of a batch are sound CSV by themselves. One that holds a carriage return, that is no UTF-8, that
was scanned by itself, or that has another number of cells is a suspect and stands empty here.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv


def cells(batch: pa.RecordBatch, names: list[str]) -> tuple[dict[str, pa.Array], set[int]]:
    """The cells by column, null where one is empty; of a suspect all are null."""
    raws, alone = batch.column("raw"), pc.is_valid(batch.column("cells"))
    suspects = {*pc.indices_nonzero(pc.or_(alone, _doubtful(raws))).to_pylist()}
    kept = [place for place in range(len(raws)) if place not in suspects] if suspects else None
    lines = raws.to_pylist() if kept is None else [raws[place].as_py() for place in kept]
    read, skipped = _read(lines, names)
    if kept is None and not skipped:
        return {name: read.column(place) for place, name in enumerate(names)}, suspects
    sound = list(range(len(raws))) if kept is None else kept
    suspects |= {sound[place] for place in skipped}
    return _spread(read, names, len(raws), suspects), suspects


def _doubtful(raws: pa.Array) -> pa.BooleanArray:
    """What two readers of CSV, or of text, might take in two ways."""
    found = pc.equal(pc.binary_length(raws), 0)
    _, _, content = raws.buffers()
    # Looking for it in all bytes at once is the quickest, and it is hardly ever there.
    if content is not None and b"\r" in memoryview(content).tobytes():
        found = pc.or_(found, pc.match_substring(raws, "\r"))
    try:
        raws.cast(pa.string())
    except pa.ArrowInvalid:
        return pc.or_(found, pa.array([not _is_text(raw) for raw in raws.to_pylist()]))
    return found


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _read(lines: list[bytes], names: list[str]) -> tuple[pa.RecordBatch, list[int]]:
    """The cells of these lines, and the places of lines with another number of cells."""
    schema = pa.schema([(f"{place}", pa.string()) for place in range(len(names))])
    if not lines:
        return _empty(schema), []
    content = b"\n".join(lines)
    skipped: list[int] = []

    def skip(row: pa_csv.InvalidRow) -> str:
        skipped.append(row.number - 1)
        return "skip"

    table = pa_csv.read_csv(
        pa.BufferReader(content),
        pa_csv.ReadOptions(use_threads=False, block_size=len(content) + 1, column_names=schema.names),
        pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=skip),
        pa_csv.ConvertOptions(
            check_utf8=False, column_types=schema, null_values=[""], strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )  # fmt: skip
    batches = table.combine_chunks().to_batches()
    return (batches[0] if batches else _empty(schema)), skipped


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], each.type) for each in schema], schema=schema)


def _spread(
    read: pa.RecordBatch, names: list[str], rows: int, suspects: set[int]
) -> dict[str, pa.Array]:
    """The columns with a null for each suspect."""
    places: list[int | None] = []
    for row in range(rows):
        places.append(None if row in suspects else row)
    at = 0
    for row, place in enumerate(places):
        if place is not None:
            places[row], at = at, at + 1
    taken = pa.array(places, pa.int64())
    return {name: read.column(place).take(taken) for place, name in enumerate(names)}
