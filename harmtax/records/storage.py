"""Bytes at rest: a file, a spooled stream or a member of a zip archive, opened as a stream.

What is compressed is recognised by its first bytes, never by its name: gzip (RFC 1952, also several
members in a row), zstd (RFC 8878, also several frames) and zip. What goes wrong, also in the middle
of reading, is said as Unreadable, whatever library was at work.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import lzma
import os
import re
import shutil
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cached_property
from typing import Any, BinaryIO, Protocol, cast
from weakref import finalize

import pyarrow as pa

from harmtax.errors import BadUse, Unreadable

_BLOCK = 1 << 20
# As many bytes as it takes to tell every kind below.
_START = 512
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
# How the content of a file is unpacked; a zstd file may begin with a frame that is to be skipped.
_UNPACKERS: tuple[tuple[re.Pattern[bytes], Unpack], ...] = (
    (re.compile(rb"\x1f\x8b"), lambda below: gzip.GzipFile(fileobj=below)),
    (
        re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),
        lambda below: pa.CompressedInputStream(below, "zstd"),
    ),
)
# What is handed in as well; its name is a better answer than a bad first line.
_OTHERS = (
    (re.compile(rb"BZh[1-9]1AY&SY"), "bzip2"),
    (re.compile(rb"\xfd7zXZ\x00"), "xz"),
    (re.compile(rb"7z\xbc\xaf\x27\x1c"), "7-Zip"),
    (re.compile(rb"Rar!\x1a\x07"), "RAR"),
    (re.compile(rb"\x04\x22\x4d\x18"), "LZ4"),
    (re.compile(rb".{257}ustar", re.DOTALL), "tar"),
)
_DAMAGE = (
    OSError, ValueError, RuntimeError, ArithmeticError, LookupError, struct.error, zlib.error,
    lzma.LZMAError, zipfile.BadZipFile, pa.ArrowException,
)  # fmt: skip
# Archives may hold archives, as the daily dumps do; what shrank to less than this share is none.
NESTED, SHRINKS = 1, 8

Unpack = Callable[[BinaryIO], Any]


class Counting(Protocol):
    """A raw stream that says how many bytes on disk it has taken."""

    @property
    def taken(self) -> int:
        """Bytes on disk so far."""


class Stored(Protocol):
    """Something at rest: its name, how a message calls it, its size and digest on disk."""

    @property
    def name(self) -> str: ...
    @property
    def shown(self) -> object: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    def open(self) -> Counting: ...


class File:
    """A file, or the spooled copy of a stream; `handle` gives a descriptor of its own each time."""

    def __init__(self, name: str, shown: object, handle: Callable[[], int]) -> None:
        self.name, self.shown, self._handle = name, shown, handle

    def open(self) -> _Disk:
        """Its bytes as they are. Raises Unreadable."""
        try:
            return _Disk(self._handle(), self.shown)
        except (OSError, ValueError) as error:
            raise Unreadable(self.shown, words(error)) from None

    @cached_property
    def size(self) -> int:
        """The number of its bytes."""
        with self.open() as disk:
            return disk.seek(0, os.SEEK_END)

    @cached_property
    def sha256(self) -> str:
        """The digest of its bytes."""
        with io.BufferedReader(self.open(), _BLOCK) as stream:
            return hashlib.file_digest(cast(Any, stream), "sha256").hexdigest()


class Member:
    """A file in a zip archive, whose table of contents is read once for all members."""

    def __init__(self, archive: File, opened: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        self.name = f"{archive.name}/{entry.filename}"
        self.shown = f"{archive.shown} ({entry.filename})"
        self.size = entry.compress_size
        self._archive, self._opened, self._entry = archive, opened, entry

    @property
    def sha256(self) -> str:
        """The digest of the whole archive, which is what is on disk."""
        return self._archive.sha256

    def open(self) -> _Unpacked:
        """Its bytes. Raises Unreadable."""
        if self._entry.flag_bits & 1:
            raise Unreadable(self.shown, "it is encrypted; decrypt the archive first")
        share = self.size / max(self._entry.file_size, 1)
        try:
            return _Unpacked(self._opened.open(self._entry), self.shown, share=share)
        except Unreadable:
            raise
        except _DAMAGE as error:
            raise Unreadable(self.shown, f"cannot be unpacked: {words(error)}") from None


def on_disk(path: os.PathLike[str]) -> File:
    """The file of a path, which need not exist until it is opened."""
    return File(os.path.basename(path), path, lambda: os.open(path, os.O_RDONLY | os.O_CLOEXEC))


def spooled(name: str, stream: BinaryIO) -> File:
    """A copy on disk of a stream that can be read only once. Raises Unreadable, BadUse for text."""
    try:
        # It has no name on disk, so that nothing of it stays behind, whatever ends the run.
        with tempfile.TemporaryFile() as copy:
            shutil.copyfileobj(stream, copy, _BLOCK)
            copy.flush()
            handle = os.dup(copy.fileno())
    except OSError as error:
        raise Unreadable(name, words(error)) from None
    except TypeError:
        raise BadUse("a text stream is no source; open it in binary mode") from None
    file = File(name, name, lambda: os.dup(handle))
    finalize(file, os.close, handle)
    return file


def members(file: File, depth: int = 0) -> Iterator[Stored]:
    """The file itself, or the files in it when it is an archive, or in the archives in it.

    Raises Unreadable, also for archives in archives in archives.
    """
    if not _start(file, None).startswith(_ZIP):
        yield file
        return
    try:
        archive = zipfile.ZipFile(cast(Any, io.BufferedReader(file.open(), 1 << 16)))
    except Unreadable:
        raise
    except _DAMAGE:
        raise Unreadable(file.shown, "the archive is damaged or cut off") from None
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if any(entry.filename == "[Content_Types].xml" for entry in entries):
        raise Unreadable(file.shown, "it is an office document; save its table as CSV")
    for entry in entries:
        member = Member(file, archive, entry)
        if depth < NESTED and _start(member, None).startswith(_ZIP):
            yield from members(_inner(member, entry), depth + 1)
        else:
            yield member


def _inner(member: Member, entry: zipfile.ZipInfo) -> File:
    """An archive in an archive, unpacked to the disk, since it is read from its end."""
    if entry.file_size > SHRINKS * entry.compress_size + _BLOCK:
        # What is packed already shrinks no more.
        raise Unreadable(
            member.shown, f"it unpacks to {entry.file_size >> 20} MiB; that is no archive"
        )
    with closing(stream_of(member.open(), None, member.shown)) as stream:
        return spooled(member.name, stream)


def unpacker(stored: Stored) -> Unpack | None:
    """How the content is unpacked, None when it is not packed.

    Raises Unreadable for what harmtax does not unpack, and for what is packed twice.
    """
    unpack = _unpack_of(_start(stored, None), stored)
    if unpack is not None and _unpack_of(_start(stored, unpack), stored) is not None:
        raise Unreadable(stored.shown, "it is compressed twice; unpack it once first")
    return unpack


def stream_of(reader: Counting, unpack: Unpack | None, shown: object) -> BinaryIO:
    """A buffered stream of the unpacked bytes, which closes what is below it."""
    below = cast(BinaryIO, io.BufferedReader(cast(Any, reader), _BLOCK))
    if unpack is None:
        return below
    return cast(BinaryIO, io.BufferedReader(_Unpacked(unpack(below), shown, below), _BLOCK))


def words(error: BaseException) -> str:
    """What an error of the system or of a library says, in one line."""
    told = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(told).splitlines()[0]


def _start(stored: Stored, unpack: Unpack | None) -> bytes:
    with closing(stream_of(stored.open(), unpack, stored.shown)) as stream:
        return stream.read(_START)


def _unpack_of(head: bytes, stored: Stored) -> Unpack | None:
    other = next((kind for mark, kind in _OTHERS if mark.match(head)), None)
    if other is not None:
        raise Unreadable(stored.shown, f"harmtax does not unpack {other}; unpack it first")
    if head.startswith(_ZIP):
        raise Unreadable(stored.shown, "it is an archive within a file; unpack it first")
    return next((unpack for mark, unpack in _UNPACKERS if mark.match(head)), None)


class _Disk(io.RawIOBase):
    """Reads a file by place, so that readers of one spooled copy do not move each other."""

    def __init__(self, handle: int, shown: object) -> None:
        self._handle, self._shown = handle, shown
        self._at = self.taken = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_CUR:
            offset += self._at
        elif whence == os.SEEK_END:
            offset += os.fstat(self._handle).st_size
        if offset < 0:
            raise OSError(errno.EINVAL, "a place before the start of the file")
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        try:
            many = os.preadv(self._handle, [buffer], self._at)
        except OSError as error:
            raise Unreadable(self._shown, words(error)) from None
        self._at += many
        self.taken += many
        return many

    def close(self) -> None:
        if not self.closed:
            os.close(self._handle)
        super().close()


class _Unpacked(io.RawIOBase):
    """Hands out what a decompressor gives, and says in our words when it cannot go on."""

    def __init__(
        self, inner: Any, shown: object, below: BinaryIO | None = None, share: float = 1.0
    ) -> None:
        self._inner, self._shown, self._below, self._share = inner, shown, below, share
        self._given = 0

    @property
    def taken(self) -> int:
        # An archive does not tell how far it has read for one member; its share comes near enough.
        return round(self._given * self._share)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            many: int = self._inner.readinto(buffer)
        except Unreadable:
            raise
        except EOFError:
            raise Unreadable(self._shown, "the compressed data ends too early") from None
        except _DAMAGE as error:
            raise Unreadable(self._shown, f"cannot be unpacked: {words(error)}") from None
        self._given += many
        return many

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            if self._below is not None:
                self._below.close()
        super().close()
