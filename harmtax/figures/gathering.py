"""Gathering: which of many submissions are in force, which are superseded, which do not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from harmtax.errors import NotMergeable
from harmtax.figures import manifest as room
from harmtax.figures.manifest import FIGURES, Manifest
from harmtax.figures.verification import verify
from harmtax.records.findings import Finding


@dataclass(frozen=True, slots=True)
class Filed:
    """A submission that holds: where it is and what it says of itself."""

    path: Path
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Gathering:
    """Submissions by their standing, each in the order of reporter, service, period and revision."""

    filings: tuple[Filed, ...]
    superseded: tuple[Filed, ...]
    broken: Mapping[Path, tuple[Finding, ...]]

    @property
    def figures(self) -> tuple[Path, ...]:
        """The files with the figures in force."""
        return tuple(each.path / FIGURES for each in self.filings)


def gather(paths: Iterable[Path]) -> Gathering:
    """Which submissions are in force: of each reporter, service and period the highest revision.

    A submission that is given twice counts once. What does not verify is listed as broken and takes
    no part. Raises NotMergeable when two different submissions have the same revision, Unreadable
    for a folder that is not there.
    """
    broken: dict[Path, tuple[Finding, ...]] = {}
    sound: dict[str, Filed] = {}
    for path in sorted(set(paths)):
        errors = tuple(each for each in verify(path) if each.severity == "error")
        if errors:
            broken[path] = errors
        else:
            manifest = room.read(path)
            sound.setdefault(manifest.digest, Filed(path, manifest))
    ranked = sorted(
        sound.values(), key=lambda each: (each.manifest.subject, each.manifest.revision)
    )
    filings: list[Filed] = []
    superseded: list[Filed] = []
    for filed in ranked:
        if filings and filings[-1].manifest.subject == filed.manifest.subject:
            _refuse_twins(filings[-1], filed)
            superseded.append(filings.pop())
        filings.append(filed)
    return Gathering(tuple(filings), tuple(superseded), MappingProxyType(broken))


def _refuse_twins(one: Filed, other: Filed) -> None:
    if one.manifest.revision == other.manifest.revision:
        subject = ", ".join(one.manifest.subject)
        raise NotMergeable(
            subject,
            f"two submissions differ in revision {one.manifest.revision}: {one.path}, {other.path}",
        )
