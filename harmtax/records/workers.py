"""Judging in several processes, with the same batches in the same order as in one.

Each worker is a Python of its own that runs the kernel on what comes in through its standard input and
gives back judged batches; batches go round, so that the order of the results is that of the input.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa

from harmtax.errors import BadUse, Unreadable
from harmtax.records import gate
from harmtax.records.formats.format import Format
from harmtax.records.record import Record
from harmtax.records.waivers import Waivers

_SERVE = "from harmtax.records.workers import serve; serve()"
_SIZE = 8
_BATCH, _ERROR = b"B", b"E"


def judged(
    batches: Iterable[pa.RecordBatch],
    record: type[Record],
    format: Format,
    waivers: Waivers,
    jobs: int,
) -> Iterator[pa.RecordBatch]:
    """As `gate.judge`, in `jobs` processes. Raises BadUse for a number of jobs below one."""
    if jobs < 1:
        raise BadUse(f"jobs is {jobs}; it must be at least 1")
    if jobs == 1:
        yield from gate.judge(batches, record, format, waivers)
        return
    with ExitStack() as stack:
        task = _pickled((record, format, waivers))
        idle = deque(stack.enter_context(_worker(task)) for _ in range(jobs))
        busy: deque[_Worker] = deque()
        for batch in batches:
            if idle:
                busy.append(idle.popleft())
                busy[-1].send(batch)
                continue
            worker = busy.popleft()
            result = worker.receive()
            # It gets its next batch before the caller deals with the last one, so that both work at once.
            worker.send(batch)
            busy.append(worker)
            yield result
        while busy:
            yield busy.popleft().receive()


def _pickled(task: object) -> bytes:
    try:
        return pickle.dumps(task)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise _not_handed(error) from None


class _Worker:
    """One process; it holds at most one batch at a time, so that neither side waits for the other."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._in, self._out = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)

    def send(self, batch: pa.RecordBatch) -> None:
        self.write(_written(batch))

    def write(self, message: Any) -> None:
        try:
            _write(self._in, message)
        except OSError:
            raise self._ended() from None

    def receive(self) -> pa.RecordBatch:
        kind, message = self._out.read(1), _read(self._out)
        if message is None:
            raise self._ended()
        if kind == _ERROR:
            raise pickle.loads(message)
        return _batch(message)

    def _ended(self) -> Unreadable:
        return Unreadable("a worker process", f"it ended early (code {self._process.wait()})")


@contextmanager
def _worker(task: bytes) -> Iterator[_Worker]:
    home = str(Path(__file__).resolve().parent.parent.parent)
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    # In a session of its own it is not reached by Ctrl-C, and ends when its input ends.
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        start_new_session=True,
    )
    try:
        worker = _Worker(process)
        worker.write(task)
        yield worker
    finally:
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                cast(IO[bytes], pipe).close()
        if process.poll() is None:
            process.terminate()
        process.wait()


def serve() -> None:
    """Judges the batches of standard input until it ends; what a worker process runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    source, target = sys.stdin.buffer, sys.stdout.buffer
    task = _read(source)
    if task is None:
        return
    try:
        while (message := _read(source)) is not None:
            kind, answer = _answered(task, message)
            target.write(kind)
            _write(target, answer)
    except BrokenPipeError:
        # Nobody waits for the result any more; the interpreter must not complain when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), target.fileno())


def _answered(task: bytes, message: bytes) -> tuple[bytes, Any]:
    try:
        record, format_, waivers = _unpickled(task)
        [result] = gate.judge([_batch(message)], record, format_, waivers)
        return _BATCH, _written(result)
    except Exception as error:
        return _ERROR, pickle.dumps(error)


@cache
def _unpickled(task: bytes) -> Any:
    try:
        return pickle.loads(task)
    except (AttributeError, ImportError) as error:
        raise _not_handed(error) from None


def _not_handed(error: Exception) -> BadUse:
    return BadUse(f"this format cannot be handed to other processes ({error}); use 1 job")


def _written(batch: pa.RecordBatch) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def _batch(message: bytes) -> pa.RecordBatch:
    with pa.ipc.open_stream(pa.py_buffer(message)) as reader:
        return reader.read_next_batch()


def _write(pipe: IO[bytes], message: Any) -> None:
    pipe.write(len(message).to_bytes(_SIZE, "little"))
    pipe.write(message)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes | None:
    """The next message, or None at the end."""
    size = pipe.read(_SIZE)
    if len(size) < _SIZE:
        return None
    message = pipe.read(int.from_bytes(size, "little"))
    return message if len(message) == int.from_bytes(size, "little") else None
