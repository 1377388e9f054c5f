"""The demonstration: everything once, offline, on the data that comes with the package."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from harmtax import sample
from harmtax._generated.constraints import VERSION
from harmtax._generated.models import Exposure, Incident, RemovalRequest
from harmtax.figures.metrics import Observations, aggregate
from harmtax.figures.policy import Policy
from harmtax.figures.protection import keep, protect
from harmtax.figures.publication import Publication
from harmtax.figures.report.looks import publish
from harmtax.files import replacing
from harmtax.records import dataset, quarantine
from harmtax.records.intake import Outcome, validate
from harmtax.records.record import Record

ENDINGS = (".html", ".xlsx", ".csv", ".parquet", ".sdmx.csv")
DUMPS = {"dsa-v1": "dsa-v1.csv", "dsa-v2": "dsa-v2.csv"}


# What the sample can carry: at most half of the numbers other than zero may be hidden. Categories and
# tiers are tables of their own, since together they would hide most of so small a sample.
POLICY = Policy(
    plans=((("category",), ("tier",), ("duration_bin",)),), max_hidden=0.5, max_mass=0.2
)
BY = (("category",), ("tier",))


def run(folder: Path) -> str:
    """Writes input, datasets, quarantines, observations, a publication and its report below `folder`.

    Tells what was done, where the files are and what to try next. The same folder gives the same
    bytes each time. Raises BadUse when the folder holds something that is not ours, MissingExtra
    without the solver that protecting needs.
    """
    folder = Path(folder)
    runs = {
        name: _validated(folder, name, source, record) for name, source, record in _inputs(folder)
    }
    observations = aggregate(*[folder / name for name in runs], period="quarter", by=BY)
    observations.write(folder / "observations.parquet")
    _write_statements(folder)
    protected = protect(observations, POLICY)
    about = {**protected.about, "command": "harmtax demo", "synthetic_sample": True}
    publication = replace(protected, about=about)
    keep(publication, folder / "publication.parquet")
    files = publish(publication, [folder / f"report{ending}" for ending in ENDINGS])
    return "\n".join(_told(folder, runs, observations, publication, files))


def _inputs(folder: Path) -> Iterator[tuple[str, Path, type[Record]]]:
    given = folder / "input"
    with replacing(given / "incidents.ndjson", parents=True) as stream:
        stream.writelines(sample.incident_lines())
    with replacing(given / "exposures.ndjson") as stream:
        stream.writelines(map(_line, sample.exposures()))
    with replacing(given / "requests.ndjson") as stream:
        stream.writelines(map(_line, sample.requests()))
    yield "incidents", given / "incidents.ndjson", Incident
    yield "requests", given / "requests.ndjson", RemovalRequest
    yield "exposures", given / "exposures.ndjson", Exposure
    for name, dump in DUMPS.items():
        with replacing(given / dump) as stream:
            stream.write((resources("harmtax") / "data" / dump).read_bytes())
        yield name, given / dump, Incident


def _line(row: dict[str, Any]) -> bytes:
    return msgspec.json.encode(row) + b"\n"


def _validated(folder: Path, name: str, source: Path, record: type[Record]) -> Outcome:
    return validate(source, folder / name, record=record, quarantine=folder / "quarantine" / name)


def _write_statements(folder: Path) -> None:
    """What became of each real statement; they are public, and no figure."""
    with replacing(folder / "statements.csv") as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
        writer = csv.DictWriter(text, ("format", "platform", "category", "status", "note"))
        writer.writeheader()
        writer.writerows(fact for name in DUMPS for fact in _statements(folder, name))
        text.detach()


def _statements(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """What each real statement became."""
    table = pq.read_table(folder / name / dataset.part_name("Incident"))
    for row in table.to_pylist():
        note = row["category_other_text"] or "placed by the crosswalk"
        yield _statement(name, row["reporter_id"], row["category"], "accepted", note)
    for path in sorted((folder / "quarantine" / name).glob("*.ndjson")):
        for entry in quarantine.read(path):
            errors = [each for each in entry["findings"] if each["severity"] == "error"]
            note = f"line {entry['line']}: {errors[0]['message']}"
            yield _statement(name, errors[0].get("record", ""), errors[0]["rule"], "rejected", note)


def _statement(name: str, platform: str, category: str, status: str, note: str) -> dict[str, str]:
    return {
        "format": name, "platform": platform, "category": category, "status": status, "note": note,
    }  # fmt: skip


def _told(
    folder: Path,
    runs: dict[str, Outcome],
    observations: Observations,
    publication: Publication,
    files: Sequence[Path],
) -> Sequence[str]:
    lines = [f"harmtax {VERSION}: a demonstration on bundled data, offline", ""]
    for name, outcome in runs.items():
        lines.append(
            f"  {name:<10} {outcome.rows:>5} records  {outcome.accepted:>5} accepted"
            f"  {outcome.rejected:>3} rejected"
        )
    errors = sum(g.count for o in runs.values() for g in o.groups if g.finding.severity == "error")
    hidden = sum(publication.hidden.to_pylist())
    return [
        *lines,
        "",
        f"  {errors} errors were planted or found; each rejected record rests with its findings in",
        f"    {folder / 'quarantine'}",
        f"  {observations.table.num_rows} observations: {folder / 'observations.parquet'}",
        f"  {publication.table.num_rows} of them published, {hidden} hidden:"
        f" {folder / 'publication.parquet'}",
        f"  the report, one file: {files[0]}",
        f"  the same as tables: {', '.join(path.name for path in files[1:])}",
        "",
        "Try next:",
        f"  harmtax validate {folder / 'input' / 'incidents.ndjson'} -o checked",
        f"  harmtax aggregate {folder / 'incidents'} --period month --by tier -o tiers.parquet",
        f"  harmtax publish {folder / 'publication.parquet'} --lang fr -o rapport.html",
    ]
