"""STIX 2.1: a bundle with one incident each, our fields in a property extension that the bundle defines.

STIX leaves the incident object almost empty; the extension carries every field but those that are
restricted, under our names and with our codes. Keys are derived from reporter, identifier and revision, so
that the same records give the same bundle. Read: bundles that carry the extension; other objects are not
ours and are passed over.

- What is restricted stays out, and nothing else is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, BinaryIO
from uuid import NAMESPACE_URL, uuid5

import msgspec
import pyarrow as pa

from harmtax._generated.constraints import VERSION
from harmtax.records.formats import json_values
from harmtax.records.formats.format import Decoded, Expressed, Format, Loss, Row, unreadable
from harmtax.shapes import RecordType
from harmtax.standard import taxonomy

_BASE = "https://w3id.org/harmtax/"
_IDENTITY = ("reporter_id", "incident_id", "revision")
# The day of the standard's first text; objects that never change need a time.
_SINCE = "2026-11-23T00:00:00.000Z"


def _key(kind: str, name: str) -> str:
    return f"{kind}--{uuid5(NAMESPACE_URL, f'{_BASE}stix/{name}')}"


# The key of the definition stays from version to version; what it defines is told by its version.
IDENTITY, EXTENSION = _key("identity", "identity"), _key("extension-definition", "incident")
DEFINITIONS: tuple[dict[str, Any], ...] = (
    {
        "type": "identity",
        "spec_version": "2.1",
        "id": IDENTITY,
        "created": _SINCE,
        "modified": _SINCE,
        "name": "harmtax",
        "identity_class": "organization",
    },
    {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION,
        "created_by_ref": IDENTITY,
        "created": _SINCE,
        "modified": _SINCE,
        "name": "harmtax incident",
        "description": "Fields and codes of the harmtax standard for harmful synthetic imagery.",
        "schema": f"{_BASE}{VERSION}/jsonschema/Incident.json",
        "version": VERSION,
        "extension_types": ["property-extension"],
    },
)


def recognise(head: bytes, record: RecordType) -> bool:
    """Whether the first bytes are those of a bundle."""
    return record.name == "Incident" and b'"bundle' in head[:4096] and b'"objects"' in head


def scan(stream: BinaryIO, source: str) -> Iterator[pa.RecordBatch]:
    """Raw batches of the incidents of a bundle that carry our extension."""
    for batch in json_values.scan(("objects",), stream, source):
        yield batch.filter(pa.array([_is_ours(row) for row in json_values.rows(batch)]))


def _is_ours(row: Row | None) -> bool:
    """Whether it is an incident with our extension; what is no object cannot be passed over."""
    if row is None:
        return True
    extensions = row.get("extensions")
    return (
        row.get("type") == "incident" and isinstance(extensions, dict) and EXTENSION in extensions
    )


def read(row: Row, record: RecordType) -> Decoded:
    """An incident object as a row of Incident."""
    extensions: Any = row.get("extensions")
    ours = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    if row.get("revoked") is True:
        return unreadable(record, "the incident was revoked")
    if not isinstance(ours, dict):
        return unreadable(record, f"expected an incident with the extension {EXTENSION}")
    found = {name: value for name, value in ours.items() if name != "extension_type"}
    return Decoded(found, (), tuple(Loss(str(name), "exact") for name in found))


def express(row: Row, record: RecordType) -> Expressed:
    """The incident object of an incident."""
    shared = {f.name for f in record.fields if f.audience != "restricted"}
    told = {name: value for name, value in row.items() if name in shared}
    day = str(row.get("actioned_at", row["content_date"]))[:10]
    time = f"{day}T00:00:00.000Z"
    incident = {
        "type": "incident",
        "spec_version": "2.1",
        "id": _key("incident", "/".join(str(row[name]) for name in _IDENTITY)),
        "created_by_ref": IDENTITY,
        "created": time,
        "modified": time,
        "name": taxonomy.category(str(row["category"])).title(),
        "extensions": {EXTENSION: {"extension_type": "property-extension", **told}},
    }
    return Expressed(incident)


def encode(rows: Iterable[Row], stream: BinaryIO, record: RecordType) -> None:
    """Writes one bundle, an object per line."""
    head = {"type": "bundle", "id": _key("bundle", VERSION)}
    stream.write(msgspec.json.encode(head)[:-1] + b',"objects":[\n')
    stream.write(b",\n".join(map(msgspec.json.encode, DEFINITIONS)))
    for row in rows:
        stream.write(b",\n" + msgspec.json.encode(row))
    stream.write(b"\n]}\n")


STIX = Format(
    "stix",
    "STIX 2.1 bundle with our extension",
    (),
    recognise,
    scan,
    partial(json_values.decode, read),
    encode,
    express=express,
    read=read,
    rows=json_values.rows,
    records=("Incident",),
)
