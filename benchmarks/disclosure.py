"""Disclosure control at the size of a year: seconds, memory, and the share of numbers that is hidden.

    python -m benchmarks.disclosure [--incidents 200000] [--platforms 25] [--plain] [--year]

Draws incidents over the real tree of categories, counts them by category x platform x tier, category x
surface and category x language (with --plain by category x platform alone), and protects each quarter; with
--year also the year with its four quarters as earlier publications. Every combination of codes is a cell,
counted or zero, but for tiers of categories that have none. Observations are made first and written to files;
a child process reads and protects them, so that its peak memory is that of protecting. Everything is checked
again by the verdict. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from harmtax._generated.constraints import CODES, DIMENSIONS, VERSION
from harmtax._generated.models import Observation
from harmtax._generated.taxonomy import CATEGORIES, CLOSURE, TIERS
from harmtax.figures.metrics import Observations
from harmtax.figures.policy import Policy
from harmtax.figures.protection import audit, check, keep, protect
from harmtax.figures.publication import Publication
from harmtax.records.record import schema

POLICY = Policy(max_hidden=1.0, max_mass=1.0)
FINE = (
    ("reporter_id", "category", "tier"),
    ("category", "surface"),
    ("category", "content_language"),
)
PLAIN = (("reporter_id", "category"),)
LANGUAGES = 30
# The taxonomy has four tiers: with them this many platforms make a quarter of 8,448 cells.
PLATFORMS = 32


def incidents(count: int, platforms: int, seed: int) -> pa.Table:
    """Incidents with few common and many rare categories, and platforms of very different sizes."""
    draw = np.random.default_rng(seed)
    codes = [row.code for row in CATEGORIES]
    weight = draw.permutation(1 / np.arange(1, len(codes) + 1) ** 1.3)
    category = draw.choice(len(codes), count, p=weight / weight.sum())
    tiers = sorted({tier for tier, _ in TIERS.values()})
    tiered = {code for code, _ in TIERS}
    usual = draw.integers(0, len(tiers), len(codes))
    tier = np.clip(usual[category] + draw.choice([0, 0, 0, 1, 2], count), 0, len(tiers) - 1)
    named = [codes[each] for each in category]
    return pa.table(
        {
            "reporter_id": _uneven(draw, [f"platform-{n:02}" for n in range(platforms)], count),
            "category": named,
            "tier": [
                tiers[each] if code in tiered else None
                for each, code in zip(tier, named, strict=True)
            ],
            "surface": _uneven(draw, sorted(CODES["Surface"])[:6], count),
            "content_language": _uneven(draw, sorted(CODES["LanguageCode"])[:LANGUAGES], count),
        }
    )


def _uneven(draw: np.random.Generator, codes: Sequence[str], count: int) -> list[str]:
    weight = draw.lognormal(0, 1.5, len(codes))
    return [codes[each] for each in draw.choice(len(codes), count, p=weight / weight.sum())]


def observations(found: pa.Table, period: str, breakdowns: Sequence[Sequence[str]]) -> Observations:
    """The number of incidents by each breakdown and all its totals, rolled up over the tree."""
    margins = {
        frozenset(each)
        for one in breakdowns
        for size in range(len(one) + 1)
        for each in combinations(one, size)
    }
    tables = [
        _margin(found, [name for name in DIMENSIONS if name in each], period) for each in margins
    ]
    codes = {name: sorted(set(found[name].to_pylist()) - {None}) for name in found.column_names}
    codes["category"] = [row.code for row in CATEGORIES]
    table = pa.concat_tables([_with_zeros(each, codes) for each in tables])
    keys = [(name, "ascending") for name in DIMENSIONS]
    return Observations(table.sort_by(keys).combine_chunks(), {"Incident": found.num_rows})


def _margin(found: pa.Table, names: Sequence[str], period: str) -> pa.Table:
    closure = pa.table(
        {"part": [part for part, _ in CLOSURE], "whole": [whole for _, whole in CLOSURE]}
    )
    with duckdb.connect() as connection:
        connection.register("found", found)
        connection.register("closure", closure)
        columns = ", ".join("whole AS category" if name == "category" else name for name in names)
        join = "JOIN closure ON category = part" if "category" in names else ""
        there = " AND ".join(f"{name} IS NOT NULL" for name in names) or "true"
        grouped = "GROUP BY ALL" if names else ""
        chosen = f"{columns}{',' if names else ''} COUNT(*) AS numerator"
        text = f"SELECT {chosen} FROM found {join} WHERE {there} {grouped}"
        counted = connection.sql(text).to_arrow_table()
    size = counted.num_rows
    fixed: dict[str, Any] = {
        "metric_id": "M01", "period": period, "status": "normal", "harmtax_version": VERSION
    }  # fmt: skip
    full = schema(Observation)
    arrays = [
        counted[field.name].cast(field.type).combine_chunks()
        if field.name in counted.column_names
        else pa.array([fixed.get(field.name)] * size, field.type)
        for field in full
    ]
    return pa.table(arrays, schema=full)


def _with_zeros(counted: pa.Table, codes: dict[str, list[str]]) -> pa.Table:
    """The table with a row for every combination of codes: where nothing was counted it is zero."""
    names = [name for name in DIMENSIONS if counted[name].null_count < counted.num_rows]
    there = set(zip(*(counted[name].to_pylist() for name in names), strict=True))
    tiered = {code for code, _ in TIERS}
    missing = [
        each
        for each in product(*(codes[name] for name in names))
        if each not in there
        and ("tier" not in names or "category" not in names or tiered.intersection(each))
    ]
    if not names or not missing:
        return counted
    first = counted.slice(0, 1).to_pylist()[0] | {"numerator": 0}
    rows = [first | dict(zip(names, each, strict=True)) for each in missing]
    return pa.concat_tables([counted, pa.Table.from_pylist(rows, schema=counted.schema)])


def protected(paths: Sequence[Path], year: bool, audited: bool) -> dict[str, Any]:
    """Protects the observations of each path, the last with the others as prior if it is their year."""
    told: dict[str, Any] = {}
    prior: list[Path] = []
    for path in paths:
        earlier = prior if year and path == paths[-1] else []
        publication, told[path.stem] = timed(Observations.read(path), earlier)
        prior.append(path.with_suffix(".protected.parquet"))
        keep(publication, prior[-1])
        if audited and path == paths[-1]:
            wall = time.perf_counter()
            found = audit(publication, prior=earlier)
            told["audit"] = {
                "seconds": round(time.perf_counter() - wall, 1),
                "quantities": len(found),
                "small": sum(each.small for each in found),
            }
    costs = [told[path.stem] for path in paths]
    told["protected in"] = {
        name: round(sum(each[name] for each in costs), 1) for name in ("seconds", "cpu")
    }
    told["peak MB"] = _peak()
    return told


def _peak() -> int:
    """The most memory of this process in MB. What the parent held before it started does not count."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    [kilobytes] = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return int(kilobytes) // 1024


