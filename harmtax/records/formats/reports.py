"""Reports that people send to a service, as removal requests: Bluesky and Ozone, Mastodon, ActivityPub.

A report is reduced as it is read: to a key that is derived from its identifier, a known reason, the number
of items, times, and the names of what was left out. So neither words nor accounts nor addresses of content
reach a dataset, a finding or a quarantine. Of what is no report at all only its line is kept. What a
report cannot say, and how an import deals with it:

- how imagery was made: nothing; who asks, and in what role: unknown;
- whether the report meets a formal condition, and what came of it: under review and pending. One that
  was closed needs an outcome from a declared default, since that it was closed does not tell how;
- a reason that is no code of the list becomes OTH; where there are no reasons the type is not specified;
- reporter and service: declared defaults must name them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, BinaryIO
from uuid import NAMESPACE_URL, uuid5

import msgspec
import pyarrow as pa

from harmtax._generated.constraints import RECORDS, VERSION
from harmtax._generated.foreign import FORMATS
from harmtax.records.formats import foreign, json_values
from harmtax.records.formats.format import Decoded, Format, Loss, raw_batches, unreadable
from harmtax.records.formats.presumptions import UNKNOWN
from harmtax.shapes import ForeignColumn, RecordType
from harmtax.standard import crosswalk

REQUEST = RECORDS["RemovalRequest"]
_KEYS = "https://w3id.org/harmtax/reports/"
# What every report says by being one, and what is presumed of it.
PREMISES: Mapping[str, object] = {
    "harmtax_version": VERSION,
    "revision": 1,
    "request_channel": "other_user_report",
}
PRESUMED: Mapping[str, object] = {
    "requester_role": UNKNOWN,
    "validity": "under_review",
    "automated_processing": "not_automated",
    "clock_regime": "none",
}
_TIME = re.compile(r"[-+0-9TtZz:. ]{1,40}")
OPEN, OTHER, UNSPECIFIED = "pending", "OTH", "UNS"
CATEGORY, COUNT, OUTCOME = "category", "item_count", "outcome"
# What a reduced report names as left out when it is no column of the format.
UNNAMED = "other members"


def scan(
    name: str, members: tuple[str, ...], stream: BinaryIO, source: str
) -> Iterator[pa.RecordBatch]:
    """Raw batches of reduced reports."""
    for batch in json_values.scan(members, stream, source):
        lines, raws = batch.column("line").to_pylist(), batch.column("raw").to_pylist()
        reduced = ((line, _reduced(name, raw), None) for line, raw in zip(lines, raws, strict=True))
        yield from raw_batches(reduced, source)


def decode(name: str, batch: pa.RecordBatch, record: RecordType) -> Iterator[Decoded]:
    """Each reduced report as a row of RemovalRequest."""
    for raw in batch.column("raw").to_pylist():
        try:
            found = msgspec.json.decode(raw, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            found = {}
        yield _decoded(name, found) if found else unreadable(record, "expected a report")


def recognise(signs: tuple[bytes, ...], head: bytes, record: RecordType) -> bool:
    """Whether the first bytes show all signs of such reports, and requests are wanted."""
    return record.name == REQUEST.name and all(sign in head for sign in signs)


# --- from a report to what may be kept of it ------------------------------------------------------------


def _reduced(name: str, raw: bytes) -> bytes:
    try:
        report = msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return b"{}"
    kept: dict[str, object] = {}
    lost: list[str] = []
    members = dict(_flat(name, report))
    if not all(_fits(column, members) for column in foreign.columns(name).values()):
        return b"{}"
    for member, value in members.items():
        column = foreign.columns(name).get(member)
        if value is None:
            continue
        if column is None or column.lost is not None:
            lost.append(member if column else UNNAMED)
        else:
            kept.setdefault(column.ours[0], _kept(name, column, value))
    return msgspec.json.encode({**kept, "lost": sorted(set(lost))})


def _flat(name: str, report: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The members, those of an inner object under both names where a column has such a name."""
    inner = {column.partition(".")[0] for column in foreign.columns(name) if "." in column}
    for member, value in report.items():
        if member in inner and isinstance(value, dict):
            yield from ((f"{member}.{key}", each) for key, each in value.items())
        else:
            yield member, value


