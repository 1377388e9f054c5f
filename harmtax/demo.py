"""The demonstration: everything once, offline, on the data that comes with the package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq

from harmtax import sample
from harmtax._generated.constraints import VERSION
from harmtax._generated.models import Exposure, Incident
from harmtax.figures.metrics import Observations, aggregate
from harmtax.figures.report import html
from harmtax.files import replacing
from harmtax.records import dataset, quarantine
from harmtax.records.intake import Outcome, validate
from harmtax.records.record import Record

DUMPS = {"dsa-v1": "dsa-v1.csv", "dsa-v2": "dsa-v2.csv"}


def run(folder: Path) -> str:
    """Writes input, datasets, quarantines, observations and a report below `folder`.

    Tells what was done, where the files are and what to try next. The same folder gives the same
    bytes each time. Raises BadUse when the folder holds something that is not ours.
    """
    folder = Path(folder)
    runs = {
        name: _validated(folder, name, source, record) for name, source, record in _inputs(folder)
    }
    datasets = [folder / name for name in runs]
    observations = aggregate(*datasets, period="quarter", by=["category"])
    observations.write(folder / "observations.parquet")
    report = folder / "report.html"
    html.write(observations, _facts(folder, runs), report)
    return "\n".join(_told(folder, runs, observations, report))


def _inputs(folder: Path) -> Iterator[tuple[str, Path, type[Record]]]:
    given = folder / "input"
    with replacing(given / "incidents.ndjson", parents=True) as stream:
        stream.writelines(sample.incident_lines())
    with replacing(given / "exposures.ndjson") as stream:
        stream.writelines(map(_line, sample.exposures()))
    yield "incidents", given / "incidents.ndjson", Incident
    yield "exposures", given / "exposures.ndjson", Exposure
    for name, dump in DUMPS.items():
        with replacing(given / dump) as stream:
            stream.write((files("harmtax") / "data" / dump).read_bytes())
        yield name, given / dump, Incident


def _line(row: dict[str, Any]) -> bytes:
    return msgspec.json.encode(row) + b"\n"


def _validated(folder: Path, name: str, source: Path, record: type[Record]) -> Outcome:
    return validate(source, folder / name, record=record, quarantine=folder / "quarantine" / name)


def _facts(folder: Path, runs: dict[str, Outcome]) -> dict[str, object]:
    return {
        "title": "harmtax demonstration",
        "synthetic_sample": True,
        "version": VERSION,
        "command": "harmtax demo",
        "inputs": [each._asdict() for outcome in runs.values() for each in outcome.inputs],
        "groups": _by_rule(runs.values()),
        "statements": [fact for name in DUMPS for fact in _statements(folder, name)],
    }


def _by_rule(outcomes: Iterable[Outcome]) -> list[dict[str, object]]:
    """The findings by rule and field; which values they were about is for the quarantine to tell."""
    counts: Counter[tuple[str, str, str]] = Counter()
    facts: dict[tuple[str, str, str], dict[str, object]] = {}
    for group in (group for outcome in outcomes for group in outcome.groups):
        key = (group.finding.severity, group.finding.rule, group.finding.path.split("/")[-1])
        counts[key] += group.count
        facts.setdefault(key, {**group.finding.row(), "value": None})
    order = sorted(facts, key=lambda key: (key[0] != "error", -counts[key], key))
    return [{**facts[key], "count": counts[key]} for key in order]


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
    folder: Path, runs: dict[str, Outcome], observations: Observations, report: Path
) -> Sequence[str]:
    lines = [f"harmtax {VERSION}: a demonstration on bundled data, offline", ""]
    for name, outcome in runs.items():
        lines.append(
            f"  {name:<10} {outcome.rows:>5} records  {outcome.accepted:>5} accepted"
            f"  {outcome.rejected:>3} rejected"
        )
    errors = sum(g.count for o in runs.values() for g in o.groups if g.finding.severity == "error")
    return [
        *lines,
        "",
        f"  {errors} errors were planted or found; each rejected record rests with its findings in",
        f"    {folder / 'quarantine'}",
        f"  {observations.table.num_rows} observations: {folder / 'observations.parquet'}",
        f"  the report, one file: {report}",
        "",
        "Try next:",
        f"  harmtax validate {folder / 'input' / 'incidents.ndjson'} -o checked",
        f"  harmtax aggregate {folder / 'incidents'} --period month --by tier -o tiers.parquet",
        "  harmtax taxonomy show IIA-NUD",
    ]
