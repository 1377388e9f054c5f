"""The formats that harmtax reads and writes: ours by a table, those of others by entry points.

A package of somebody else adds a format without a change here: it offers a `Format` under its name in the
entry point group `harmtax.formats`. It is looked for only where a name is not one of ours, so that none of
ours can be replaced, and starting up costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import NamedTuple

from harmtax.errors import BadUse, HarmtaxError, UnknownFormat, UntoldFormat
from harmtax.records.formats import guests
from harmtax.records.formats.format import Format
from harmtax.shapes import RecordType

GROUP = "harmtax.formats"
# name -> (module, attribute). Asked in this order when a file does not say what it is: a foreign
# format is recognised by its exact columns, so it comes before our own CSV.
_REGISTRY = {
    "parquet": ("parquet_table", "PARQUET"),
    "arrow": ("arrow_file", "ARROW"),
    "stix": ("stix_bundle", "STIX"),
    "misp": ("misp_event", "MISP"),
    "iab": ("iab_suitability", "IAB"),
    "ozone": ("reports", "OZONE"),
    "mastodon": ("reports", "MASTODON"),
    "activitypub": ("reports", "ACTIVITYPUB"),
    "ncmec": ("ncmec_flags", "NCMEC"),
    "dsa": ("dsa_payload", "DSA"),
    "dsa-single": ("dsa_payload", "DSA_SINGLE"),
    "dsa-v2": ("dsa_archive", "DSA_V2"),
    "dsa-v1": ("dsa_dump", "DSA_V1"),
    "csv": ("csv_table", "CSV"),
    "json": ("json_document", "JSON"),
    "ndjson": ("ndjson", "NDJSON"),
}


class Listed(NamedTuple):
    """A format in the registry, with the package that offers it; `fault` says why it is of no use."""

    name: str
    origin: str
    format: Format | None
    fault: str | None = None


def names() -> tuple[str, ...]:
    """The names of all formats of ours."""
    return tuple(_REGISTRY)


def named(name: str) -> Format:
    """The format of a name. Raises UnknownFormat, and BadUse for one of others that does not load."""
    if name in _REGISTRY:
        return _own(name)
    points = _others().get(name)
    if points is None:
        raise UnknownFormat(name, sorted({*_REGISTRY, *_others()}))
    return _loaded(name, points)


def listed() -> Iterator[Listed]:
    """Every format, ours first; those of others by name, broken ones with their fault."""
    for name in _REGISTRY:
        yield Listed(name, "harmtax", _own(name))
    for name, points in sorted(_others().items()):
        origin = ", ".join(map(_origin, points))
        if name in _REGISTRY:
            yield Listed(name, origin, None, "the name is one of ours")
            continue
        try:
            yield Listed(name, origin, _loaded(name, points))
        except HarmtaxError as error:
            yield Listed(name, origin, None, str(error))


def reading(chosen: Format | None, head: bytes, source: str, record: RecordType) -> Format:
    """The chosen format, or the one that a file shows, where it can be read as records of that type.

    Raises BadUse where it cannot, and UnknownFormat.
    """
    found = chosen or recognised(head, source, record)
    if not found.is_read:
        raise BadUse(f"harmtax does not read {found.title}")
    return holding(found, record)


def writing(chosen: Format, record: RecordType) -> Format:
    """The chosen format where records of that type can be written in it. Raises BadUse."""
    if chosen.encode is None:
        raise BadUse(f"harmtax does not write {chosen.title}")
    return holding(chosen, record)


def holding(format: Format, record: RecordType) -> Format:
    """The format where it holds records of that type. Raises BadUse."""
    if format.records and record.name not in format.records:
        held = " or ".join(format.records)
        raise BadUse(f"{format.title} holds records of {held}, not of {record.name}")
    return format


def recognised(head: bytes, source: str, record: RecordType) -> Format:
    """The format that a file's first bytes show, or else its name. Raises UnknownFormat."""
    for name in _REGISTRY:
        if _own(name).recognise(head, record):
            return _own(name)
    # A file that starts with a bad line is still a file of its kind, and its lines are findings.
    return by_suffix(source)


def by_suffix(path: str) -> Format:
    """The format that an output's name asks for. Raises UnknownFormat."""
    for name in _REGISTRY:
        if any(path.endswith(suffix) for suffix in _own(name).suffixes):
            return _own(name)
    raise UntoldFormat(path, sorted(_REGISTRY))


def _own(name: str) -> Format:
    module, attribute = _REGISTRY[name]
    found = getattr(import_module(f"harmtax.records.formats.{module}"), attribute)
    assert isinstance(found, Format)
    return found


@cache
def _others() -> dict[str, list[EntryPoint]]:
    """What other packages offer, by name."""
    found: dict[str, list[EntryPoint]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda each: (each.name, each.value)):
        found.setdefault(point.name, []).append(point)
    return found


def _loaded(name: str, points: list[EntryPoint]) -> Format:
    if len(points) > 1:
        raise BadUse(f"the format {name!r} is offered twice: {', '.join(map(_origin, points))}")
    [point] = points
    try:
        found = point.load()
    # Whatever the code of somebody else raises, it is told and hides no other format.
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise BadUse(f"the format {name!r} of {_origin(point)} does not load: {said}") from error
    if not isinstance(found, Format) or found.name != name:
        raise BadUse(f"the format {name!r} of {_origin(point)} is no Format of that name")
    return guests.guarded(found, _origin(point))


def _origin(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value
