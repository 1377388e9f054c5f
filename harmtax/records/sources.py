"""Finds inputs: files, globs, folders, archives and streams, each under a name of its own."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from itertools import chain, count
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from harmtax.errors import BadUse, Unreadable
from harmtax.records import dataset, storage
from harmtax.records.storage import Counting, File, Stored, Unpack

HEAD = 65_536
# A longer name could not be the name of a quarantine file.
_LONGEST = 200
_SUFFIXES = (".gz", ".gzip", ".zst", ".zstd")
# What engines leave in a folder beside their data.
_MARKERS = ("_SUCCESS", "_metadata", "_common_metadata")
_MARKER_STARTS = (".", "_committed_", "_started_")


class Source:
    """One input. It may be opened several times; each stream is the caller's to close."""

    def __init__(self, name: str, stored: Stored, unpack: Unpack | None) -> None:
        self.name = name
        self._stored, self._unpack = stored, unpack
        self._reader: Counting | None = None

    @property
    def content_name(self) -> str:
        """The name that the unpacked bytes would have; a format may be told by it."""
        name = PurePosixPath(self._stored.name).name
        packed = _SUFFIXES if self._unpack is not None else ()
        return _fitting(next((name.removesuffix(s) for s in packed if name.endswith(s)), name))

    @property
    def size(self) -> int:
        """The bytes on disk; of the member alone when it is one of an archive."""
        return self._stored.size

    def open(self) -> BinaryIO:
        """A fresh stream of the unpacked bytes; it can seek when nothing is packed.

        Raises Unreadable, also while it is read: when the disk fails, or what is packed is cut off
        or damaged.
        """
        self._reader = self._stored.open()
        return storage.stream_of(self._reader, self._unpack, self._stored.shown)

    def head(self) -> bytes:
        """The first unpacked bytes. Raises Unreadable."""
        reader = self._stored.open()
        with storage.stream_of(reader, self._unpack, self._stored.shown) as stream:
            return stream.read(HEAD)

    def is_at(self, path: Path) -> bool:
        """Whether it is read from the file at a path."""
        shown = self._stored.shown
        try:
            return isinstance(shown, os.PathLike) and os.path.samefile(shown, path)
        except OSError:
            return False

    def sha256(self) -> str:
        """The SHA-256 of the bytes on disk in hexadecimal; of the whole archive for its member."""
        return self._stored.sha256

    def position(self) -> int:
        """How many of the `size` bytes on disk the stream that was opened last has taken."""
        return min(self._reader.taken, self.size) if self._reader is not None else 0


def inputs(source: Any) -> Iterator[Source]:
    """The inputs of a source one after another, each under a name that no other has.

    `source` is a path, a glob (`**` goes through folders), a folder, a binary stream, or a sequence
    of these. A folder gives its own files in the order of their names, not those of folders within.
    In a folder, a glob and a zip archive, hidden files, the manifest of a dataset and the markers of
    engines are no inputs. A stream is spooled to a temporary file, since it can be read only once.
    Raises Unreadable for what is missing, cannot be read or holds no files, BadUse for no source.
    """
    seen: set[str] = set()
    for file in _files(source):
        for stored in _within(file):
            stem = _fitting(stored.name)
            names = chain([stem], (f"{stem}-{number}" for number in count(2)))
            free = next(each for each in names if each not in seen)
            seen.add(free)
            yield Source(free, stored, storage.unpacker(stored))


def _within(file: File) -> list[Stored]:
    """The file itself, or the inputs in an archive."""
    found = [each for each in storage.members(file) if each is file or _is_input(each.name)]
    if not found:
        raise Unreadable(file.shown, "the archive holds no files")
    return found


def _is_input(name: str) -> bool:
    path = PurePosixPath(name)
    # The Finder of macOS puts a shadow of every file into its archives.
    return "__MACOSX" not in path.parts and not _hidden(path.name)


def _files(source: Any) -> Iterator[File]:
    if hasattr(source, "read"):
        yield storage.spooled(_stream_name(source), source)
    elif source == "":
        raise BadUse("the name of an input is empty")
    elif isinstance(source, str | os.PathLike):
        yield from (_file(path) for path in _paths(Path(source)))
    elif isinstance(source, Iterable) and not isinstance(source, bytes | bytearray | memoryview):
        for each in source:
            yield from _files(each)
    else:
        raise BadUse(f"{type(source).__name__} is no source; give a path or a binary stream")


def _stream_name(stream: Any) -> str:
    name = getattr(stream, "name", None)
    told = isinstance(name, str) and not name.startswith("<")
    return os.path.basename(str(name)) if told else "stdin"


def _file(path: Path) -> File:
    if os.path.isfile(path) or not os.path.exists(path):
        return storage.on_disk(path)
    # A pipe can be read only once.
    try:
        with path.open("rb") as stream:
            return storage.spooled(path.name, stream)
    except OSError as error:
        raise Unreadable(path, storage.words(error)) from None


def _paths(path: Path) -> list[Path]:
    if os.path.isdir(path):
        return _in_folder(path)
    if os.path.exists(path) or not glob.has_magic(str(path)):
        return [path]
    found = {Path(each) for each in glob.glob(str(path), recursive=True)}
    files = {each for each in found if not os.path.isdir(each) and not _hidden(each.name)}
    # With ** the files of a folder match by themselves.
    for folder in found - files if "**" not in path.parts else ():
        if os.path.isdir(folder):
            files.update(_in_folder(folder))
    if not files:
        raise Unreadable(path, "no file matches")
    return sorted(files)


def _in_folder(folder: Path) -> list[Path]:
    try:
        within = list(folder.iterdir())
    except OSError as error:
        raise Unreadable(folder, storage.words(error)) from None
    files = sorted(each for each in within if not os.path.isdir(each) and not _hidden(each.name))
    if not files:
        raise Unreadable(folder, f"the folder holds no files ({folder}/** would go deeper)")
    return files


def _hidden(name: str) -> bool:
    return name.startswith(_MARKER_STARTS) or name in (*_MARKERS, dataset.MANIFEST)


def _fitting(name: str) -> str:
    """A name that can be printed and be the name of a file, whatever an archive calls its members."""
    readable = os.fsencode(name).decode("utf-8", "backslashreplace").replace("/", "-")
    shown = "".join(each if each.isprintable() else "_" for each in readable)
    cut = shown.encode()[-_LONGEST:].decode("utf-8", "ignore")
    # A hidden file would be no part of the quarantine that its name is given to.
    return f"_{cut[1:]}" if cut.startswith(".") else cut
