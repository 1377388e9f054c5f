"""Findings as data: JSON, NDJSON and CSV, one object or row for each group."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence

from harmtax.records.findings.escapes import cell, visible
from harmtax.records.findings.finding import Group
from harmtax.records.findings.look import Facts, facts

COLUMNS = (
    "rule", "severity", "record_type", "path", "origin", "value", "detail", "count", "places",
    "message", "hint", "link",
)  # fmt: skip


def as_json(groups: Sequence[Group], run: Facts) -> Iterator[str]:
    """One object: the facts of the run, then `findings`, one group a line."""
    head = "".join(f"{written(name)}: {written(fact)},\n" for name, fact in run.items())
    yield f'{{{head}"findings": ['
    for place, group in enumerate(groups):
        yield f"{',' if place else ''}\n{written(facts(group))}"
    yield "\n]}\n"


def as_ndjson(groups: Sequence[Group], run: Facts) -> Iterator[str]:
    """One object a line for each group."""
    for group in groups:
        yield f"{written(facts(group))}\n"


def as_csv(groups: Sequence[Group], run: Facts) -> Iterator[str]:
    """A header and one row for each group (RFC 4180); no cell is a formula in a spreadsheet."""
    yield _line(COLUMNS)
    for group in groups:
        told = facts(group) | {"places": group.where}
        yield _line([cell(visible(str(told.get(name, "")))) for name in COLUMNS])


def written(value: object) -> str:
    """JSON types as one line that a terminal shows as it stands."""
    return visible(json.dumps(value, ensure_ascii=False, default=_plain))


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _line(cells: Sequence[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerow(cells)
    return stream.getvalue()
