"""MISP events, one incident each: our codes as machine tags, the day of the content as the event's date.

Written with one event a line; read as a list, one event a line, or one event. The tags are those of the
taxonomy that stands in the exports. What an event cannot say:

- who reports, the platform's identifier, its revision: the event's own key is derived from them and does
  not tell them; declared defaults must name reporter and service, or a residue restores them;
- texts, times, numbers, requests, countries and languages;
- whatever is restricted: nothing of it leaves.

A tag of another taxonomy gives a category where the crosswalk has one and no tag of ours says more.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from harmtax._generated.constraints import VERSION
from harmtax.records.findings import Finding, pointer
from harmtax.records.formats import json_values, machine_tags, ndjson
from harmtax.records.formats.format import Decoded, Expressed, Format, Loss, Row, unreadable
from harmtax.records.formats.machine_tags import Tag
from harmtax.shapes import Field, RecordType
from harmtax.standard import crosswalk
from harmtax.standard.tags import NAMESPACE, TIER

CROSSWALK = "misp"
# Threat level undefined, analysis completed, your organisation only: what an event needs to be one.
_FIXED: Row = {"threat_level_id": "4", "analysis": "2", "distribution": "0", "published": False}
_INFO = "Incident of harmful synthetic imagery"
_KEYS = "https://w3id.org/harmtax/misp/"
_IDENTITY = ("reporter_id", "incident_id", "revision")


def recognise(head: bytes, record: RecordType) -> bool:
    """Whether the first bytes speak of an event with tags."""
    return record.name == "Incident" and b'"Event"' in head and b'"Tag"' in head


def read(row: Row, record: RecordType) -> Decoded:
    """An event as a row of Incident."""
    event: Any = row.get("Event", row)
    listed = event.get("Tag") if isinstance(event, dict) else None
    if not isinstance(listed, list):
        return unreadable(record, "expected an event with a list of tags")
    names = [each.get("name") for each in listed if isinstance(each, dict)]
    tags = [machine_tags.parsed(name) for name in names if isinstance(name, str)]
    reading = _Reading(record)
    for tag in tags:
        if tag is not None and tag.namespace == NAMESPACE:
            reading.ours(tag)
    for tag in tags:
        if tag is not None and tag.namespace != NAMESPACE:
            reading.theirs(tag)
    if isinstance(event.get("date"), str):
        reading.fill("content_date", event["date"])
    return reading.decoded()


class _Reading:
    """Tags on their way to a row."""

    def __init__(self, record: RecordType) -> None:
        self.record = record
        self.row: dict[str, Any] = {"harmtax_version": VERSION, "revision": 1}
        self.losses = {name: Loss(name, "exact") for name in self.row}
        self.findings: list[Finding] = []

    def fill(self, name: str, value: object) -> None:
        self.row[name] = value
        self.losses[name] = Loss(name, "exact")

    def ours(self, tag: Tag) -> None:
        field = machine_tags.fields().get(tag.predicate)
        if field is None:
            if tag.predicate != TIER:
                self.losses[tag.predicate] = Loss(tag.predicate, "dropped")
            return
        code = machine_tags.code_of(field, tag.value)
        if code is None:
            self._fault(field, f"tag {tag}")
        elif not field.many and self.row.get(field.name, code) != code:
            self._fault(field, f"tag {tag} beside another code")
        elif not field.many:
            self.fill(field.name, code)
        elif code not in self.row.get(field.name, ()):
            self.fill(field.name, [*self.row.get(field.name, ()), code])

    def _fault(self, field: Field, detail: str) -> None:
        at = pointer(field.name)
        self.findings.append(
            Finding("code", "error", self.record.name, at, detail=detail, origin="Tag")
        )

    def theirs(self, tag: Tag) -> None:
        key = f"{tag.namespace}:{tag.predicate}/{tag.value}"
        pair = crosswalk.place(CROSSWALK, key)
        if pair is None or pair.ours is None or "category" in self.row:
            name = f"{tag.namespace}:{tag.predicate}"
            self.losses[name] = Loss(name, "dropped")
        else:
            self.row["category"] = pair.ours
            self.losses["category"] = Loss("category", pair.loss, key, pair.ours)

    def decoded(self) -> Decoded:
        return Decoded(self.row, tuple(self.findings), tuple(self.losses.values()))


def express(row: Row, record: RecordType) -> Expressed:
    """The event of an incident."""
    found = list(machine_tags.tags(row))
    key = "/".join(str(row[name]) for name in _IDENTITY)
    event = {
        "uuid": str(uuid5(NAMESPACE_URL, _KEYS + key)),
        "info": _INFO,
        "date": row["content_date"],
        **_FIXED,
        "Tag": [{"name": str(tag)} for _, tag in found],
    }
    losses = tuple(Loss(name, "exact", str(row[name]), str(tag)) for name, tag in found if name)
    return Expressed({"Event": event}, (), losses)


MISP = Format(
    "misp",
    "MISP events with machine tags",
    (),
    recognise,
    partial(json_values.scan, ("response",)),
    partial(json_values.decode, read),
    ndjson.encode,
    express=express,
    read=read,
    rows=json_values.rows,
    records=("Incident",),
)
