"""Typed files say the same as the same rows in NDJSON, whoever wrote them, and lose nothing on the way."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import harmtax
from harmtax import Incident
from harmtax._generated import models
from harmtax._generated.constraints import RECORDS
from harmtax.errors import Unreadable
from harmtax.records import formats, gate
from harmtax.records.formats import typed_rows
from harmtax.records.formats.column_texts import json_texts, moments
from harmtax.records.record import Record
from harmtax.testing import broken, records
from tests.rows import incident

DATA = Path(__file__).parent / "data"
SLOW = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
ROWS = [
    incident(
        decision_facts='first "words"', views_before_action=7, content_type=["image", "video"]
    ),
    incident(incident_id="i-2", actioned_at="2026-01-02T08:30:00.25Z", content_type=[]),
    incident(incident_id="i-3", category="NONE", revision=0),
    incident(incident_id="i 4", content_date=None, synthetic_basis=["none", "classifier"]),
]
Found = set[tuple[int, str, str]]


# --- ways to write ----------------------------------------------------------------------------------


def ndjson(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def parquet(table: pa.Table, **options: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(table, stream, **options)
    return stream.getvalue()


def arrow(table: pa.Table, *, stream: bool = False) -> bytes:
    out = io.BytesIO()
    make = pa.ipc.new_stream if stream else pa.ipc.new_file
    with make(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def arrow_stream(table: pa.Table) -> bytes:
    return arrow(table, stream=True)


WRITERS: dict[str, Callable[[pa.Table], bytes]] = {
    "parquet": parquet, "file": arrow, "stream": arrow_stream,
}  # fmt: skip


# --- ways to read -----------------------------------------------------------------------------------


def scanned(content: bytes, record: type[Record] = Incident) -> Iterator[pa.RecordBatch]:
    format_ = formats.recognised(content[:65_536], "input", record.table())
    return format_.scan(io.BytesIO(content), "input")


def read(content: bytes, record: type[Record] = Incident) -> list[dict[str, Any]]:
    raws = (raw for batch in scanned(content, record) for raw in batch.column("raw").to_pylist())
    return [json.loads(raw) for raw in raws]


def findings(content: bytes, record: type[Record] = Incident) -> Found:
    format_ = formats.recognised(content[:65_536], "input.ndjson", record.table())
    found: Found = set()
    for batch in gate.judge(format_.scan(io.BytesIO(content), "input"), record, format_):
        columns = batch.column("_line").to_pylist(), batch.column("_findings").to_pylist()
        for line, each in zip(*columns, strict=True):
            found |= {(line, finding["rule"], finding["path"]) for finding in each}
    return found


def values(column: pa.Array, name: str = "views_before_action", write: Any = parquet) -> list[Any]:
    return [row.get(name) for row in read(write(pa.table({name: column})))]


def words(column: pa.Array, name: str, write: Any = parquet) -> list[set[str]]:
    """The faults of one field, row by row."""
    content = write(pa.table({name: column}))
    found = {(line, rule) for line, rule, path in findings(content) if path.split("/")[1] == name}
    return [{rule for at, rule in found if at == line} for line in range(1, len(column) + 1)]


# --- the same rows, the same findings ---------------------------------------------------------------


TEXTS = (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string()))
WHOLE = (pa.int64(), pa.float64(), pa.decimal128(30, 2), pa.decimal256(60, 0))
MOMENTS = tuple(pa.timestamp(u, z) for u in ("us", "ns") for z in ("UTC", "Asia/Tokyo", "-03:30"))
DAYS = (pa.date32(), pa.timestamp("s"), pa.timestamp("ns"), pa.timestamp("us", "UTC"))


def _moment(text: str) -> datetime | None:
    if text != text.upper():
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S" + (".%fZ" if "." in text else "Z"))
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.isoformat() == text else None


def _kind(value: Any, kind: str) -> str:
    """How a value can be typed: the name of a kind of column, or "" when it cannot."""
    if isinstance(value, list):
        inner = {_kind(member, "") for member in value}
        return "list" if inner <= {"text"} else "numbers" if inner == {"whole"} else ""
    if isinstance(value, str):
        if kind == "time" and _moment(value) is not None:
            return "time"
        return "date" if kind == "date" and _day(value) is not None else "text"
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int):
        return "whole" if abs(value) < 2**53 else "great" if abs(value) < 10**37 else ""
    return "part" if isinstance(value, float) and value != int(value) else ""


def _column(kind: str, given_: list[Any], choose: Callable[[Any], Any]) -> pa.Array:
    if kind == "time":
        moments_ = [None if value is None else _moment(value) for value in given_]
        return (
            pa.array(moments_, pa.timestamp("us")).cast(choose(MOMENTS[:1])).cast(choose(MOMENTS))
        )
    if kind == "date":
        return pa.array([None if value is None else _day(value) for value in given_]).cast(
            choose(DAYS)
        )
    if kind == "text":
        return pa.array(given_, pa.string()).cast(choose(TEXTS))
    if kind == "list":
        member = choose((pa.string(), pa.large_string()))
        return pa.array(given_, choose((pa.list_, pa.large_list))(member))
    if kind == "numbers":
        return pa.array(given_, pa.list_(pa.int64()))
    if kind == "great":
        return pa.array([None if v is None else Decimal(v) for v in given_], pa.decimal128(38, 0))
    if kind == "whole":
        return pa.array(given_, pa.int64()).cast(choose(WHOLE))
    return pa.array(given_)


def typed(
    rows: list[dict[str, Any]], record: type[Record], choose: Callable[[Any], Any]
) -> tuple[pa.Table, list[dict[str, Any]]]:
    """As many of the rows as fit one table of types, and the table."""
    kinds = {field.name: field.kind for field in record.table().fields}
    types: dict[str, str] = {}
    kept = []
    for row in rows:
        told = {n: _kind(v, kinds.get(n, "")) for n, v in row.items() if v is not None}
        if all(told.values()) and all(types.get(name, kind) == kind for name, kind in told.items()):
            types.update(told)
            kept.append(row)
    columns = {
        name: _column(kind, [row.get(name) for row in kept], choose) for name, kind in types.items()
    }
    return pa.table(columns), kept


@pytest.mark.parametrize("name", RECORDS)
def test_a_typed_file_gives_the_findings_of_the_same_rows_in_ndjson(name: str) -> None:
    record: type[Record] = getattr(models, name)
    rows = records(name) | broken(name).map(lambda drawn: drawn[0])
    told = 0

    @SLOW
    @given(st.lists(rows, min_size=1, max_size=8), st.data(), st.sampled_from(list(WRITERS)))
    def check(drawn: list[dict[str, Any]], data: st.DataObject, writer: str) -> None:
        nonlocal told
        table, kept = typed(drawn, record, lambda options: data.draw(st.sampled_from(options)))
        if kept:
            told += len(found := findings(ndjson(kept), record))
            assert findings(WRITERS[writer](table), record) == found

    check()
    assert told


@pytest.mark.parametrize("name", ["parquet", "arrow"])
def test_what_the_gate_took_from_a_typed_file_is_what_it_takes_from_ndjson(
    name: str, tmp_path: Path
) -> None:
    (tmp_path / "in.ndjson").write_bytes(ndjson(ROWS))
    harmtax.validate(tmp_path / "in.ndjson", tmp_path / "out")
    harmtax.convert(tmp_path / "in.ndjson", tmp_path / f"in.{name}", name)
    harmtax.validate(tmp_path / f"in.{name}", tmp_path / "again")
    one, other = (
        pq.read_table(tmp_path / folder / "Incident-00000.parquet") for folder in ("out", "again")
    )
    assert one.equals(other) and one.num_rows > 0


def test_a_rejected_row_rests_in_quarantine_as_json(tmp_path: Path) -> None:
    table = pa.table({"incident_id": ["i-1"], "views_before_action": [float("nan")], "x": [None]})
    (tmp_path / "in.parquet").write_bytes(parquet(table))
    assert harmtax.validate(tmp_path / "in.parquet", tmp_path / "out").rejected == 1
    [entry] = (tmp_path / "out.quarantine" / "in.parquet.ndjson").read_bytes().splitlines()
    raw = json.loads(entry)["raw"]
    assert raw == '{"incident_id":"i-1","views_before_action":{"unreadable":"nan"}}'


# --- other writers ----------------------------------------------------------------------------------


def _python(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Columns of Python values, days and times as such."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    kinds = {field.name: field.kind for field in Incident.table().fields}
    read_as = {"date": date.fromisoformat, "time": datetime.fromisoformat}
    return {
        name: [
            None
            if (value := row.get(name)) is None
            else read_as.get(kinds[name], lambda v: v)(value)
            for row in rows
        ]
        for name in names
    }


def test_polars_gives_the_findings_of_ndjson(tmp_path: Path) -> None:
    frame = pl.DataFrame(_python(ROWS)).with_columns(
        pl.col("revision").cast(pl.UInt16),
        pl.col("views_before_action").cast(pl.Float32),
        pl.col("category").cast(pl.Categorical),
        pl.col("content_type").cast(pl.List(pl.Categorical)),
        pl.col("service_id").cast(pl.Enum(["north-video"])),
        pl.col("actioned_at").dt.convert_time_zone("Europe/Paris").dt.cast_time_unit("ns"),
        pl.lit(None).alias("surface"),
    )
    out = io.BytesIO()
    for write in (
        frame.write_parquet, frame.write_ipc, frame.write_ipc_stream,
        lambda stream: frame.write_ipc(stream, compat_level=pl.CompatLevel.oldest(), compression="zstd"),
    ):  # fmt: skip
        out = io.BytesIO()
        write(out)
        assert findings(out.getvalue()) == findings(ndjson(ROWS)), write
    frame.write_parquet(tmp_path / "in.parquet", use_pyarrow=True)
    assert findings((tmp_path / "in.parquet").read_bytes()) == findings(ndjson(ROWS))


def test_duckdb_gives_the_findings_of_ndjson(tmp_path: Path) -> None:
    (tmp_path / "in.ndjson").write_bytes(ndjson(ROWS))
    types = {"actioned_at": "TIMESTAMPTZ", "content_date": "DATE", "revision": "HUGEINT",
             "views_before_action": "DECIMAL(18,3)"}  # fmt: skip
    names = dict.fromkeys(name for row in ROWS for name in row)
    lists = {name for row in ROWS for name, value in row.items() if isinstance(value, list)}
    columns = {n: types.get(n, "VARCHAR[]" if n in lists else "VARCHAR") for n in names}
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TYPE kind AS ENUM ('{ROWS[0]['incident_status']}')")
        query = f"""SELECT * REPLACE (incident_status::kind AS incident_status)
                    FROM read_json('{tmp_path}/in.ndjson', columns = {columns})"""
        connection.execute("SET TimeZone = 'America/New_York'")
        connection.execute(f"COPY ({query}) TO '{tmp_path}/in.parquet' (FORMAT parquet)")
        table = connection.sql(query).to_arrow_table()
    assert findings((tmp_path / "in.parquet").read_bytes()) == findings(ndjson(ROWS))
    assert findings(arrow(table)) == findings(ndjson(ROWS))


def test_a_uuid_of_duckdb_is_its_text(tmp_path: Path) -> None:
    name = "0b7d2f5c-9c0e-4d0f-8c9c-2f9d4d1f6a11"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT '{name}'::UUID AS incident_id) TO '{tmp_path}/in.parquet' (FORMAT parquet)"
        )
    assert read((tmp_path / "in.parquet").read_bytes()) == [{"incident_id": name}]


def _pandas() -> pd.DataFrame:
    frame = pd.DataFrame(_python(ROWS))
    # pandas has no days, and its whole numbers with gaps are floats.
    frame["content_date"] = pd.to_datetime(frame["content_date"])
    frame["actioned_at"] = pd.to_datetime(frame["actioned_at"]).dt.tz_convert("Asia/Kolkata")
    frame["category"] = frame["category"].astype("category")
    assert frame["views_before_action"].dtype == "float64"
    return frame


def test_pandas_gives_the_findings_of_ndjson_with_every_index(tmp_path: Path) -> None:
    frame = _pandas()
    for each in (
        frame,
        frame.set_index("incident_id"),
        frame[frame["revision"] >= 0],
        frame.iloc[[0, 2, 1, 3]],
    ):
        rows = (
            [ROWS[place] for place in (0, 2, 1, 3)] if each.index.tolist() == [0, 2, 1, 3] else ROWS
        )
        each.to_parquet(tmp_path / "in.parquet", index=True)
        assert findings((tmp_path / "in.parquet").read_bytes()) == findings(ndjson(rows))
    frame.to_feather(tmp_path / "in.feather")
    assert findings((tmp_path / "in.feather").read_bytes()) == findings(ndjson(ROWS))


def test_only_an_index_that_pandas_numbers_itself_is_left_out(tmp_path: Path) -> None:
    frame = pd.DataFrame({"incident_id": ["a", "b"]}, index=[7, 9])
    frame.to_parquet(tmp_path / "in.parquet")
    content = (tmp_path / "in.parquet").read_bytes()
    assert "__index_level_0__" in pq.read_schema(io.BytesIO(content)).names
    assert read(content) == [{"incident_id": "a"}, {"incident_id": "b"}]
    forged = pa.table({"__index_level_0__": [1]})
    for metadata in (None, {"pandas": "{"}, {"pandas": "[]"}, {"pandas": '{"index_columns": [7]}'}):
        content = parquet(forged.replace_schema_metadata(metadata))
        assert (1, "unknown_field", "/__index_level_0__") in findings(content)


def test_a_file_of_spark_gives_the_findings_of_ndjson() -> None:
    content = (DATA / "spark-4.parquet").read_bytes()
    rows = [
        incident(),
        incident(incident_id="i-2", actioned_at="2026-01-02T08:30:00.25Z", views_before_action=7),
        incident(incident_id="i-3", category="NONE"),
    ]
    assert findings(content) == findings(ndjson(rows)) == {(3, "code", "/category")}
    assert [row["actioned_at"] for row in read(content)] == [
        "2026-01-02T08:30:00Z", "2026-01-02T08:30:00.250000Z", "2026-01-02T08:30:00Z",
    ]  # fmt: skip


# --- times of 96 bits -------------------------------------------------------------------------------


def int96(column: pa.Array, name: str = "actioned_at", told: str | None = None) -> bytes:
    """A file with old times; `told` is what Spark says of the type of the column."""
    table = pa.table({name: column})
    out = io.BytesIO()
    with pq.ParquetWriter(
        out, table.schema, use_deprecated_int96_timestamps=True, store_schema=False
    ) as writer:
        writer.write_table(table, row_group_size=2)
        if told is not None:
            fields = [{"name": name, "type": told, "nullable": True, "metadata": {}}]
            row = json.dumps({"type": "struct", "fields": fields})
            writer.add_key_value_metadata({"org.apache.spark.sql.parquet.row.metadata": row})
    return out.getvalue()


NOON = pa.array(
    [datetime(2026, 1, 2, 12, 0, 0, 250_000), None, datetime(2026, 1, 2)], pa.timestamp("us")
)


def test_an_old_time_is_a_moment_only_where_spark_says_so() -> None:
    assert read(int96(NOON, told="timestamp")) == [
        {"actioned_at": "2026-01-02T12:00:00.250000Z"}, {}, {"actioned_at": "2026-01-02T00:00:00Z"},
    ]  # fmt: skip
    for told in (None, "timestamp_ntz", "no type of Spark"):
        content = int96(NOON, told=told)
        assert read(content)[0] == {"actioned_at": "2026-01-02T12:00:00.250000"}
        assert {line for line, rule, path in findings(content) if rule == "time"} == {1, 3}


def test_an_old_time_at_midnight_is_a_day_where_a_day_is_asked_for() -> None:
    content = int96(NOON, "content_date")
    assert read(content)[1:] == [{}, {"content_date": "2026-01-02"}]
    assert {line for line, rule, path in findings(content) if rule == "time"} == {1}


def test_an_old_time_far_away_does_not_wrap_into_our_years() -> None:
    # In 64 bits of nanoseconds the year 2611 is 2026, and 9999 is 1816.
    column = pa.array(
        [datetime(2611, 1, 1), datetime(9999, 12, 31), datetime(1, 1, 1)], pa.timestamp("us")
    )
    assert read(int96(column, told="timestamp")) == [
        {"actioned_at": "2611-01-01T00:00:00Z"},
        {"actioned_at": "9999-12-31T00:00:00Z"},
        {"actioned_at": "0001-01-01T00:00:00Z"},
    ]


def test_an_old_time_finer_than_a_microsecond_is_refused() -> None:
    content = int96(pa.array([1_767_312_000_000_000_001], pa.timestamp("ns")), told="timestamp")
    assert read(content) == [{"actioned_at": "2026-01-02T00:00:00.000000001Z"}]
    assert (1, "time", "/actioned_at") in findings(content)


# --- times and days ---------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "+05:30", "Etc/Nowhere"])
def test_a_time_with_a_zone_is_moved_to_utc(zone: str) -> None:
    for unit, text in (
        ("s", "2026-07-02T08:30:00Z"), ("ms", "2026-07-02T08:30:00.250000Z"),
        ("us", "2026-07-02T08:30:00.250001Z"), ("ns", "2026-07-02T08:30:00.250001Z"),
    ):  # fmt: skip
        exact = pa.array([datetime(2026, 7, 2, 8, 30, 0, 250_001)], pa.timestamp("us"))
        column = exact.cast(pa.timestamp(unit), safe=False).view(pa.timestamp(unit, zone))
        assert values(column, "actioned_at", arrow) == [text]
        assert values(column, "actioned_at") == [text]


def test_nanoseconds_are_taken_when_they_say_no_more_than_microseconds() -> None:
    nanoseconds = [1_767_312_000_000_001_000, 1_767_312_000_000_001_001, None, -1]
    column = pa.array(nanoseconds, pa.timestamp("ns", "UTC"))
    assert values(column, "actioned_at") == [
        "2026-01-02T00:00:00.000001Z", "2026-01-02T00:00:00.000001001Z", None,
        "1969-12-31T23:59:59.999999999Z",
    ]  # fmt: skip
    assert words(column, "actioned_at") == [set(), {"time"}, {"missing"} & set(), {"time"}]


def test_a_time_without_a_zone_is_refused() -> None:
    column = pa.array([datetime(2026, 1, 2, 8, 30)], pa.timestamp("us"))
    assert words(column, "actioned_at") == [{"time"}]


def test_a_midnight_is_a_day_and_only_where_a_day_is_asked_for() -> None:
    midnights = [
        datetime(2026, 1, 2),
        datetime(2026, 1, 2, 0, 0, 0, 1),
        datetime(1969, 12, 31),
        None,
    ]
    for column in (
        pa.array(midnights, pa.timestamp("us")),
        pa.array(midnights, pa.timestamp("us", "UTC")),
        pa.array(midnights, pa.timestamp("ns")).dictionary_encode(),
    ):
        found = values(column, "content_date")
        assert found[0] == "2026-01-02" and found[2:] == ["1969-12-31", None]
        assert words(column, "content_date")[:3] == [set(), {"time"}, set()]
    assert values(pa.array(midnights[:1], pa.timestamp("us", "UTC")), "actioned_at") == [
        "2026-01-02T00:00:00Z"
    ]
    # Midnight in Paris is no midnight in UTC, and no day of ours.
    paris = pa.array([datetime(2026, 1, 1, 23, tzinfo=UTC)]).cast(
        pa.timestamp("us", "Europe/Paris")
    )
    assert words(paris, "content_date") == [{"time"}]


def test_days_of_both_widths_are_days() -> None:
    day = pa.array([date(2026, 1, 2), None], pa.date32())
    for write in (parquet, arrow):
        assert values(day, "content_date", write) == ["2026-01-02", None]
        assert values(day.cast(pa.date64()), "content_date", write) == ["2026-01-02", None]
    assert words(day, "actioned_at")[0] == {"time"}
    spoilt = pa.array([1_767_312_000_001], pa.int64()).view(pa.date64())
    assert values(spoilt, "content_date", arrow) == ["2026-01-02T00:00:00.001000"]


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
def test_a_year_far_away_does_not_wrap_into_our_years(unit: str) -> None:
    # Arrow writes the year 67562 as 2026, because it keeps a year in 16 bits.
    seconds = (67_562 - 1970) * 31_556_952
    count = seconds * {"s": 1, "ms": 10**3, "us": 10**6}[unit]
    column = pa.array([count, 1, 2**63 - 1, -(2**63)], pa.timestamp(unit, "UTC"))
    texts = moments(column).to_pylist()
    assert texts[0] == f"{count} {unit} from 1970" and texts[1].startswith("1970-01-01T00:00:0")
    assert words(column, "actioned_at", arrow) == [{"time"}, set(), {"time"}, {"time"}]
    assert words(pa.array([24_000_000, 0], pa.int32()).view(pa.date32()), "content_date") == [
        {"time"}, set(),
    ]  # fmt: skip


# --- numbers, texts, lists --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
)
def test_integers_of_every_width_are_integers(kind: str) -> None:
    column = pa.array([7, None, 0], getattr(pa, kind)())
    assert values(column, write=arrow) == [7, None, 0] == values(column)


def test_an_integer_beyond_all_fields_is_out_of_range() -> None:
    for column in (
        pa.array([2**64 - 1], pa.uint64()), pa.array([1e30]), pa.array([2.0**63]),
        pa.array([Decimal(10**37)]), pa.array([-1], pa.int8()),
    ):  # fmt: skip
        assert words(column, "views_before_action") == [{"range"}], column.type


def test_only_the_numbers_that_are_not_whole_are_findings() -> None:
    parts = [1.0, 1.5, None, float("nan"), -0.0, 2.0**53, float("inf")]
    faults = [set(), {"type"}, set(), {"type"}, set(), {"range"}, {"type"}]
    assert words(pa.array(parts, pa.float64()), "views_before_action") == faults
    assert values(pa.array(parts[:3], pa.float16()), write=arrow) == [1, 1.5, None]
    decimals = [Decimal("7.00"), Decimal("7.50"), None]
    for width in (32, 64, 128, 256):
        kind = getattr(pa, f"decimal{width}")(9, 2)
        assert values(pa.array(decimals, kind), write=arrow) == [7, 7.5, None]
    assert values(pa.array([Decimal("700")], pa.decimal128(5, -2)), write=arrow) == [700]


def test_texts_of_every_layout_are_texts() -> None:
    texts = ["code", None, "", 'a "quote"', "back\\slash", "\x00\x1f\x7f\n\t", "é𝄞\u2028", "x" * 99]
    plain = pa.array(texts)
    for column in (
        plain, plain.cast(pa.large_string()), plain.cast(pa.string_view()), plain.dictionary_encode(),
        plain.dictionary_encode().cast(pa.dictionary(pa.uint8(), pa.large_string())),
        pc.run_end_encode(plain),
    ):  # fmt: skip
        assert [row.get("x") for row in read(arrow(pa.table({"x": column})))] == texts
        sliced = json_texts(column.slice(2, 4)).to_pylist()
        assert [json.loads(text) for text in sliced] == texts[2:6]


def test_json_texts_are_those_of_msgspec() -> None:
    texts = pa.array([chr(code) for code in range(0x300)] + ["\\\\", "</script>"])
    assert [text.encode() for text in json_texts(texts).to_pylist()] == [
        msgspec.json.encode(text) for text in texts.to_pylist()
    ]


def test_a_dictionary_may_be_longer_than_its_column_and_hold_nulls() -> None:
    long = pa.DictionaryArray.from_arrays(
        pa.array([999, None, 3, 999], pa.int16()), pa.array([f"c{n}" for n in range(999)] + [None])
    )
    assert values(long, "surface", arrow) == [None, None, "c3", None]


def test_lists_of_every_layout_are_lists() -> None:
    lists = [["image", "video"], None, ["audio", None]]
    kinds = (
        pa.list_(pa.string()), pa.large_list(pa.string_view()), pa.list_(pa.string(), 2),
        pa.list_view(pa.string()), pa.large_list_view(pa.large_string()),
        pa.list_(pa.dictionary(pa.int8(), pa.string())),
    )  # fmt: skip
    for kind in kinds:
        assert values(pa.array(lists, kind), "content_type", arrow) == lists
    empty = [[], None, ["image"]]
    for kind in (kinds[0], kinds[1], kinds[3], kinds[4]):
        assert values(pa.array(empty, kind), "content_type", arrow) == empty
    assert values(pa.array([[], [None], None], pa.list_(pa.null())), "content_type") == [
        [],
        [None],
        None,
    ]


def test_a_column_of_nulls_says_nothing() -> None:
    for column in (pa.nulls(2), pa.nulls(2, pa.int8()), pa.nulls(2, pa.list_(pa.string()))):
        assert read(arrow(pa.table({"no_field": column}))) == [{}, {}]
    assert read(parquet(pa.table({"no_field": pa.nulls(2)}))) == [{}, {}]


def test_bytes_are_refused_also_when_they_hold_text_and_are_kept() -> None:
    for column in (
        pa.array([b"feed"]), pa.array([b"feed"], pa.large_binary()), pa.array([b"feed"], pa.binary(4)),
        pa.array([b"feed"], pa.binary_view()),
    ):  # fmt: skip
        assert values(column, "surface", arrow) == [{"base64": "ZmVlZA=="}]
    assert words(pa.array([b"feed"]), "surface") == [{"type"}]
    assert words(pa.array([[b"image"]]), "content_type") == [{"type"}]


def test_text_that_is_no_utf8_spoils_its_row_and_no_other() -> None:
    text = pa.array([b"feed", b"\xff", None, b"search"]).view(pa.string())
    assert words(text, "surface") == [set(), {"type"}, set(), set()]
    assert values(text, "surface", arrow) == ["feed", {"base64": "/w=="}, None, "search"]
    lists = pa.ListArray.from_arrays([0, 1, 3, 4], text.slice(0, 4))
    expected = [["feed"], [{"base64": "/w=="}, None], ["search"]]
    assert values(lists, "content_type", arrow) == expected
    assert values(lists.cast(pa.list_(pa.string())), "content_type") == expected
    dictionary = pa.DictionaryArray.from_arrays([0, 1, None, 0], text)
    assert values(dictionary, "surface", arrow) == ["feed", {"base64": "/w=="}, None, "feed"]


def test_what_no_field_can_hold_is_refused_and_hides_nothing() -> None:
    columns = {
        "struct": pa.array([{"a": 1, "b": [b"x"]}]),
        "map": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int8())),
        "time": pa.array([1], pa.time64("us")),
        "duration": pa.array([1], pa.duration("ns")),
        "uuid": pa.ExtensionArray.from_storage(pa.uuid(), pa.array([uuid.UUID(int=1).bytes], pa.binary(16))),
    }  # fmt: skip
    [row] = read(arrow(pa.table(columns)))
    assert row["struct"] == {"a": 1, "b": [{"base64": "eA=="}]} and row["map"] == [["k", 1]]
    assert set(row["time"]) == set(row["duration"]) == {"unreadable"}
    assert row["uuid"] == "00000000-0000-0000-0000-000000000001"


# --- the file as a whole ----------------------------------------------------------------------------


def test_the_line_of_a_record_is_its_place_in_the_file_whatever_the_batches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = pa.table({"views_before_action": pa.array(range(1000)), "surface": ["x" * 999] * 1000})
    monkeypatch.setattr(typed_rows, "ROWS", 70)
    monkeypatch.setattr(typed_rows, "_BYTES", 50_000)
    for content in (
        parquet(table, row_group_size=300), arrow(table), arrow_stream(table),
        int96(pa.array(range(1000), pa.timestamp("s"))),
    ):  # fmt: skip
        batches = list(scanned(content))
        lines = [line for batch in batches for line in batch.column("line").to_pylist()]
        assert lines == list(range(1, 1001))
        assert max(batch.num_rows for batch in batches) <= 8192
    firsts = [
        json.loads(b.column("raw")[0].as_py())["views_before_action"] + 1
        for b in scanned(arrow(table))
    ]
    assert firsts == [b.column("line")[0].as_py() for b in scanned(arrow(table))]


@pytest.mark.parametrize("fault", [pa.ArrowCapacityError, pa.ArrowInvalid])
def test_a_batch_whose_texts_are_too_long_for_one_column_is_cut(
    fault: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def limited(column: pa.Array, *, is_day: bool) -> pa.Array:
        if len(column) > 7:
            raise fault("more than 2 GB")
        return json_texts(column, is_day=is_day)

    monkeypatch.setattr(typed_rows, "json_texts", limited)
    batches = list(scanned(arrow(pa.table({"n": range(90)}))))
    assert [json.loads(raw) for b in batches for raw in b.column("raw").to_pylist()] == [
        {"n": n} for n in range(90)
    ]
    assert [line for b in batches for line in b.column("line").to_pylist()] == list(range(1, 91))


def test_a_file_without_rows_or_columns_is_read() -> None:
    assert read(parquet(pa.table({"incident_id": pa.array([], pa.string())}))) == []
    assert read(arrow(pa.table({}))) == read(arrow_stream(pa.table({}))) == []


def test_arrow_is_recognised_as_file_and_as_stream() -> None:
    table = pa.table({"incident_id": ["i"]})
    for content in (arrow(table), arrow_stream(table)):
        assert formats.recognised(content, "in", Incident.table()).name == "arrow"
    for name in ("in.arrow", "in.feather", "in.ipc"):
        assert formats.by_suffix(name).name == "arrow"
    # Four bytes that no text begins with are not enough.
    for head in (b"\xff\xff\xff\xff", b"\xff\xff\xff\xfflong", b"\xff\xff\xff\xff\x00\x00\x00\x00"):
        assert not formats.named("arrow").recognise(head, Incident.table())


def test_names_of_columns_are_written_as_json() -> None:
    assert read(parquet(pa.table({'a"\n': [1]}))) == [{'a"\n': 1}]


@pytest.mark.parametrize("write", [parquet, arrow, arrow_stream])
def test_a_column_that_stands_twice_makes_the_file_unreadable(write: Any) -> None:
    table = pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])
    with pytest.raises(Unreadable, match="input: a column stands twice"):
        read(write(table))


def test_a_column_of_a_type_that_python_lacks_makes_the_file_unreadable() -> None:
    kind = pa.month_day_nano_interval()
    content = arrow_stream(pa.table({"a": pa.nulls(1, kind)}))
    told = set()
    # One of these bytes is the unit of the interval; for months alone Python has no type.
    for at in (at for at, byte in enumerate(content) if byte == 2):
        try:
            list(scanned(content[:at] + b"\x00" + content[at + 1 :]))
        except Unreadable as error:
            told.add(error.reason)
    assert "a column has a type that cannot be read" in told


@pytest.mark.parametrize("write", [parquet, arrow, arrow_stream])
def test_a_damaged_file_is_unreadable_and_never_a_crash(write: Any) -> None:
    table = pa.table({"incident_id": ["i", None], "content_type": [["image"], None], "n": [1.5, 2]})
    sound = write(table)
    for at in range(8, len(sound)):
        for damaged in (sound[:at], sound[:at] + bytes([sound[at] ^ 0x5A]) + sound[at + 1 :]):
            try:
                list(scanned(damaged))
            except Unreadable as error:
                assert error.reason


def test_what_cannot_seek_is_read_from_a_copy() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    for name, write in (("parquet", parquet), ("arrow", arrow), ("arrow", arrow_stream)):
        stream = Pipe(write(pa.table({"incident_id": ["i"]})))
        [batch] = formats.named(name).scan(stream, "input")
        assert batch.column("raw").to_pylist() == [b'{"incident_id":"i"}']


def test_a_name_means_a_day_in_every_record_type_or_in_none() -> None:
    kinds: dict[str, set[str]] = {}
    for table in RECORDS.values():
        for field in table.fields:
            kinds.setdefault(field.name, set()).add(field.kind)
    assert {name for name, found in kinds.items() if len(found) > 1} == set()
