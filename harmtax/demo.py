"""The demonstration: everything once, offline, on the data that comes with the package."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from harmtax._generated.constraints import RECORDS, VERSION
from harmtax._generated.models import Exposure, Incident
from harmtax.errors import BadUse
from harmtax.figures.metrics import aggregate
from harmtax.figures.report import html
from harmtax.records import dataset, quarantine
from harmtax.records.intake import Outcome, validate
from harmtax.sampling import RandomChooser, broken_row, draw_row

SEED = 2026
PLATFORMS = {"north-video": 1400, "south-social": 1100, "east-images": 700, "west-chat": 400}
FAULT_SHARE = 0.02
QUARTERS = (("2026-01-01", "2026-03-31"), ("2026-04-01", "2026-06-30"))
DUMPS = ("dsa-v1.csv", "dsa-v2.csv")


def run(folder: Path) -> str:
    """Writes input, dataset, quarantine, observations and report below `folder`; tells what it did."""
    folder = Path(folder)
    given = _given(folder)
    incidents = validate(
        [given / "incidents.ndjson", *(_bundled(name) for name in DUMPS)],
        folder / "incidents",
        record=Incident,
    )
    exposures = validate(given / "exposures.ndjson", folder / "exposures", record=Exposure)
    observations = aggregate(
        folder / "incidents", folder / "exposures", period="quarter", by=["category"]
    )
    observations.write(folder / "observations.parquet")
    totals = aggregate(folder / "incidents", folder / "exposures", period="quarter")
    report = folder / "report.html"
    html.write(totals.joined(observations), _facts(folder, incidents, exposures), report)
    return _told(folder, incidents, exposures, observations.table.num_rows)


def _given(folder: Path) -> Path:
    """The input of the demonstration: a sample that is made, always the same, from a seed."""
    given = folder / "input"
    given.mkdir(parents=True, exist_ok=True)
    with (given / "incidents.ndjson").open("wb") as stream:
        stream.writelines(msgspec.json.encode(row) + b"\n" for row in incidents_of(SEED))
    with (given / "exposures.ndjson").open("wb") as stream:
        stream.writelines(msgspec.json.encode(row) + b"\n" for row in exposures_of(SEED))
    return given