def timed(found: Observations, prior: Sequence[Path]) -> tuple[Publication, dict[str, Any]]:
    """A publication, and what it cost and hides."""
    wall, cpu = time.perf_counter(), time.process_time()
    publication = protect(found, POLICY, prior=prior)
    cost = {
        "seconds": round(time.perf_counter() - wall, 1),
        "cpu": round(time.process_time() - cpu, 1),
    }
    wall = time.perf_counter()
    assert check(publication, publication.evidence, prior=prior) == []
    [taken] = [each for each in publication.about["tries"] if each["taken"]]
    numbers = found.table["numerator"].to_numpy()
    cells = len(numbers)
    small = int(((numbers > 0) & (numbers < POLICY.k)).sum())
    hidden = sum(publication.hidden.to_pylist())
    return publication, cost | {
        "check": round(time.perf_counter() - wall, 2),
        "cells": cells,
        "zero": round(float((numbers == 0).mean()), 3),
        "small": small,
        "hidden of all": round(hidden / cells, 4),
        "hidden of not zero": taken["hidden"],
        "mass": taken["mass"],
        "witnesses": publication.about["witnesses"]["tables"],
        "floors": len(publication.evidence.floors),
    }


def written(asked: argparse.Namespace, folder: Path) -> list[Path]:
    """The files of observations that the arguments ask for, the year last."""
    breakdowns = PLAIN if asked.plain else FINE
    quarters = [
        incidents(asked.incidents, asked.platforms, seed) for seed in range(4 if asked.year else 1)
    ]
    named = {f"2026-Q{place + 1}": each for place, each in enumerate(quarters)}
    if asked.year:
        named["2026"] = pa.concat_tables(quarters)
    paths = []
    for name, found in named.items():
        paths.append(folder / f"{name}.parquet")
        observations(found, name, breakdowns).write(paths[-1])
    return paths


def main() -> None:
    """Runs what the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=200_000, help="in each quarter")
    parser.add_argument("--platforms", type=int, default=PLATFORMS)
    parser.add_argument("--plain", action="store_true", help="category x platform only")
    parser.add_argument("--year", action="store_true")
    parser.add_argument("--audit", action="store_true", help="also the audit by public numbers")
    parser.add_argument("--protect", type=Path, nargs="+", help="observations: what the child does")
    asked = parser.parse_args()
    if asked.protect:
        print(json.dumps(protected(asked.protect, asked.year, asked.audit), indent=1))
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = [str(path) for path in written(asked, Path(folder))]
        flags = [f"--{name}" for name in ("year", "audit") if getattr(asked, name)]
        command = [sys.executable, "-m", "benchmarks.disclosure", *flags, "--protect", *paths]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
