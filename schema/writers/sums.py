"""Writes SHA256SUMS over the exports, in the form that `sha256sum --check` reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

FOLDER = "exports/next/"


def write(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The list of digests by its path."""
    lines = [
        f"{hashlib.sha256(files[path]).hexdigest()}  {path.removeprefix(FOLDER)}\n"
        for path in sorted(files)
        if path.startswith(FOLDER)
    ]
    return {f"{FOLDER}SHA256SUMS": "".join(lines).encode()}
