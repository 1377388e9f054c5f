"""Writes files as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from harmtax.errors import Unreadable


@contextmanager
def replacing(target: Path, *, parents: bool = False) -> Iterator[BinaryIO]:
    """A file under a temporary name that takes the target's place once it is whole and on disk.

    When anything fails, the target stays as it was. `parents` makes the folders above it. Raises
    Unreadable when it cannot be written.
    """
    try:
        if parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    except OSError as error:
        raise Unreadable(target, error.strerror or str(error)) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            yield cast(BinaryIO, stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(draft, 0o644)
        os.replace(draft, target)
    except OSError as error:
        raise Unreadable(target, error.strerror or str(error)) from error
    finally:
        Path(draft).unlink(missing_ok=True)
