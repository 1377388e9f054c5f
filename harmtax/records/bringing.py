"""Rows of older versions on their way in, brought to the version that is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from harmtax._generated.constraints import VERSION
from harmtax.records.formats.format import Decoded, Format, Loss
from harmtax.records.record import Record, out_of_time
from harmtax.shapes import RecordType
from harmtax.standard import migration


def is_older(version: object) -> bool:
    """Whether a row that states this version is brought to ours before it is judged."""
    return version != VERSION and migration.is_released(version)


def is_ours(format: Format) -> bool:
    """Whether the format holds our own rows, which may be of any version."""
    return format.encode is not None and format.express is None


def readable(format: Format, record: RecordType) -> RecordType:
    """The table by which the format reads cells: with the names of all versions, where it may meet them."""
    return migration.widened(record.name) if is_ours(format) else record


def brought(decoded: Iterable[Decoded], record: type[Record]) -> Iterator[Decoded]:
    """The same rows in our version, with what that did to them; others pass as they are."""
    for each in decoded:
        version = each.row.get(migration.VERSION_FIELD) if each.row is not None else None
        yield _migrated(each, record) if is_older(version) else each


def _migrated(decoded: Decoded, record: type[Record]) -> Decoded:
    assert decoded.row is not None
    found = migration.migrated(decoded.row, record.RECORD)
    losses = tuple(Loss(*each) for each in found.turned)
    before = str(decoded.row[migration.VERSION_FIELD])
    findings = (*decoded.findings, *out_of_time(found, record))
    names = migration.names(record.RECORD, before)
    return Decoded(found.row, findings, (*decoded.losses, *losses), names)


def decoding(format: Format, decode: Callable[..., Iterator[Decoded]]) -> Format:
    """The format with another way to decode, row by row."""
    return replace(format, decode=decode, translate=None, is_json=False)
