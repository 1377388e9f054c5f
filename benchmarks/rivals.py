"""The work of each rival, run in a process of its own: `python -m benchmarks.rivals NAME TASK`.

A rival imports what it needs itself, so that none pays for the start of another. The task is a JSON file;
what was accepted and rejected goes to standard output, and what the lines after the first one took, for
those that read line by line.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

# CPU and wall time when the first line was done, which is when a rival has fully started.
STARTED: list[tuple[float, float]] = []
# Large enough for speed, small enough that not the whole file is in memory.
BLOCK = 4 << 20


class Task(NamedTuple):
    """What to read and write; `fields` holds name, kind and whether there are many."""

    input: str
    output: str
    threads: int
    fields: list[tuple[str, str, bool]]
    schema: str
    json_schema: str


def duckdb(task: Task) -> tuple[int, int]:
    """DuckDB to Parquet with typed columns, no validation, the order of the lines kept."""
    import duckdb as engine

    kinds = {"code": "VARCHAR", "text": "VARCHAR", "integer": "BIGINT",
             "time": "TIMESTAMPTZ", "date": "DATE"}  # fmt: skip
    columns = {name: kinds[kind] + ("[]" if many else "") for name, kind, many in task.fields}
    connection = engine.connect(config={"threads": task.threads})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = true")
    done = connection.execute(
        f"COPY (SELECT * FROM read_json({_quoted(task.input)}, format = 'newline_delimited',"
        f" columns = {columns})) TO {_quoted(task.output)}"
        " (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
    ).fetchone()
    assert done is not None
    return int(done[0]), 0


def pyarrow(task: Task) -> tuple[int, int]:
    """pyarrow.json to Parquet with typed columns, block by block, no validation."""
    import pyarrow as pa
    from pyarrow import json as reader
    from pyarrow import parquet

    pa.set_cpu_count(task.threads)
    target = _arrow_schema(task)
    # The reader knows no days; a time at midnight becomes one afterwards.
    read = pa.schema(
        [f.with_type(pa.timestamp("s")) if pa.types.is_date(f.type) else f for f in target]
    )
    batches = reader.open_json(
        task.input,
        read_options=reader.ReadOptions(use_threads=task.threads > 1, block_size=BLOCK),
        parse_options=reader.ParseOptions(
            explicit_schema=read, unexpected_field_behavior="error", newlines_in_values=False
        ),
    )
    rows = 0
    with parquet.ParquetWriter(
        task.output, target, compression="zstd", compression_level=1
    ) as writer:
        for batch in batches:
            rows += batch.num_rows
            writer.write_batch(batch.cast(target))
    return rows, 0


def pydantic(task: Task) -> tuple[int, int]:
    """Our own model line by line, then rows to a table to Parquet, as most programs would do it."""
    import pyarrow as pa
    from pyarrow import parquet
    from pydantic import ValidationError

    from harmtax._generated.models import Incident

    rows, bad = [], 0
    for line in _lines(task):
        try:
            rows.append(Incident.model_validate_json(line).model_dump())
        except ValidationError:
            bad += 1
    table = pa.Table.from_pylist(rows, schema=_arrow_schema(task))
    parquet.write_table(table, task.output, compression="zstd", compression_level=1)
    return len(rows), bad


def linkml(task: Task) -> tuple[int, int]:
    """LinkML's validator with its JSON Schema plugin, closed, on the schema as people wrote it."""
    import logging

    from linkml.validator import Validator
    from linkml.validator.plugins import JsonschemaValidationPlugin

    logging.disable()
    validator = Validator(task.schema, [JsonschemaValidationPlugin(closed=True)])
    return _counted(task, lambda line: not validator.validate(json.loads(line), "Incident").results)


def jsonschema_rs(task: Task) -> tuple[int, int]:
    """jsonschema-rs on the exported JSON Schema, lines decoded by msgspec; writes nothing."""
    import jsonschema_rs as engine
    import msgspec

    schema = json.loads(Path(task.json_schema).read_text(encoding="utf-8"))
    validator, decode = engine.validator_for(schema), msgspec.json.decode
    return _counted(task, lambda line: validator.is_valid(decode(line)))


RIVALS: dict[str, Callable[[Task], tuple[int, int]]] = {
    "duckdb": duckdb,
    "pyarrow": pyarrow,
    "pydantic": pydantic,
    "linkml": linkml,
    "jsonschema-rs": jsonschema_rs,
}


def _counted(task: Task, sound: Callable[[bytes], bool]) -> tuple[int, int]:
    verdicts = [sound(line) for line in _lines(task)]
    return sum(verdicts), len(verdicts) - sum(verdicts)


def _lines(task: Task) -> Iterator[bytes]:
    with open(task.input, "rb") as stream:
        for line in stream:
            yield line
            if not STARTED:
                STARTED.append(_clocks())


def _clocks() -> tuple[float, float]:
    return time.process_time(), time.perf_counter()


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "''") + "'"


def _arrow_schema(task: Task) -> Any:
    import pyarrow as pa

    kinds = {"code": pa.string(), "text": pa.string(), "integer": pa.int64(),
             "time": pa.timestamp("us", "UTC"), "date": pa.date32()}  # fmt: skip
    return pa.schema(
        [(name, pa.list_(kinds[kind]) if many else kinds[kind]) for name, kind, many in task.fields]
    )


if __name__ == "__main__":
    accepted, rejected = RIVALS[sys.argv[1]](Task(**json.loads(Path(sys.argv[2]).read_text())))
    after = [[end - start for start, end in zip(each, _clocks(), strict=True)] for each in STARTED]
    print(json.dumps({"accepted": accepted, "rejected": rejected, "after_first": after}))
