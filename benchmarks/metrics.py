"""Aggregation beside the same result written by hand: ratios, CPU and peak memory.

Usage: python -m benchmarks.metrics [--rows N] [--rounds N] [--folder DIR] [--only NAME ...]

Removal requests with several services, channels, requesters and categories: counts, sums, exact medians
and histograms by month and four dimensions with all their margins, some 30,000 groups from a million
rows on. Each contestant runs in a process of its own, in turn; hand is SQL for DuckDB alone, for this
question alone, and tuned for it. Every row that counts something must be the same in both; the comparison
itself is not timed. polars and pandas give only the finest level.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

BY = ("service_id", "category", "request_channel", "requester_role")
WANTED = ("M12-notices", "M12-items", "M13-median")
CONTESTANTS = ("harmtax", "hand", "polars", "pandas")
DONE = "('actioned_fully', 'actioned_partly')"
NOTICES = "('article_16_notice', 'trusted_flagger_notice')"


def made(rows: int, folder: Path) -> Path:
    """A dataset of removal requests, some in two revisions; the same for the same number."""
    from harmtax._generated.constraints import CODES, RECORDS

    target = folder / f"requests-{rows}"
    file = target / "RemovalRequest-00000.parquet"
    if file.exists():
        return target
    target.mkdir(parents=True, exist_ok=True)
    lists = {
        name: list(CODES[name]) for name in ("CategoryCode", "RequesterRole", "RequestOutcome")
    }
    text = f"""
        SELECT '0.2.0' AS harmtax_version, 'reporter' AS reporter_id,
            'service-' || (h % 6) AS service_id, CASE WHEN i % 50 = 0 THEN 2 ELSE 1 END AS revision,
            'request-' || (i - (i % 50 = 0)::INT) AS request_id,
            ['article_16_notice', 'trusted_flagger_notice', 'hotline_referral'][(1 + h // 7 % 3)::BIGINT]
                AS request_channel,
            {lists["RequesterRole"]}[(1 + h // 31 % 9)::BIGINT] AS requester_role,
            {lists["CategoryCode"]}[(1 + h // 211 % 43)::BIGINT] AS category,
            (1 + h // 97 % 5)::BIGINT AS item_count,
            (CASE WHEN h // 13 % 3 > 0 THEN 'actioned_fully' ELSE 'no_violation' END) AS outcome,
            moment AS received_at, moment + to_seconds((60 + h // 17 % 400000)::BIGINT) AS effected_at,
            received_at + INTERVAL 1 HOUR AS valid_at, effected_at AS decided_at
        FROM (SELECT i, hash(i)::HUGEINT % 1000000007 AS h, TIMESTAMPTZ '2026-01-01 00:00:00+00'
            + to_seconds(((hash(i * 3)::HUGEINT) % 7700000)::BIGINT) AS moment FROM range({rows}) AS r(i))
    """
    kinds = {"time": "TIMESTAMPTZ", "integer": "BIGINT"}
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        there = {row[0] for row in connection.execute(f"DESCRIBE {text}").fetchall()}
        absent = "".join(
            f", CAST(NULL AS {kinds.get(field.kind, 'VARCHAR')}) AS {field.name}"
            for field in RECORDS["RemovalRequest"].fields
            if field.name not in there
        )
        text = f"SELECT *{absent} FROM ({text})"
        connection.execute(f"COPY ({text}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")
    return target


def harmtax(dataset: Path, memory: str) -> pa.Table:
    """The library, as anybody calls it."""
    from harmtax.figures.engine import DuckDB
    from harmtax.figures.metrics import aggregate

    engine = DuckDB(memory_limit=memory, spill=dataset.parent / "spill")
    return aggregate(dataset, period="month", metrics=WANTED, by=BY, engine=engine).table


def hand(dataset: Path, memory: str) -> pa.Table:
    """The same by hand: one pass for the latest revisions, grouping sets, exact medians.

    The durations are kept, since DuckDB would otherwise find them again for each of the margins.
    """
    from harmtax._generated.constraints import DIMENSION_ROWS
    from harmtax._generated.taxonomy import CLOSURE

    dims = ", ".join(BY)
    own = dims.replace("requester_role", "coalesce(requester_role, 'unknown') AS requester_role")
    closure = ", ".join(f"('{part}', '{whole}')" for part, whole in CLOSURE)
    steps = DIMENSION_ROWS["duration_bin"].steps
    step = "CASE " + " ".join(
        f"WHEN took <= {end * 1_000_000} THEN '{code}'" for code, end in steps if end is not None
    ) + f" ELSE '{steps[-1][0]}' END"  # fmt: skip
    others = [name for name in BY if name != "category"]

    def cube(select: str, keys: str, source: str) -> str:
        """Every margin: those without the category from the rows, those with it from rolled rows."""
        plain = f"SELECT {select}, {', '.join(others)}, NULL AS category FROM {source}"
        rolled = (
            f"SELECT {select}, {', '.join(others)}, whole AS category FROM {source}"
            " JOIN closure ON category = part"
        )
        sets = f"CUBE ({', '.join(others)})"
        return (
            f"{plain} GROUP BY {keys}, {sets} UNION ALL BY NAME"
            f" {rolled} GROUP BY {keys}, whole, {sets}"
        )

    text = f"""
        WITH closure(part, whole) AS (VALUES {closure}),
        latest AS (SELECT * FROM read_parquet('{dataset}/*.parquet')
            QUALIFY row_number() OVER (PARTITION BY reporter_id, request_id ORDER BY revision DESC) = 1),
        notices AS (SELECT date_trunc('month', received_at) AS month, {own}, count(*) AS n,
            sum(item_count) AS items FROM latest WHERE request_channel IN {NOTICES} GROUP BY ALL),
        done AS MATERIALIZED (SELECT date_trunc('month', effected_at) AS month, {own},
            epoch_us(effected_at) - epoch_us(received_at) AS took FROM latest
            WHERE request_channel IN {NOTICES} AND outcome IN {DONE}),
        stepped AS (SELECT month, {dims}, {step} AS step, count(*) AS n FROM done GROUP BY ALL),
        a AS ({cube("month, sum(n) AS n, sum(items) AS items", "month", "notices")}),
        b AS ({cube("month, count(*) AS n, quantile_disc(took, 0.5) AS middle", "month", "done")}),
        c AS ({cube("month, step, sum(n) AS n", "month, step", "stepped")})
        SELECT metric AS metric_id, strftime(month, '%Y-%m') AS period, {dims}, step AS duration_bin,
            CAST(n AS BIGINT) AS numerator, middle // 1000000 AS median_lower FROM (
            SELECT 'M12-notices' AS metric, month, {dims}, n FROM a
            UNION ALL BY NAME SELECT 'M12-items' AS metric, month, {dims}, items AS n FROM a
            UNION ALL BY NAME SELECT 'M13-median' AS metric, month, {dims}, n, middle FROM b
            UNION ALL BY NAME SELECT 'M13-median' AS metric, month, {dims}, step, n FROM c
        ) ORDER BY metric, month, {dims}, step
    """
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{memory}'")
        connection.execute(f"SET temp_directory = '{dataset.parent / 'spill'}'")
        connection.execute("SET TimeZone = 'UTC'")
        return connection.sql(text).to_arrow_table()


def told(table: pa.Table) -> dict[str, Any]:
    """What a table of figures says, whatever its order: a digest of all rows that count something."""
    names = ["metric_id", "period", *BY, "duration_bin", "numerator", "median_lower"]
    rows = table.select(names).filter(pc.greater(table["numerator"], 0))
    ordered = rows.take(pc.sort_indices(rows, [(name, "ascending") for name in names[:-2]]))
    words = "\n".join(map(repr, zip(*(ordered[name].to_pylist() for name in names), strict=True)))
    return {
        "rows": rows.num_rows,
        "medians": pc.count(rows["median_lower"]).as_py(),
        "sha256": hashlib.sha256(words.encode()).hexdigest()[:16],
    }


def polars(dataset: Path, memory: str) -> int:
    """Only the finest level, without margins and steps."""
    import polars as pl

    rows = pl.scan_parquet(f"{dataset}/*.parquet").sort("revision", descending=True)
    rows = rows.unique(["reporter_id", "request_id"], keep="first", maintain_order=True)
    rows = rows.filter(
        pl.col("request_channel").is_in(["article_16_notice", "trusted_flagger_notice"])
    )
    counted = rows.group_by(pl.col("received_at").dt.truncate("1mo"), *BY).agg(
        pl.len(), pl.col("item_count").sum()
    )
    done = rows.filter(pl.col("outcome").is_in(["actioned_fully", "actioned_partly"]))
    took = (pl.col("effected_at") - pl.col("received_at")).dt.total_seconds()
    medians = done.group_by(pl.col("effected_at").dt.truncate("1mo"), *BY).agg(
        took.quantile(0.5, "lower").alias("middle")
    )
    return int(counted.collect().height + medians.collect().height)


def pandas(dataset: Path, memory: str) -> int:
    """Only the finest level, without margins and steps."""
    import pandas as pd  # type: ignore[import-untyped]

    rows = (
        pd.read_parquet(dataset)
        .sort_values("revision")
        .drop_duplicates(["reporter_id", "request_id"], keep="last")
    )
    rows = rows[rows["request_channel"].isin(["article_16_notice", "trusted_flagger_notice"])]
    month = rows["received_at"].dt.strftime("%Y-%m")
    counted = rows.groupby([month, *BY])["item_count"].agg(["size", "sum"])
    done = rows[rows["outcome"].isin(["actioned_fully", "actioned_partly"])]
    took = (done["effected_at"] - done["received_at"]).dt.total_seconds()
    month = done["effected_at"].dt.strftime("%Y-%m")
    medians = took.groupby([month, *(done[name] for name in BY)]).quantile(0.5, "lower")
    return len(counted) + len(medians)


def _alone(name: str, dataset: Path, memory: str) -> dict[str, Any]:
    """Runs one contestant and says what it took."""
    contestants: dict[str, Callable[[Path, str], pa.Table | int]] = {
        "harmtax": harmtax, "hand": hand, "polars": polars, "pandas": pandas,
    }  # fmt: skip
    start = time.perf_counter()
    found = contestants[name](dataset, memory)
    wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss / 1024,
        "told": told(found) if isinstance(found, pa.Table) else {"finest": found},
    }


def main() -> int:
    """Measures all contestants in turn; the exit code is 1 when the numbers differ."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=CONTESTANTS)
    parser.add_argument("--alone", choices=CONTESTANTS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.alone:
        print(json.dumps(_alone(asked.alone, asked.folder, asked.memory)))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        dataset = made(asked.rows, asked.folder or Path(scratch))
        names = [n for n in CONTESTANTS if n in {*asked.only, "harmtax", "hand"}]
        return _compare(names, dataset, asked.rounds, asked.memory)


def _compare(names: Sequence[str], dataset: Path, rounds: int, memory: str) -> int:
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            command = [sys.executable, "-m", "benchmarks.metrics", "--alone", name]
            command += ["--folder", str(dataset), "--memory", memory]
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            runs[name].append(json.loads(run.stdout))
    if runs["harmtax"][0]["told"] != runs["hand"][0]["told"]:
        print("the numbers differ:", runs["harmtax"][0]["told"], runs["hand"][0]["told"])
        return 1
    print("same rows:", runs["hand"][0]["told"])
    middle = {
        name: {word: median(run[word] for run in found) for word in ("wall", "cpu", "peak")}
        for name, found in runs.items()
    }
    print(f"{'':<9}{'wall s':>8}{'cpu s':>8}{'peak MB':>9}{'cpu to hand':>13}")
    for name, found in middle.items():
        ratio = found["cpu"] / middle["hand"]["cpu"]
        print(
            f"{name:<9}{found['wall']:>8.2f}{found['cpu']:>8.2f}{found['peak']:>9.0f}{ratio:>13.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