def _fits(column: ForeignColumn, members: Mapping[str, Any]) -> bool:
    """Whether a member that tells the kind of a thing says that it is a report."""
    if column.only is None or (column.name not in members and not column.required):
        return True
    return members.get(column.name) == column.only


def _kept(name: str, column: ForeignColumn, value: Any) -> object:
    """What may be kept of one member, for the field that it goes to."""
    [field] = column.ours
    if field == REQUEST.identifier:
        return str(uuid5(NAMESPACE_URL, f"{_KEYS}{name}/{value}"))
    if column.codes is not None:
        return value if value in FORMATS[name].codes[column.codes] else ""
    if field == COUNT:
        return _items(name, value)
    # Only what says that it is not so is not so.
    return _instant(value) if column.kind == "time" else value is not False


def _items(name: str, value: Any) -> int:
    """How many items are named; an account is none."""
    if isinstance(value, list):
        # A Flag names the account first, and has no other way to tell it from a post.
        return max(len(value) - (CATEGORY not in _sources(name)), 0)
    return int(isinstance(value, dict) and "uri" in value)


def _instant(value: Any) -> str:
    """A time with its offset as the same time in UTC; of what is none, digits stay for the finding."""
    text = str(value)
    if not _TIME.fullmatch(text):
        return ""
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC).isoformat().replace("+00:00", "Z") if found.tzinfo else text
    except (ValueError, OverflowError):
        return text


# --- from there to a row --------------------------------------------------------------------------------


def _decoded(name: str, kept: dict[str, Any]) -> Decoded:
    left_out = kept.pop("lost", ())
    is_closed = bool(kept.pop(OUTCOME, False))
    row: dict[str, Any] = {**PREMISES, **kept, **PRESUMED}
    losses = {field: Loss(field, "exact") for field in (*PREMISES, *kept)}
    presumed = dict(PRESUMED)
    if not is_closed:
        presumed[OUTCOME] = row[OUTCOME] = OPEN
        row.pop("decided_at", None)
        losses.pop("decided_at", None)
    losses |= {field: Loss(field, "defaulted", "", str(code)) for field, code in presumed.items()}
    row[CATEGORY], losses[CATEGORY] = _category(name, kept.get(CATEGORY))
    if COUNT not in kept:
        row[COUNT], losses[COUNT] = 0, Loss(COUNT, "defaulted", "", "0")
    elif CATEGORY not in _sources(name):
        losses[COUNT] = Loss(COUNT, "defaulted", "the first is taken for the account")
    dropped = {each: Loss(each, "dropped") for each in left_out}
    return Decoded(row, (), (*losses.values(), *dropped.values()))


def _category(name: str, reason: str | None) -> tuple[str, Loss]:
    if CATEGORY not in _sources(name):
        return UNSPECIFIED, Loss(CATEGORY, "defaulted", "", UNSPECIFIED)
    column = _sources(name)[CATEGORY][0]
    pair = crosswalk.place(name, f"{foreign.listed(name, column)}/{reason}") if reason else None
    if pair is None or pair.ours is None:
        return OTHER, Loss(CATEGORY, "forced_other", reason or "", OTHER)
    return pair.ours, Loss(CATEGORY, pair.loss, str(reason), pair.ours)


@cache
def _sources(name: str) -> Mapping[str, list[ForeignColumn]]:
    """The columns that speak of a field."""
    found: dict[str, list[ForeignColumn]] = {}
    for column in foreign.columns(name).values():
        for field in column.ours:
            found.setdefault(field, []).append(column)
    return found


def _format(name: str, title: str, members: tuple[str, ...], *signs: bytes) -> Format:
    return Format(
        name,
        title,
        (),
        partial(recognise, signs),
        partial(scan, name, members),
        partial(decode, name),
        records=(REQUEST.name,),
    )


OZONE = _format(
    "ozone",
    "Bluesky and Ozone reports",
    ("reports", "events"),
    b'"createdAt"',
    b'"reason',
    b'"subject',
)
MASTODON = _format(
    "mastodon", "Mastodon reports", ("reports",), b'"action_taken"', b'"category"', b'"created_at"'
)
ACTIVITYPUB = _format(
    "activitypub", "ActivityPub Flag", ("orderedItems", "items"), b'"Flag"', b'"object"', b'"actor"'
)
