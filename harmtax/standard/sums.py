"""The digests of an export folder, in the form that `sha256sum --check` reads."""

from __future__ import annotations

import hashlib
from pathlib import Path

from harmtax.errors import Unreadable

FILE = "SHA256SUMS"


def faults(folder: Path) -> list[str]:
    """What in a folder is not as its list of digests says; empty when all of it is.

    Raises Unreadable when the list cannot be read.
    """
    try:
        lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
        told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
        there = {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path != folder / FILE
        }
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(folder / FILE, str(error)) from error
    return [
        *(f"{name} is missing" for name in told if name not in there),
        *(f"{name} is not listed" for name in there if name not in told),
        *(f"{name} was changed" for name in there if told.get(name, there[name]) != there[name]),
    ]
