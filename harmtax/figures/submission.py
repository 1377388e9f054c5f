"""Submissions made: `seal` writes what one reporter files for one service and period."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import reduce
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmtax._generated import models
from harmtax._generated.constraints import DIMENSIONS, RECORDS, VERSION
from harmtax._generated.metrics import METRICS
from harmtax.errors import BadUse, NotSealed, Unreadable
from harmtax.figures.engine import files
from harmtax.figures.filing import Filing, belonging, headed, judged
from harmtax.figures.manifest import FIGURES, NAME, Entry, Manifest, days
from harmtax.figures.observations import KEY, Observations, ordered
from harmtax.figures.query import zero
from harmtax.figures.sides import SUBJECT
from harmtax.files import UMASK
from harmtax.records.dataset import Part, part_name, sync
from harmtax.records.findings import Finding
from harmtax.records.record import schema

# The kinds of metric whose zero is a number; a rate or a median of nothing is none.
_SUMS = ("count", "sum")


def seal(
    observations: Observations | Sequence[Observations],
    target: Path,
    *,
    service_type: str,
    revision: int = 1,
    revision_reason: str | None = None,
    records: Sequence[Path] = (),
    reporter: str | None = None,
    service: str | None = None,
    period: str | None = None,
    as_of: str | None = None,
) -> Manifest:
    """Writes a submission: a folder with the figures of one reporter, service and period, and a manifest.

    Several observations of the same records, such as two breakdowns, make one submission. Each row
    names reporter and service. `reporter`, `service` and `period` choose among several; without a
    breakdown by reporter or service they say whose the figures are. `service_type` is a code of
    ServiceType, `as_of` the moment (RFC 3339, UTC) at which unanswered requests are held against their
    deadlines, the end of the period if left out. A `revision` above 1 states its `revision_reason`
    (Annex II to Regulation (EU) 2024/2835). `records` are datasets that are filed as well, without
    their restricted fields: the records of this reporter and service that may count in the period.

    Nothing is overwritten: a target that holds the very same submission stays, any other is refused.
    The same input gives the same bytes. Raises NotSealed with the findings when figures are coarser
    than their base dimensions or a rule of severity error is broken, BadUse for observations that do
    not fit together and for a target that is taken, Unreadable for a dataset or a target.
    """
    given = [observations] if isinstance(observations, Observations) else list(observations)
    figures = _united(given, reporter, service, period)
    if not figures.table.num_rows:
        raise BadUse("there is no figure to seal for this reporter, service and period")
    first = figures.table.slice(0, 1).to_pylist()[0]
    header = _header(first, service_type, revision, as_of)
    if revision_reason is not None:
        header["revision_reason"] = revision_reason
    _refuse(headed(header, first["period"]))
    filed, left = _records(records, header, first["period"])
    filing = Filing(header, first["period"], figures.table, filed)
    found = judged(filing)
    _refuse(found)
    with _draft(target) as draft:
        figures.write(draft / FIGURES)
        for name, table in filed.items():
            with Part(draft / part_name(name), table.schema) as part:
                for batch in table.to_batches():
                    part.write(batch)
        manifest = Manifest(
            harmtax={"record": "Submission", "version": VERSION},
            submission=header,
            period=filing.period,
            files=_entries(draft, filing),
            counted=dict(sorted(figures.counted.items())),
            left_out=left,
            warnings=dict(sorted(Counter(each.rule for each in found).items())),
        ).sealed()
        (draft / NAME).write_bytes(manifest.content())
    return manifest


def _refuse(found: Sequence[Finding]) -> None:
    errors = [each for each in found if each.severity == "error"]
    if errors:
        raise NotSealed(errors)


# --- the figures --------------------------------------------------------------------------------------


def _united(
    given: Sequence[Observations], reporter: str | None, service: str | None, period: str | None
) -> Observations:
    """The rows of one reporter, service and period, each naming them, each key once."""
    if not given:
        raise BadUse("there are no observations to seal")
    head = given[0]
    if any(dict(o.counted) != dict(head.counted) or o.inputs != head.inputs for o in given):
        raise BadUse(
            "the observations were made from different records; seal those of the same ones"
        )
    table = pa.concat_tables([each.table for each in given])
    table = _of_one(table, "period", period)
    whole = table
    for name, wanted in zip(SUBJECT, (reporter, service), strict=True):
        table = _of_one(table, name, wanted)
    table = pa.concat_tables([table, _nothing(whole, table)])
    names = table.column_names
    rows = table.group_by(names).aggregate([]).select(names)
    keys = rows.group_by(list(KEY)).aggregate([([], "count_all")])
    twice = keys.filter(pc.greater(keys["count_all"], 1))
    if twice.num_rows:
        metric = twice["metric_id"][0].as_py()
        raise BadUse(f"the observations state two different figures of {metric} for the same place")
    return replace(head, table=ordered(rows), about=_about(given, table))


def _nothing(whole: pa.Table, chosen: pa.Table) -> pa.Table:
    """Zeros for the metrics of which this reporter has no record: the figures of all tell the others only."""
    told = {row["metric_id"] for row in _totals(chosen, SUBJECT)}
    given = chosen.slice(0, 1).to_pylist()
    rows = []
    for row in _totals(whole, ()) if given else ():
        metric = METRICS.get(row["metric_id"])
        if metric is None or row["metric_id"] in told or not zero(metric.numerator):
            continue
        bottom = metric.denominator
        none = dict.fromkeys(name for name in row if name.endswith(("_lower", "_upper")))
        none |= {name: given[0][name] for name in SUBJECT}
        none |= {"numerator": 0, "denominator": 0 if bottom and zero(bottom) else None}
        rows.append(row | none | {"status": "normal" if metric.kind in _SUMS else "not_applicable"})
    return pa.Table.from_pylist(rows, schema=chosen.schema)


def _totals(table: pa.Table, besides: Sequence[str]) -> list[dict[str, Any]]:
    """The rows that are broken down by nothing else."""
    bare = [pc.is_null(table[name]) for name in DIMENSIONS if name not in besides]
    found: list[dict[str, Any]] = table.filter(reduce(pc.and_, bare)).to_pylist()
    return found


def _about(given: Sequence[Observations], table: pa.Table) -> Mapping[str, Any]:
    about = dict(given[0].about)
    about["by"] = sorted({tuple(each) for one in given for each in one.about.get("by", ())})
    about["definitions"] = {
        name: digest
        for one in given
        for name, digest in sorted(dict(one.about.get("definitions", {})).items())
    }
    about["definitions"] = dict(sorted(about["definitions"].items()))
    about["partial"] = all(one.about.get("partial", False) for one in given)
    if table.num_rows:
        about["period"] = table["period"][0].as_py()
    return MappingProxyType(about)


def _of_one(table: pa.Table, name: str, wanted: str | None) -> pa.Table:
    """The rows of one value of a column; what is not broken down by it belongs to the only value."""
    found = [each for each in pc.unique(table[name]).to_pylist() if each is not None]
    if wanted is None and len(found) != 1:
        known = f"there are {', '.join(sorted(found))}" if found else "the figures do not say"
        raise BadUse(f"name the {name.removesuffix('_id')} that is filed for; {known}")
    wanted = wanted or found[0]
    if found and found != [wanted]:
        table = table.filter(pc.equal(table[name], wanted))
    place = table.column_names.index(name)
    field = table.schema.field(name)
    return table.set_column(place, field, pa.array([wanted] * table.num_rows, field.type))


def _header(
    row: Mapping[str, Any], service_type: str, revision: int, as_of: str | None
) -> dict[str, Any]:
    first, last = days(row["period"])
    end = datetime.combine(last + timedelta(days=1), time(), UTC)
    return {
        "harmtax_version": VERSION,
        "reporter_id": row["reporter_id"],
        "service_id": row["service_id"],
        "service_type": service_type,
        "period_start": first.isoformat(),
        "period_end": last.isoformat(),
        "as_of": as_of or end.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "revision": revision,
    }


# --- the records --------------------------------------------------------------------------------------


def _records(
    datasets: Sequence[Path], header: Mapping[str, Any], period: str
) -> tuple[dict[str, pa.Table], dict[str, int]]:
    """The records to be filed by type, without restricted fields, and how many stay out."""
    filed, left = {}, {}
    for name, paths in sorted(files(datasets).items()) if datasets else ():
        open_ = [f.name for f in RECORDS[name].fields if f.audience != "restricted"]
        full = schema(getattr(models, name))
        shown = pa.schema([full.field(each) for each in open_], metadata=full.metadata)
        whole = pa.concat_tables([_part(path, shown) for path in paths])
        kept = belonging(name, whole, header, period).combine_chunks()
        left[name] = whole.num_rows - kept.num_rows
        if kept.num_rows:
            filed[name] = kept
    return filed, {name: count for name, count in left.items() if count}


def _part(path: Path, shown: pa.Schema) -> pa.Table:
    try:
        # A column that a part lacks is null there, as it is for the figures.
        held = pq.read_schema(path).names
        table = pq.read_table(path, columns=[name for name in shown.names if name in held])
    except (OSError, pa.ArrowInvalid) as error:
        raise Unreadable(path, str(error).splitlines()[0]) from error
    columns = [
        table[f.name].cast(f.type) if f.name in held else pa.nulls(table.num_rows, f.type)
        for f in shown
    ]
    return pa.table(columns, schema=shown)


# --- the folder ---------------------------------------------------------------------------------------


def _entries(draft: Path, filing: Filing) -> dict[str, Entry]:
    tables = {FIGURES: ("Observation", filing.figures)}
    tables |= {part_name(name): (name, table) for name, table in filing.records.items()}
    entries = {}
    for name, (record, table) in sorted(tables.items()):
        content = (draft / name).read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        entries[name] = Entry(record, table.num_rows, len(content), digest)
    return entries


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A folder that becomes the target once it is whole; a target that holds something is never touched."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise Unreadable(target, error.strerror or str(error)) from None
    try:
        yield draft
        for path in sorted(draft.iterdir()):
            path.chmod(0o666 & ~UMASK)
            sync(path)
        draft.chmod(0o777 & ~UMASK)
        if not _same(draft, target):
            _settle(draft, target)
    except OSError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(target, error.strerror or str(error)) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _settle(draft: Path, target: Path) -> None:
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise BadUse(
            f"{target} holds something else already; what is sealed stays, so choose another folder"
        )
    # Renaming onto a folder that somebody has filled meanwhile fails.
    os.rename(draft, target)


def _same(draft: Path, target: Path) -> bool:
    """Whether the target holds the same files with the same bytes."""
    if target.is_symlink() or not target.is_dir():
        return False
    names = {path.name for path in draft.iterdir()}
    if {path.name for path in target.iterdir()} != names:
        return False
    return all(
        (target / name).is_file() and (target / name).read_bytes() == (draft / name).read_bytes()
        for name in names
    )
