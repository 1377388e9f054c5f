"""How rejected records rest: one NDJSON file per input, each line with the bytes and the findings.

A quarantine is as restricted as the input, since it holds the records byte for byte.
"""

from __future__ import annotations

import base64
import heapq
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from harmtax.records.findings import Finding


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


def path(folder: Path, source: str) -> Path:
    """The file of one input in a quarantine."""
    return folder / f"{source}.ndjson"


def file(folder: Path, source: str) -> BinaryIO:
    """The file of one input, new and open for writing."""
    return path(folder, source).open("wb")


def write(stream: BinaryIO, entries: Iterable[Mapping[str, Any]]) -> int:
    """Adds entries to a file; the number of them."""
    count = 0
    for count, each in enumerate(entries, 1):  # noqa: B007 - the last number is the count
        stream.write(msgspec.json.encode(each) + b"\n")
    return count


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The entries of a file, in the order of their lines."""
    if path.exists():
        with path.open("rb") as stream:
            for line in stream:
                yield msgspec.json.decode(line)


def merged(*paths: Path) -> Iterator[dict[str, Any]]:
    """The entries of several files in one order of lines."""
    return heapq.merge(*(read(path) for path in paths), key=lambda each: each["line"])
