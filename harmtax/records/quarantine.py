"""How rejected records rest: one NDJSON file per input, each line with the bytes and the findings.

A quarantine is as restricted as the input, since it holds the records byte for byte.
"""

from __future__ import annotations

import base64
import hashlib
import heapq
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from harmtax._generated.constraints import RECORDS
from harmtax.errors import Unreadable
from harmtax.records import dataset
from harmtax.records.findings import Finding

# What the manifest says that the folder holds.
QUARANTINE = "quarantine"
_FACTS = {"name", "format", "sha256", "rows", "accepted", "rejected"}


def entry(
    line: int,
    digest: str,
    raw: bytes,
    findings: Iterable[Finding],
) -> dict[str, Any]:
    """One rejected record: its place, its bytes as text (or base64), and what is wrong with it."""
    try:
        body: dict[str, Any] = {"raw": raw.decode("utf-8")}
    except UnicodeDecodeError:
        body = {"raw_base64": base64.b64encode(raw).decode("ascii")}
    told = [finding.row() for finding in findings]
    return {"line": line, "digest": digest, **body, "findings": told}


def raw_of(rejected: Mapping[str, Any]) -> bytes:
    """The bytes of a rejected record."""
    if "raw" in rejected:
        return str(rejected["raw"]).encode("utf-8")
    return base64.b64decode(rejected["raw_base64"])


def digest(raw: bytes) -> str:
    """The SHA-256 of a raw record in hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def path(folder: Path, source: str) -> Path:
    """The file of one input in a quarantine."""
    return folder / f"{source}.ndjson"


def file(folder: Path, source: str) -> BinaryIO:
    """The file of one input, new and open for writing."""
    return path(folder, source).open("wb")


class Manifest(NamedTuple):
    """What the manifest of a quarantine says: the record type, the inputs, and all the rest."""

    record: str
    inputs: tuple[Mapping[str, Any], ...]
    told: Mapping[str, Any]


def manifest(folder: Path) -> Manifest:
    """The manifest of a quarantine whose files are all there. Raises Unreadable for any other folder."""
    told = dataset.manifest(folder)
    record, inputs = told.get("record"), told.get("inputs")
    named = isinstance(inputs, list) and all(map(_is_input, inputs))
    if told.get("holds") != QUARANTINE or record not in RECORDS or not named:
        raise Unreadable(folder, "is no quarantine that this version wrote")
    for each in inputs or ():
        if each["rejected"] and not path(folder, each["name"]).is_file():
            raise Unreadable(folder, f"{path(folder, each['name']).name} is missing")
    return Manifest(str(record), tuple(inputs or ()), told)


def _is_input(told: object) -> bool:
    if not isinstance(told, dict) or not told.keys() >= _FACTS:
        return False
    # A name that leads elsewhere was not written by us.
    return isinstance(told["name"], str) and Path(told["name"]).name == told["name"]


def write(stream: BinaryIO, entries: Iterable[Mapping[str, Any]]) -> int:
    """Adds entries to a file; the number of them."""
    count = 0
    for count, each in enumerate(entries, 1):  # noqa: B007 - the last number is the count
        stream.write(msgspec.json.encode(each) + b"\n")
    return count


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of a file, in the order of their lines. Raises Unreadable for a damaged one."""
    if not path.exists():
        return
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            try:
                entry = msgspec.json.decode(line, type=dict[str, Any])
                whole = isinstance(entry["line"], int) and isinstance(entry["findings"], list)
                whole = whole and digest(raw_of(entry)) == entry["digest"]
            except (msgspec.MsgspecError, KeyError, ValueError):
                whole = False
            if not whole:
                raise Unreadable(path, f"line {number} is damaged")
            yield entry


def merged(*paths: Path) -> Iterator[dict[str, Any]]:
    """The entries of several files in one order of lines."""
    return heapq.merge(*(read(path) for path in paths), key=lambda each: each["line"])
