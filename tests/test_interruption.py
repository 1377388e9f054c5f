"""Whatever ends a run early: a clear line, the right exit code, and nothing half-written."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harmtax.cli import main
from tests.rows import incident

HOME = Path(__file__).resolve().parent.parent
NOBODY = 65_534
SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
Out = pytest.CaptureFixture[str]

RUN = "from harmtax.cli import run; run()"


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def lines(count: int, **changes: Any) -> bytes:
    """Records whose identifiers cannot be made small by any packing."""
    rows = (
        incident(incident_id=hashlib.sha256(b"%d" % number).hexdigest(), **changes)
        for number in range(count)
    )
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)


def tree(folder: Path) -> dict[str, bytes | None]:
    """All that is in a folder, hidden or not."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        if path.is_file() and os.access(path, os.R_OK)
        else None
        for path in sorted(folder.rglob("*"))
    }


def command(*arguments: object) -> int:
    return main([str(each) for each in arguments])


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HOME), "PYTHONDONTWRITEBYTECODE": "1"}


def started(
    folder: Path, script: str, *arguments: object, **options: Any
) -> subprocess.Popen[bytes]:
    """The command line in a process of its own, run from a folder."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )


def heedful() -> None:
    """A shell lets its background jobs ignore Ctrl-C, and the tests may be one of those."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def ended(process: subprocess.Popen[bytes], content: bytes | None = None) -> tuple[bytes, bytes]:
    """What a process told on both streams; one that does not end is ended."""
    try:
        return process.communicate(content, timeout=40)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def until(condition: Callable[[], Any], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while not condition():
        if time.monotonic() > end:
            process.kill()
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def says_one_line(told: bytes) -> str:
    """What is told, which is one line and no traceback."""
    [line] = told.decode().splitlines()
    return line


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with an input; what is beside the folder does not matter."""
    folder = tmp_path / "place"
    folder.mkdir()
    written(folder / "in.ndjson", lines(50) + b"{broken\n")
    return folder


# --- signals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code", "is_second"),
    [(*SIGNALS[0], False), (*SIGNALS[1], True)],
    ids=["first-run", "second-run"],
)
def test_a_signal_while_a_slow_pipe_is_read_leaves_all_as_it_was(
    number: signal.Signals, code: int, is_second: bool, place: Path
) -> None:
    if is_second:
        assert command("validate", place / "in.ndjson", "-o", place / "out", "-q") == 1
    before = tree(place)
    with started(
        place, RUN, "validate", "-", "-o", "out", stdin=subprocess.PIPE, preexec_fn=heedful
    ) as process:
        assert process.stdin is not None
        process.stdin.write(lines(3))
        process.stdin.flush()
        until(lambda: list(place.glob(".out-*")), process)
        process.send_signal(number)
        # The pipe stays open: nothing but the signal ends the run.
        until(lambda: process.poll() is not None, process)
        out, told = process.communicate()
    assert process.returncode == code
    assert tree(place) == before
    assert out == b"" and b"Traceback" not in told
    if number is signal.SIGINT:
        assert says_one_line(told) == "interrupted; nothing was written"


# Each stops the run at one of its stages, tells that it is there, and waits.
STAGES = {
    "judging": "from harmtax.records import staging; of, name = staging.Staging, 'add'",
    "settling": "from harmtax.records import staging; of, name = staging.Staging, 'commit'",
    "telling": "from harmtax.records import intake; of, name = intake, 'write_manifest'",
    "syncing": "from harmtax.records import dataset; of, name = dataset, 'sync'",
}
HELD = """
import time
from pathlib import Path
from harmtax.cli import run
{stage}
original = getattr(of, name)
def held(*arguments):
    original(*arguments)
    Path("../held").touch()
    time.sleep(60)
setattr(of, name, held)
run()
"""


@pytest.mark.parametrize(
    ("stage", "number", "code"),
    [(stage, *SIGNALS[place % 2]) for place, stage in enumerate(STAGES)],
)
def test_a_signal_at_any_stage_leaves_all_as_it_was(
    stage: str, number: signal.Signals, code: int, place: Path
) -> None:
    assert command("validate", place / "in.ndjson", "-o", place / "out", "-q") == 1
    written(place / "more.ndjson", lines(80))
    before = tree(place)
    script = HELD.format(stage=STAGES[stage])
    arguments = ("validate", "more.ndjson", "-o", "out")
    with started(place, script, *arguments, preexec_fn=heedful) as process:
        until((place.parent / "held").exists, process)
        process.send_signal(number)
        _, told = ended(process)
    assert process.returncode == code
    assert b"Traceback" not in told
    assert tree(place) == before


# The engine looks for signals of its own accord while it is at work.
AT_WORK = """
import os, signal, threading
from harmtax.cli import run
from harmtax.records import sets
original = sets.judge
def judge(connection, tables):
    threading.Timer(0.3, os.kill, (os.getpid(), {number})).start()
    # With one thread it is the main one that works, and not one that nobody can interrupt.
    connection.execute("SET threads = 1")
    connection.execute(
        "SELECT COUNT(*) FROM range(300000) AS a, range(300000) AS b"
        " WHERE (a.range * b.range) % 7 = 3"
    ).fetchall()
    original(connection, tables)
sets.judge = judge
run()
"""


@pytest.mark.parametrize(("number", "code"), SIGNALS)
def test_a_signal_while_the_set_is_judged_in_sql_is_no_traceback(
    number: signal.Signals, code: int, place: Path
) -> None:
    before = tree(place)
    script = AT_WORK.format(number=int(number))
    arguments = ("validate", "in.ndjson", "-o", "out")
    with started(place, script, *arguments, preexec_fn=heedful) as process:
        _, told = ended(process)
    assert tree(place) == before
    assert b"Traceback" not in told
    assert process.returncode == code


def test_ctrl_c_during_a_repair_leaves_dataset_and_quarantine_as_they_were(place: Path) -> None:
    written(place / "in.ndjson", lines(3) + lines(3, surface="feed", content_type=["Vidoe"]))
    written(place / "fixes.csv", b"field,written,to\ncontent_type,Vidoe,video\n")
    command("validate", place / "in.ndjson", "-o", place / "out", "-q")
    before = tree(place)
    script = HELD.format(stage=STAGES["telling"])
    arguments = ("repair", "out.quarantine", "fixes.csv", "-o", "out")
    with started(place, script, *arguments, preexec_fn=heedful) as process:
        until((place.parent / "held").exists, process)
        process.send_signal(signal.SIGINT)
        _, told = ended(process)
    assert process.returncode == 130
    assert says_one_line(told) == "interrupted; nothing was written"
    assert tree(place) == before


# --- the moment in which folders take their place -----------------------------------------------------


def interrupted_at(step: int, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Lets the renaming of folders fail once, at a step counted from 1."""
    original, steps = os.replace, iter(range(1, 100))

    def replaced(source: Any, target: Any) -> None:
        if next(steps) == step:
            raise error
        original(source, target)

    monkeypatch.setattr(os, "replace", replaced)


# An old folder steps aside, then the new one takes its place: four steps for two folders.
@pytest.mark.parametrize("step", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", ["interrupt", "error"])
def test_no_dataset_is_lost_when_folders_take_their_place(
    kind: str, step: int, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command("validate", place / "in.ndjson", "-o", place / "out", "-q") == 1
    written(place / "more.ndjson", lines(80) + b"[broken\n")
    before = tree(place)
    error = KeyboardInterrupt() if kind == "interrupt" else OSError(5, "no")
    with monkeypatch.context() as context:
        interrupted_at(step, context, error)
        code = command("validate", place / "more.ndjson", "-o", place / "out", "-q")
    assert code == (130 if kind == "interrupt" else 3)
    assert tree(place) == before


@pytest.mark.parametrize("step", [1, 2])
def test_a_first_run_leaves_neither_folder_or_both(
    step: int, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(place)
    interrupted_at(step, monkeypatch, KeyboardInterrupt())
    assert command("validate", place / "in.ndjson", "-o", place / "out", "-q") == 130
    assert tree(place) == before


# --- disks ------------------------------------------------------------------------------------------


def limited(size: int) -> Callable[[], None]:
    """No file may grow beyond a size, as on a disk that is full."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize(
    ("is_second", "content"),
    [
        (False, lambda: lines(4_000)),
        (True, lambda: lines(400, category="IIB")),
        (True, lambda: lines(100) * 4),
    ],
    ids=["dataset", "quarantine", "late"],
)
def test_a_file_that_cannot_grow_ends_with_3_and_one_line(
    is_second: bool, content: Callable[[], bytes], place: Path
) -> None:
    if is_second:
        assert command("validate", place / "in.ndjson", "-o", place / "out", "-q") == 1
    written(place / "large.ndjson", content())
    before = tree(place)
    with started(
        place, RUN, "validate", "large.ndjson", "-o", "out", preexec_fn=limited(60_000)
    ) as process:
        out, told = ended(process)
    assert process.returncode == 3
    line = says_one_line(told)
    assert line.startswith("harmtax: out") and "cannot be written: File too large" in line
    assert out == b"" and tree(place) == before


FULL_AT_THE_SET = """
import resource
from harmtax.cli import run
from harmtax.records import sets
original = sets.judge
def judge(connection, tables):
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    original(connection, tables)
sets.judge = judge
run()
"""


def test_a_disk_that_is_full_when_the_set_is_judged_ends_with_3_and_one_line(place: Path) -> None:
    written(place / "twice.ndjson", lines(20) * 2)
    before = tree(place)
    with started(place, FULL_AT_THE_SET, "validate", "twice.ndjson", "-o", "out") as process:
        _, told = ended(process)
    assert tree(place) == before
    assert b"Traceback" not in told
    assert process.returncode == 3
    assert "cannot be written" in says_one_line(told)


@pytest.fixture
def small_disk(place: Path) -> Iterator[Path]:
    """A disk of 200 KB; mounting one needs a right that not every machine gives."""
    disk = place / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root may mount a small disk")
    options = ["-t", "tmpfs", "-o", "size=200k", "harmtax-test", str(disk)]
    if subprocess.run(["mount", *options], capture_output=True).returncode:
        pytest.skip("this machine does not let root mount a small disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize(
    "content",
    [lambda: lines(9_000), lambda: lines(300) * 2],
    ids=["dataset", "late"],
)
def test_a_full_disk_ends_with_3_and_one_line(
    content: Callable[[], bytes], small_disk: Path, place: Path
) -> None:
    assert command("validate", place / "in.ndjson", "-o", small_disk / "out", "-q") == 1
    written(place / "large.ndjson", content())
    before = tree(place)
    with started(place, RUN, "validate", "large.ndjson", "-o", "disk/out") as process:
        out, told = ended(process)
    assert process.returncode == 3
    assert "No space left on device" in says_one_line(told)
    assert out == b"" and tree(place) == before


def test_a_repair_on_a_full_disk_loses_nothing(small_disk: Path, place: Path) -> None:
    written(place / "in.ndjson", lines(10) + lines(70, surface="feed", content_type=["Vidoe"]))
    written(place / "fixes.csv", b"field,written,to\ncontent_type,Vidoe,video\n")
    assert command("validate", place / "in.ndjson", "-o", small_disk / "out", "-q") == 1
    free = os.statvfs(small_disk)
    written(small_disk / "ballast", bytes(free.f_bavail * free.f_bsize - 12_000))
    before = tree(place)
    arguments = ("repair", "disk/out.quarantine", "fixes.csv", "-o", "disk/out")
    with started(place, RUN, *arguments) as process:
        _, told = ended(process)
    assert process.returncode == 3
    assert "No space left on device" in says_one_line(told)
    assert tree(place) == before


def test_standard_input_that_fits_on_no_disk_ends_with_3_and_one_line(place: Path) -> None:
    before = tree(place)
    with started(
        place, RUN, "validate", "-", "-o", "out", stdin=subprocess.PIPE, preexec_fn=limited(60_000)
    ) as process:
        _, told = ended(process, lines(400))
    assert process.returncode == 3
    assert "File too large" in says_one_line(told)
    assert tree(place) == before


# --- what may not be read or written ------------------------------------------------------------------

# Modules are loaded by a first run, as whoever is nobody may not be let to where they are.
AS_NOBODY = f"""
import contextlib, io, json, os, sys
from harmtax.cli import main
main(["validate", "in.ndjson", "-o", "warm", "-q"])
if os.geteuid() == 0:
    os.seteuid({NOBODY})
told = []
for arguments in json.load(sys.stdin):
    with contextlib.redirect_stderr(io.StringIO()) as stream:
        code = main(["validate", *arguments])
    told.append([code, stream.getvalue()])
os.seteuid(os.getuid())
print(json.dumps(told))
"""
# What is asked for, and what is told.
FORBIDDEN = {
    "input": (["in.ndjson", "secret.ndjson", "-o", "mine/out"], "secret.ndjson"),
    "folder": (["closed", "-o", "mine/out"], "closed"),
    "output": (["in.ndjson", "-o", "out"], "out"),
    "quarantine": (["in.ndjson", "-o", "mine/out", "--quarantine", "beside"], "beside"),
    "dataset": (["in.ndjson", "-o", "mine/closed"], "mine/closed"),
    "below": (["in.ndjson", "-o", "closed/out"], "closed/out"),
    "waivers": (["in.ndjson", "-o", "mine/out", "--waivers", "secret.ndjson"], "secret.ndjson"),
}


@pytest.fixture(scope="module")
def forbidden() -> Iterator[dict[str, tuple[int, str]]]:
    """What nobody is told, once nothing was left of all that was tried."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        written(place / "in.ndjson", lines(5)).chmod(0o644)
        written(place / "secret.ndjson", lines(5)).chmod(0)
        for name, mode in {"mine": 0o777, "closed": 0, "mine/closed": 0}.items():
            (place / name).mkdir()
            (place / name).chmod(mode)
        before = tree(place)
        asked = msgspec.json.encode([arguments for arguments, _ in FORBIDDEN.values()])
        with started(place, AS_NOBODY, stdin=subprocess.PIPE) as process:
            out, told = ended(process, asked)
        assert (process.returncode, told) == (0, b"")
        after = {name: body for name, body in tree(place).items() if not name.startswith("warm")}
        assert after == before
        yield dict(zip(FORBIDDEN, msgspec.json.decode(out), strict=True))


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_what_may_not_be_read_or_written_ends_with_3_and_one_line(
    kind: str, forbidden: dict[str, tuple[int, str]]
) -> None:
    code, told = forbidden[kind]
    assert code == 3
    assert told == f"harmtax: {FORBIDDEN[kind][1]}: Permission denied\n"


# --- inputs that end early ----------------------------------------------------------------------------


def damaged(content: bytes, kind: str) -> bytes:
    packed = gzip.compress(content, mtime=0)
    middle = len(packed) // 2
    if kind == "cut":
        return packed[:middle]
    if kind == "spoilt":
        return packed[:middle] + bytes(200) + packed[middle + 200 :]
    if kind == "sum":
        return packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]
    return packed + b"trailing bytes that are no gzip"


@pytest.mark.parametrize("kind", ["cut", "spoilt", "sum", "trailing"])
def test_damaged_gzip_ends_with_3_and_leaves_all_as_it_was(
    kind: str, place: Path, capfd: Out
) -> None:
    assert command("validate", place / "in.ndjson", "-o", place / "out", "-q") == 1
    written(place / "damaged.ndjson.gz", damaged(lines(3_000), kind))
    before = tree(place)
    sources = (place / "in.ndjson", place / "damaged.ndjson.gz")
    assert command("validate", *sources, "-o", place / "out") == 3
    told = capfd.readouterr()
    assert told.out == ""
    assert re.match(r"harmtax: .*damaged\.ndjson\.gz: .+\n\Z", told.err)
    assert tree(place) == before


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.ndjson", None, "No such file"),
        ("in.parquet", b"PAR1 cut off", ""),
        ("in.zip", b"PK\x03\x04 cut off", "damaged or cut off"),
        ("in.zst", b"\x28\xb5\x2f\xfd cut off", ""),
        ("in.xz", b"\xfd7zXZ\x00", "xz"),
    ],
)
def test_an_input_that_cannot_be_read_ends_with_3_and_one_line(
    name: str, content: bytes | None, says: str, place: Path, capfd: Out
) -> None:
    if content is not None:
        written(place / name, content)
    before = tree(place)
    assert command("validate", place / "in.ndjson", place / name, "-o", place / "out") == 3
    told = capfd.readouterr()
    line = says_one_line(told.err.encode())
    assert told.out == "" and name in line and says in line
    assert tree(place) == before


# --- again --------------------------------------------------------------------------------------------


def test_the_same_arguments_give_the_same_bytes(place: Path) -> None:
    written(place / "a.ndjson.gz", gzip.compress(lines(300) + b"{\n", mtime=0))
    written(place / "b.ndjson", lines(20) + lines(40, category="IIB"))
    arguments = ("validate", place / "*.ndjson", place / "a.ndjson.gz", "-o", place / "out", "-q")
    assert command(*arguments) == 1
    before = tree(place)
    assert command(*arguments) == 1
    assert tree(place) == before


def test_another_process_gives_the_same_bytes(place: Path) -> None:
    # With another seed for its hashes, as every process has.
    command("validate", place / "in.ndjson", "-o", place / "out", "-q")
    before = tree(place)
    with started(place, RUN, "validate", "in.ndjson", "-o", "out", "-q") as process:
        ended(process)
    assert process.returncode == 1
    assert tree(place) == before


def test_a_run_without_faults_removes_the_rejected_records_of_an_earlier_one(place: Path) -> None:
    command("validate", place / "in.ndjson", "-o", place / "out", "-q")
    written(place / "in.ndjson", lines(5))
    assert command("validate", place / "in.ndjson", "-o", place / "out", "-q") == 0
    assert list(tree(place / "out.quarantine")) == ["manifest.json"]
