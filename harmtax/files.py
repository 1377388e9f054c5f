"""Writes files and folders as a whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, cast

from harmtax.errors import Unreadable

# The signals with which somebody asks a run to end.
# Read once, since reading it changes it for a moment.
UMASK = os.umask(0)
os.umask(UMASK)
ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@contextmanager
def replacing(target: Path, *, parents: bool = False) -> Iterator[BinaryIO]:
    """A file under a temporary name that takes the target's place once it is whole and on disk.

    When anything fails, the target stays as it was. `parents` makes the folders above it. A device or a
    pipe is written to as it is, since nothing can take its place. Raises Unreadable when it cannot be
    written.
    """
    if target.exists() and not target.is_file():
        with _straight(target) as stream:
            yield stream
        return
    draft = beside(target)
    try:
        if parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        with open(draft, "xb", opener=_for_us_alone) as stream:
            yield cast(BinaryIO, stream)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(draft, 0o666 & ~UMASK)
        os.replace(draft, target)
    except Unreadable:
        # Whoever writes may read something meanwhile, which says by itself what it is.
        raise
    except OSError as error:
        raise Unreadable(target, error.strerror or str(error)) from error
    finally:
        # It may be in its place already, or its folder was none.
        with suppress(OSError):
            draft.unlink()


def beside(target: Path) -> Path:
    """A name for a draft of the target, which nothing has yet.

    Known before the draft is made, so that no signal can come between the making and the note of it.
    """
    return target.parent / f".{target.name}-{secrets.token_hex(8)}"


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def _straight(target: Path) -> Iterator[BinaryIO]:
    try:
        with target.open("wb") as stream:
            yield stream
    except Unreadable:
        raise
    except OSError as error:
        raise Unreadable(target, error.strerror or str(error)) from error


def exchange(pairs: Sequence[tuple[Path, Path]]) -> None:
    """Lets drafts of folders take the places of old ones, all of them or none.

    Signals wait meanwhile. Raises OSError when one cannot be moved; then all is as it was.
    """
    moved: list[tuple[Path, Path]] = []
    asides: list[Path] = []
    with _undisturbed():
        try:
            for draft, target in pairs:
                if target.exists():
                    # A folder cannot be replaced in one step, so the old one steps aside.
                    prefix = f".{target.name}-old-"
                    asides.append(Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent)))
                    _move(target, asides[-1] / "old", moved)
                _move(draft, target, moved)
        except BaseException:
            for source, place in reversed(moved):
                os.replace(place, source)
            raise
        finally:
            for aside in asides:
                shutil.rmtree(aside, ignore_errors=True)


def _move(source: Path, place: Path, moved: list[tuple[Path, Path]]) -> None:
    os.replace(source, place)
    moved.append((source, place))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Lets the signals that end a run wait until what is inside is done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
