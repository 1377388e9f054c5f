"""Brand suitability in the words of IAB Tech Lab: sensitive topics of an item, each with its risk.

Written: one item a line, with the ids of Content Taxonomy 3.1 and of its descriptive vector. It says nothing
else of an incident, and so it cannot be read back:

- no incident that is no violation, or whose category has no tier or no topic, is written;
- what is only related to a topic is not put under it; CIV and LIK-ORG have no neutral home and stay out;
- how imagery was made, who is depicted, what was done: no place. The treatment lives on in the risk.

The tier is the standard's own. An advertiser's own profile applies behind it; no blocklist follows from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa

from harmtax._generated.foreign import FORMATS
from harmtax.records.formats import ndjson
from harmtax.records.formats.format import Decoded, Expressed, Format, Loss, Row
from harmtax.shapes import RecordType
from harmtax.standard import crosswalk, taxonomy

NAME = "iab"
_TOPIC, _RISK, _TAXONOMY = "content", "suitability", "category_taxonomy"
_VIOLATIONS = ("actioned", "violation_not_actioned")
_UNSAID = "has no suitability to state"
# What goes into the statement, and what it becomes there.
_USED = {"incident_id": "exact", "category": "broadened", "category_additional": "broadened",
         "treatment": "broadened", "incident_status": "broadened"}  # fmt: skip


def express(row: Row, record: RecordType) -> Expressed:
    """The suitability of an incident's item; none where there is nothing to state."""
    if row.get("incident_status") not in _VIOLATIONS:
        return _left_out(f"incident_status {row.get('incident_status')}")
    additional = row.get("category_additional") or ()
    assert isinstance(additional, list | tuple)
    codes = [str(row["category"]), *map(str, additional)]
    topics = {code: _topic(code, row) for code in codes}
    stated = {code: topic for code, topic in topics.items() if topic is not None}
    if not stated:
        return _left_out(f"category {codes[0]}")
    item = {
        "id": row["incident_id"],
        "cattax": int(FORMATS[NAME].codes[str(_list(_TAXONOMY))][0]),
        "catswithsuitability": list(stated.values()),
    }
    return Expressed(item, (), tuple(_losses(row, record, stated)))


def _topic(code: str, row: Row) -> dict[str, str] | None:
    """The topic of a category and its risk, or None where one of them is missing."""
    tier = taxonomy.tier(code, str(row.get("treatment", "unknown"))).tier
    pair = crosswalk.outward(NAME, _TOPIC, "CategoryCode", code, row)
    if tier is None or pair is None or pair.theirs is None or "related" in pair.predicate:
        return None
    risk = crosswalk.outward(NAME, _RISK, "Tier", tier, row)
    assert risk is not None and risk.theirs is not None
    return {"id": pair.theirs.split("/")[1], "suitability": risk.theirs.split("/")[1]}


def _list(name: str) -> str | None:
    return next(column.codes for column in FORMATS[NAME].columns if column.name == name)


def _left_out(why: str) -> Expressed:
    return Expressed(None, (), (Loss("", "dropped", why, _UNSAID),))


def _losses(row: Row, record: RecordType, stated: dict[str, dict[str, str]]) -> Iterator[Loss]:
    """What becomes of each field that the incident has."""
    for field in record.fields:
        if field.name not in row:
            continue
        kind = _USED.get(field.name, "dropped")
        if field.name == "category":
            topic = stated.get(str(row["category"]))
            yield Loss(
                "category",
                kind if topic else "dropped",
                str(row["category"]),
                (topic or {}).get("id", ""),
            )
        else:
            yield Loss(field.name, kind)


def recognise(head: bytes, record: RecordType) -> bool:
    """No input is ever taken for it."""
    return False


def scan(stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Nothing, as it is written only."""
    return iter(())


def decode(batch: pa.RecordBatch, record: RecordType) -> Iterator[Decoded]:
    """Nothing, as it is written only."""
    return iter(())


IAB = Format(
    "iab",
    "IAB suitability, one item per line",
    (),
    recognise,
    scan,
    decode,
    ndjson.encode,
    express=express,
    records=("Incident",),
    is_read=False,
)
