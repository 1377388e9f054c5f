"""Freezes the working exports as a release: whole or not at all, and never again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from harmtax import files
from harmtax.errors import BadUse, Unreadable
from harmtax.standard import sums
from harmtax.standard.release import WORKING, number, read
from harmtax.standard.versions import check, live


def freeze(version: str, exports: Path) -> Path:
    """Copies `exports/next` to `exports/<version>`, verified against its SHA256SUMS. Gives the folder.

    Raises BadUse when the version is not X.Y.Z or not that of the exports, when it is released already, when
    the exports are not what the schema says or what their digests say, or when the gate has problems.
    """
    number(version)
    source, target = exports / WORKING, exports / version
    if target.exists():
        raise BadUse(f"{target} is released and must not change; a correction is a new version")
    _refuse_stale(version, exports)
    gate = check(exports)
    if gate.problems:
        raise BadUse(
            f"{len(gate.problems)} problems stand in the way, the first: {gate.problems[0].message}"
            f" Run: harmtax taxonomy check"
        )
    draft = files.beside(target)
    try:
        shutil.copytree(source, draft)
        _settle(draft)
        faults = sums.faults(draft)
        if faults:
            raise BadUse(f"{source} changed while it was copied: {faults[0]}")
        files.exchange([(draft, target)])
    except OSError as error:
        raise Unreadable(target, error.strerror or str(error)) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _refuse_stale(version: str, exports: Path) -> None:
    source = exports / WORKING
    built = read(source)
    if built.version != version:
        raise BadUse(f"{source} is version {built.version}, not {version}")
    faults = sums.faults(source)
    if faults:
        raise BadUse(f"{source} is not what was built: {faults[0]}. Run: python -m schema.build")
    now = live(exports)
    if now is not None and now != built:
        raise BadUse(f"{source} is not what the schema says now. Run: python -m schema.build")


def _settle(folder: Path) -> None:
    """Has everything in a folder on disk before the folder takes its place."""
    for path in (*folder.rglob("*"), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
