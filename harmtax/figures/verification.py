"""Verification: whether a folder is the submission that its manifest says, file by file.

Nothing in the folder is believed: no link is followed, no pipe opened, no file larger than stated read.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from harmtax._generated import models
from harmtax._generated.constraints import RECORDS, VERSION
from harmtax.errors import HarmtaxError, Unreadable
from harmtax.figures.filing import Filing, fault, foreign_rows, headed, judged
from harmtax.figures.manifest import (
    FIGURES,
    NAME,
    Entry,
    Manifest,
    decoded,
    digest_of,
    limited,
    plain_file,
)
from harmtax.figures.observations import Observations
from harmtax.records.dataset import part_name
from harmtax.records.findings import Finding
from harmtax.records.record import schema

Found = Mapping[str, os.stat_result]


def verify(submission: Path) -> list[Finding]:
    """What does not hold of a submission: each missing, extra, renamed, altered or miscounted file by name.

    A submission whose files are whole is judged as on sealing: base dimensions, HT-R30, HT-R41 and the
    rules about sets; warnings are among the findings. The digests show what was changed after sealing,
    not who sealed it. Raises Unreadable when there is no such folder.
    """
    found = _listing(submission)
    manifest, faults = _manifest(submission, found)
    if manifest is None:
        return faults
    if manifest.harmtax.get("version", "").split(".")[0] != VERSION.split(".")[0]:
        return [*faults, fault("version_unsupported", str(manifest.harmtax.get("version")), NAME)]
    faults += [*_head(manifest), *_files(submission, manifest, found)]
    return faults or _contents(submission, manifest)


def _listing(submission: Path) -> Found:
    try:
        with os.scandir(submission) as entries:
            return {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
    except OSError as error:
        raise Unreadable(submission, error.strerror or str(error)) from None


def _manifest(submission: Path, found: Found) -> tuple[Manifest | None, list[Finding]]:
    if NAME not in found:
        return None, [fault("file_missing", NAME, NAME)]
    if not stat.S_ISREG(found[NAME].st_mode):
        return None, [fault("file_irregular", NAME, NAME)]
    try:
        with plain_file(submission / NAME) as stream:
            content = limited(stream)
        manifest = decoded(content)
    except (ValueError, OSError) as error:
        return None, [fault("manifest_unreadable", _line(error), NAME)]
    faults = []
    if manifest.digest != manifest.own_digest():
        faults.append(fault("manifest_altered", "its digest is another", NAME))
    elif manifest.content() != content:
        faults.append(fault("manifest_altered", "its layout is another", NAME))
    return manifest, faults


def _head(manifest: Manifest) -> Iterator[Finding]:
    """Facts that stand in a manifest twice must agree."""
    told, header = dict(manifest.harmtax), manifest.submission
    wanted = {"record": "Submission", "version": header.get("harmtax_version", told.get("version"))}
    for name, value in wanted.items():
        if told.get(name) != value:
            detail = f"its {name} is {told.get(name)}, not {value}"
            yield fault("manifest_altered", detail, NAME)


def _files(submission: Path, manifest: Manifest, found: Found) -> list[Finding]:
    named = {FIGURES: None, **manifest.files}
    missing = [name for name in sorted(named) if name not in found]
    extra = [name for name in sorted(found) if name not in named and name != NAME]
    renamed = dict(_renamed(submission, manifest, found, missing, extra))
    faults = [fault("file_renamed", f"{old} is {_shown(new)}", old) for old, new in renamed.items()]
    faults += [fault("file_missing", _shown(n), _shown(n)) for n in missing if n not in renamed]
    for name in extra:
        if name not in renamed.values():
            plain = stat.S_ISREG(found[name].st_mode)
            word = "file_extra" if plain else "file_irregular"
            faults.append(fault(word, _shown(name), _shown(name)))
    for name, entry in sorted(manifest.files.items()):
        if name in found:
            faults += _held(submission / name, entry, found[name])
    if FIGURES in found and FIGURES not in manifest.files:
        faults.append(fault("file_extra", FIGURES, FIGURES))
    return faults


def _renamed(
    submission: Path, manifest: Manifest, found: Found, missing: list[str], extra: list[str]
) -> Iterator[tuple[str, str]]:
    """Missing files that stand there under another name."""
    for old in missing:
        entry = manifest.files.get(old)
        for new in extra if entry is not None else ():
            if entry is not None and not _held(submission / new, entry, found[new]):
                yield old, new
                break


def _held(path: Path, entry: Entry, there: os.stat_result) -> list[Finding]:
    name = _shown(path.name)
    if not stat.S_ISREG(there.st_mode):
        return [fault("file_irregular", name, name)]
    if there.st_size != entry.bytes:
        return [fault("file_altered", f"{there.st_size} bytes instead of {entry.bytes}", name)]
    try:
        digest = digest_of(path)
    except OSError as error:
        return [fault("file_altered", _line(error), name)]
    if digest != entry.sha256:
        return [fault("file_altered", f"SHA-256 {digest} instead of {entry.sha256}", name)]
    return []


# --- what the files hold ------------------------------------------------------------------------------


def _contents(submission: Path, manifest: Manifest) -> list[Finding]:
    faults: list[Finding] = []
    tables: dict[str, pa.Table] = {}
    for name, entry in sorted(manifest.files.items()):
        try:
            table = _table(submission, name, entry)
        except (HarmtaxError, OSError, ValueError, pa.ArrowException) as error:
            faults.append(fault("file_unsound", _line(error), _shown(name)))
            continue
        if table.num_rows != entry.rows:
            detail = f"{table.num_rows} rows instead of {entry.rows}"
            faults.append(fault("rows_miscounted", detail, name))
        tables[entry.record] = table
    if faults:
        return faults
    figures = tables.pop("Observation")
    filing = Filing(manifest.submission, manifest.period, figures, tables)
    header = headed(filing.header, filing.period)
    if header:
        return header
    found = [*foreign_rows(filing), *judged(filing)]
    return [*found, *_counts(submission, manifest, found)]


def _counts(submission: Path, manifest: Manifest, found: Sequence[Finding]) -> Iterator[Finding]:
    """What the manifest counts besides rows: the records behind the figures, and the warnings."""
    counted = dict(Observations.read(submission / FIGURES).counted)
    if counted != manifest.counted:
        detail = f"counted {_listed(manifest.counted)} where the figures say {_listed(counted)}"
        yield fault("rows_miscounted", detail, NAME)
    # Another version may have other warnings.
    if manifest.harmtax.get("version") == VERSION and all(x.severity != "error" for x in found):
        warnings = dict(Counter(each.rule for each in found))
        if warnings != manifest.warnings:
            detail = f"{_listed(manifest.warnings)} where the files give {_listed(warnings)}"
            yield fault("rows_miscounted", f"warnings: {detail}", NAME)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"


def _table(submission: Path, name: str, entry: Entry) -> pa.Table:
    if name == FIGURES:
        if entry.record != "Observation":
            raise ValueError(f"figures are observations, not {entry.record}")
        return Observations.read(submission / name).table
    if entry.record not in RECORDS or name != part_name(entry.record):
        raise ValueError(f"it is no part with records of the type {entry.record}")
    table = pq.read_table(submission / name)
    full = schema(getattr(models, entry.record))
    shown = [f.name for f in RECORDS[entry.record].fields if f.audience != "restricted"]
    if table.column_names != shown:
        raise ValueError(f"its columns are not those of {entry.record} that may be shared")
    return table.cast(pa.schema([full.field(each) for each in shown], metadata=full.metadata))


def _line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _shown(name: str) -> str:
    """A name as it can be printed; the bytes of a name need be no text."""
    return name.encode("utf-8", "backslashreplace").decode()
