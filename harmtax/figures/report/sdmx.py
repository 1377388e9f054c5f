"""SDMX 3.0: the figures as SDMX-CSV 2.0, and beside them their structure in SDMX-ML."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from harmtax._generated.constraints import DIMENSIONS
from harmtax.figures.report import provenance, sdmx_structure
from harmtax.figures.report.breakdowns import Row, ordered
from harmtax.figures.report.marks import FREE, numbers
from harmtax.figures.report.sdmx_structure import AGENCY, FLOW, TOTAL, VERSIONED, concept

if TYPE_CHECKING:
    from harmtax.figures.publication import Publication

ENDING = ".sdmx.csv"
# What an observation holds beside its two sides; each is there or it is not.
MORE = ("numerator_lower", "numerator_upper", "median_lower", "median_upper")


def files(publication: Publication, name: str, _: str = "en") -> dict[str, bytes]:
    """The data and, under the same name with `.xml`, the structure that a reader needs first.

    A dimension that a row is not broken down by holds `_T`, the total. Each number is a row, so that its
    own marks stand beside it: OBS_STATUS, CONF_STATUS, and our status as REASON.
    """
    rows = ordered(publication.table)
    used = tuple(each for each in DIMENSIONS if any(row[each] is not None for row in rows))
    text = io.StringIO()
    writer = csv.writer(text)
    dims = ("METRIC_ID", "SIDE", *map(concept, used), "TIME_PERIOD")
    marks = ("OBS_STATUS", "CONF_STATUS", "REASON", "STANDARD_VERSION", "PUBLICATION")
    writer.writerow(("STRUCTURE", "STRUCTURE_ID", "ACTION", *dims, "OBS_VALUE", *marks))
    facts = provenance.told(publication)
    head = ("dataflow", f"{AGENCY}:{FLOW}({VERSIONED})", "I")
    for row in rows:
        codes = [row[each] if row[each] is not None else TOTAL for each in used]
        for side, told in _told(row):
            key = (row["metric_id"], side, *codes, _period(row["period"]))
            last = (*told, row["harmtax_version"], facts["publication"])
            writer.writerow((*head, *key, *last))
    structure = sdmx_structure.message(used, facts)
    return {name: text.getvalue().encode(), f"{name.removesuffix('.csv')}.xml": structure}


def _told(row: Row) -> Iterator[tuple[str, tuple[str, str, str, str]]]:
    """Value and marks of each number of a row, under the name of its side."""
    for side, found in numbers(row):
        value = "" if found.value is None else str(found.value)
        yield side.upper(), (value, found.obs_status, found.conf_status, found.status)
    for name in MORE:
        if row[name] is not None:
            yield name.upper(), (str(row[name]), "A", FREE, row["status"])


def _period(period: str) -> str:
    """SDMX writes a half-year as a semester; years, quarters and months are the same."""
    return period.replace("-H", "-S")
