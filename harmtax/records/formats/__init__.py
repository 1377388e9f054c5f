"""The formats that harmtax reads and writes; adding one adds a row to the registry."""

from __future__ import annotations

from importlib import import_module

from harmtax.errors import UnknownFormat, UntoldFormat
from harmtax.records.formats.format import Format
from harmtax.shapes import RecordType

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


def names() -> tuple[str, ...]:
    """The names of all formats."""
    return tuple(_REGISTRY)


def named(name: str) -> Format:
    """The format of a name. Raises UnknownFormat."""
    if name not in _REGISTRY:
        raise UnknownFormat(name, sorted(_REGISTRY))
    module, attribute = _REGISTRY[name]
    found = getattr(import_module(f"harmtax.records.formats.{module}"), attribute)
    assert isinstance(found, Format)
    return found


def recognised(head: bytes, source: str, record: RecordType) -> Format:
    """The format that a file's first bytes show, or else its name. Raises UnknownFormat."""
    for name in _REGISTRY:
        if named(name).recognise(head, record):
            return named(name)
    # A file that starts with a bad line is still a file of its kind, and its lines are findings.
    return by_suffix(source)


def by_suffix(path: str) -> Format:
    """The format that an output's name asks for. Raises UnknownFormat."""
    for name in _REGISTRY:
        if any(path.endswith(suffix) for suffix in named(name).suffixes):
            return named(name)
    raise UntoldFormat(path, sorted(_REGISTRY))
