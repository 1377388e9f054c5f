"""Finds and opens inputs: paths, globs, folders and streams, each under a name of its own."""

from __future__ import annotations

import glob
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, count
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from harmtax.errors import Unreadable
from harmtax.records import dataset

HEAD = 65_536


def head(stream: BinaryIO) -> bytes:
    """The first bytes of an input, without taking them."""
    first = stream.read(HEAD)
    stream.seek(0)
    return first


def digest(stream: BinaryIO) -> str:
    """The SHA-256 of a whole input in hexadecimal."""
    stream.seek(0)
    return hashlib.file_digest(cast(Any, stream), "sha256").hexdigest()


def opened(source: Any, stack: ExitStack) -> Iterator[tuple[str, BinaryIO]]:
    """The inputs one after another, each under a name that no other has."""
    seen: set[str] = set()
    for name, stream in _streams(source, stack):
        names = chain([name], (f"{name}-{number}" for number in count(2)))
        free = next(each for each in names if each not in seen)
        seen.add(free)
        yield free, stream


def _streams(source: Any, stack: ExitStack) -> Iterator[tuple[str, BinaryIO]]:
    if hasattr(source, "read"):
        yield "stdin", _spooled(source, stack)
        return
    for path in _paths(source):
        yield path.name, stack.enter_context(_open(path))


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise Unreadable(path, error.strerror or str(error)) from None


def _spooled(stream: BinaryIO, stack: ExitStack) -> BinaryIO:
    """A copy on disk: a stream can be read only once, but its head and its bytes are needed again."""
    copy: IO[bytes] = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    shutil.copyfileobj(stream, copy)
    copy.seek(0)
    return cast(BinaryIO, copy)


def _paths(source: Any) -> Iterator[Path]:
    if not isinstance(source, str | Path):
        for each in source:
            yield from _paths(each)
        return
    path = Path(source)
    if path.is_dir():
        found = sorted(p for p in path.iterdir() if p.is_file() and not _hidden(p))
    elif path.exists() or not glob.has_magic(str(source)):
        found = [path]
    else:
        found = sorted(Path(each) for each in glob.glob(str(source)))
    if not found:
        raise Unreadable(source, "no such file")
    yield from found


def _hidden(path: Path) -> bool:
    return path.name.startswith(".") or path.name == dataset.MANIFEST
