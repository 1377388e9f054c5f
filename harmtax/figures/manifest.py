"""Manifests: what a submission says of itself, in one form only, with a digest of its own.

The digest is SHA-256 over the manifest as JSON with sorted keys, no spaces and without the digest; it
names the submission. The file is that content in one layout, so that any changed byte shows.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from datetime import date, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from harmtax.errors import BadUse, Unreadable

NAME, FIGURES = "manifest.json", "figures.parquet"
# A manifest names a dozen files; what is larger is no manifest.
LARGEST = 1 << 20
_BLOCK = 1 << 20


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a submission: its record type, how many rows and bytes it has, its SHA-256."""

    record: str
    rows: int
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is filed: by whom, for which service and period, in which revision, in which files.

    `submission` is a row of the record type Submission, `period` its name as in the figures. `counted`
    says how many records of each type the figures were made from, `left_out` how many of the given
    records are about something else and were not filed, `warnings` how often a rule warns.
    """

    harmtax: dict[str, str]
    submission: dict[str, str | int]
    period: str
    files: dict[str, Entry]
    counted: dict[str, int]
    left_out: dict[str, int]
    warnings: dict[str, int]
    digest: str = ""

    @property
    def reporter(self) -> str:
        """Who files."""
        return str(self.submission.get("reporter_id", ""))

    @property
    def service(self) -> str:
        """What is reported on."""
        return str(self.submission.get("service_id", ""))

    @property
    def revision(self) -> int:
        """Counts the corrections from 1."""
        return int(self.submission.get("revision", 0))

    @property
    def subject(self) -> tuple[str, str, str]:
        """Reporter, service and period; of each one revision is in force."""
        return self.reporter, self.service, self.period

    def sealed(self) -> Manifest:
        """The same with its digest."""
        return msgspec.structs.replace(self, digest=self.own_digest())

    def own_digest(self) -> str:
        """What the digest must be."""
        content = self.facts()
        del content["digest"]
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def facts(self) -> dict[str, Any]:
        """The manifest as JSON types."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found

    def content(self) -> bytes:
        """The bytes of the file."""
        text = json.dumps(self.facts(), sort_keys=True, indent=1, ensure_ascii=False)
        return text.encode("utf-8", "surrogatepass") + b"\n"


def decoded(content: bytes) -> Manifest:
    """The manifest of a file's bytes. Raises ValueError for anything else."""
    try:
        return msgspec.json.decode(content, type=Manifest)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None


def read(submission: Path) -> Manifest:
    """The manifest of a folder, not yet verified. Raises Unreadable."""
    try:
        with plain_file(submission / NAME) as stream:
            return decoded(limited(stream))
    except ValueError as error:
        raise Unreadable(submission / NAME, str(error)) from None
    except OSError as error:
        raise Unreadable(submission / NAME, error.strerror or str(error)) from None


def limited(stream: BinaryIO) -> bytes:
    """The bytes of a manifest. Raises ValueError when there are too many."""
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"it is larger than {LARGEST} bytes")
    return content


def plain_file(path: Path) -> BinaryIO:
    """Opens a plain file: no link is followed, no pipe waited for. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(0, "is no plain file")
    return os.fdopen(handle, "rb")


def digest_of(path: Path) -> str:
    """The SHA-256 of a plain file. Raises OSError."""
    with plain_file(path) as stream:
        found = hashlib.sha256()
        while block := stream.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def days(period: str) -> tuple[date, date]:
    """The first and the last day of a period such as 2026, 2026-H1, 2026-Q1 or 2026-01. Raises BadUse."""
    year, _, part = period.partition("-")
    try:
        months = {"": 12, "H": 6, "Q": 3}.get(part[:1], 1)
        place = int(part.lstrip("HQ") or 1)
        start = date(int(year), (place - 1) * months + 1, 1)
        after = start.year * 12 + start.month - 1 + months
        return start, date(after // 12, after % 12 + 1, 1) - timedelta(days=1)
    except ValueError:
        raise BadUse(f"the period {period!r} is not known") from None
