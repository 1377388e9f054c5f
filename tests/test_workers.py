"""Who judges changes nothing: one process or several, with an acceptor or without."""

from __future__ import annotations

import gzip
import importlib
import io
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import harmtax
from benchmarks import faults
from harmtax.cli import main
from harmtax.errors import BadUse
from harmtax.records import formats, intake, quarantine, workers
from harmtax.records.formats import format as format_shape
from harmtax.records.formats import ndjson
from harmtax.records.intake import Outcome
from harmtax.records.waivers import Waivers
from tests.rows import exposure, incident

HOME = Path(__file__).resolve().parent.parent
DATA = Path(str(files("harmtax"))) / "data"
SEED = 5
WAIVERS = b"""
[[finding]]
rule = "HT-R09"
severity = "error"
reason = "ours"
expires = 2999-12-31
"""
Out = pytest.CaptureFixture[str]


def tree(*folders: Path) -> dict[str, bytes]:
    return {
        f"{folder.name}/{path.relative_to(folder)}": path.read_bytes()
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def validated(source: Any, folder: Path, **options: Any) -> tuple[Outcome, dict[str, bytes]]:
    """What a run says, its counts of suspects left out, and all that it leaves."""
    folder.mkdir()
    outcome = harmtax.validate(source, folder / "out", **options)
    left = tree(folder / "out", folder / "out.quarantine")
    return replace(outcome, suspects=0, files=()), left


def command(*arguments: object) -> int:
    return main([str(each) for each in arguments])


# --- inputs -----------------------------------------------------------------------------------------


@cache
def bases() -> tuple[faults.Row, ...]:
    """Valid rows with every field that a kind of fault may need."""
    random = Random(SEED)
    return tuple(faults.drawn(random, warned=0.3) for _ in range(150))


@cache
def faulty(rows: int, share: float = 0.2) -> bytes:
    """Lines of which a share has a fault or an oddity, and some that are there twice."""
    lines = [content for content, _, _ in faults.planted(SEED, rows, share, base=bases())]
    return b"".join([*lines, *lines[: rows // 50]])


@cache
def as_csv(rows: int) -> bytes:
    """Sound rows as CSV of which some then lose a quote, a cell or a letter."""
    head, *lines = _converted(rows, "csv").splitlines(keepends=True)
    random = Random(SEED)
    for at in range(0, len(lines), 7):
        before, after = random.choice(
            [(b"IIA", b"IIB"), (b",", b""), (b"own", b"\xff"), (b"2026", b"1826"), (b"yes", b'y"s')]
        )
        lines[at] = lines[at].replace(before, after, 1)
    return b"".join([head, *lines, lines[1], lines[2]])


@cache
def dump(rows: int) -> bytes:
    """A dump with the real statements again and again; a share of them has a code of tomorrow."""
    head, *lines = (DATA / "dsa-v2.csv").read_bytes().splitlines(keepends=True)
    random = Random(SEED)
    found = [head]
    for number in range(rows):
        line = lines[number % len(lines)]
        cells = line.rsplit(b",", 2)
        # The last cell but one is the identifier.
        line = b",".join(
            [cells[0], b"p-%d" % (number // 2 if number % 50 == 1 else number), cells[2]]
        )
        if random.random() < 0.1:
            line = line.replace(b"SOURCE_VOLUNTARY", b"SOURCE_OF_TOMORROW")
        found.append(line)
    return b"".join(found)


def _converted(rows: int, name: str) -> bytes:
    found = io.BytesIO()
    encode = formats.named(name).encode
    assert encode is not None
    table = harmtax.Incident.table()
    encode(
        ({**row, "incident_id": f"i-{n}"} for n, row in zip(range(rows), _endless(), strict=False)),
        found,
        table,
    )
    return found.getvalue()


def _endless() -> Iterator[faults.Row]:
    while True:
        yield from bases()


# --- jobs -------------------------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches so small that a small file makes many, and no file too small for several processes."""
    monkeypatch.setattr(intake, "SMALL", 0)
    monkeypatch.setattr(ndjson, "BYTES", 1 << 16)
    monkeypatch.setattr(ndjson, "PIECE", 1 << 13)
    monkeypatch.setattr(format_shape, "BATCH", 100)


@pytest.fixture
def children() -> Iterator[None]:
    """No process that the test started is there at its end, not even a dead one."""
    before = _children()
    yield
    assert _children() == before


def _children() -> set[str]:
    if not Path("/proc/self/task").is_dir():
        pytest.skip("this system does not tell of processes in /proc")
    tasks = Path("/proc/self/task").iterdir()
    return {child for task in tasks for child in (task / "children").read_text().split()}


INPUTS = {
    "ndjson": lambda: faulty(600),
    "csv": lambda: as_csv(450),
    "dsa-v2": lambda: dump(350),
}


@pytest.mark.usefixtures("children")
def test_a_file_beyond_the_limit_gives_the_same_bytes_with_one_and_more_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndjson, "BYTES", 1 << 20)
    source = written(tmp_path / "in.ndjson", faulty(5_000))
    assert source.stat().st_size > intake.SMALL
    found = [validated(source, tmp_path / f"{jobs}", jobs=jobs) for jobs in (1, 2, 3)]
    assert found[0] == found[1] == found[2]
    assert found[0][0].rejected > 500 and found[0][0].accepted > 3_000


@pytest.mark.usefixtures("children", "small")
@pytest.mark.parametrize(("name", "jobs"), [("csv", 3), ("dsa-v2", 2)])
def test_jobs_change_nothing(name: str, jobs: int, tmp_path: Path) -> None:
    source = written(tmp_path / f"in.{name.partition('-')[0]}", INPUTS[name]())
    one, many = (validated(source, tmp_path / f"{each}", jobs=each) for each in (1, jobs))
    assert one[0].inputs[0].format == name
    assert one[0].rejected > 30 and one[0].accepted > 250
    assert one == many


@pytest.mark.usefixtures("children", "small")
def test_jobs_change_nothing_by_the_command_line(tmp_path: Path, capsys: Out) -> None:
    source = written(tmp_path / "in.ndjson", faulty(600))
    told = []
    for jobs in (1, 2):
        assert command("validate", source, "-o", tmp_path / "out", "--jobs", jobs) == 1
        told.append((capsys.readouterr(), tree(tmp_path / "out", tmp_path / "out.quarantine")))
    assert told[0] == told[1]


@pytest.mark.usefixtures("children", "small")
@pytest.mark.parametrize("rows", [0, 1])
def test_more_jobs_than_batches_are_fine(rows: int, tmp_path: Path) -> None:
    source = written(tmp_path / "in.ndjson", msgspec.json.encode(incident()) * rows)
    outcome, _ = validated(source, tmp_path / "run", jobs=2)
    assert (outcome.accepted, outcome.rejected) == (rows, 0)


@pytest.mark.usefixtures("children", "small")
def test_another_record_type_goes_to_the_workers_too(tmp_path: Path) -> None:
    rows = [exposure(value=number % 700, service_id=f"s-{number}") for number in range(400)]
    lines = map(msgspec.json.encode, [*rows, exposure(method="sampled"), *rows])
    source = written(tmp_path / "in.ndjson", b"\n".join(lines))
    one, two = (
        validated(source, tmp_path / f"{jobs}", jobs=jobs, record=harmtax.Exposure)
        for jobs in (1, 2)
    )
    assert one == two and one[0].rejected > 400


@pytest.mark.usefixtures("children", "small")
def test_waivers_go_to_the_workers_too(tmp_path: Path) -> None:
    source = written(tmp_path / "in.ndjson", faulty(300))
    waivers = written(tmp_path / "waivers.toml", WAIVERS)
    one, two = (
        validated(source, tmp_path / f"{jobs}", jobs=jobs, waivers=waivers) for jobs in (1, 2)
    )
    assert one == two and one[0].waivers[0].count > 0


@pytest.mark.parametrize("jobs", [0, -1])
def test_less_than_one_job_is_bad_use(jobs: int, tmp_path: Path, capsys: Out) -> None:
    source = written(tmp_path / "in.ndjson", faulty(20))
    assert command("validate", source, "-o", tmp_path / "out", "--jobs", jobs) == 2
    assert "must be at least 1" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in.ndjson"]


@pytest.mark.usefixtures("children", "small")
@pytest.mark.parametrize(
    ("serves", "code"),
    [
        ("import os; os._exit(7)", "7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "-9"),
        # It takes its task and dies over its first batch, as one does that has no memory left.
        ("from harmtax.records import gate; import os; gate.judge = lambda *_: os._exit(7);"
         " from harmtax.records.workers import serve; serve()", "7"),
    ],
    ids=["at-once", "killed", "at-work"],
)  # fmt: skip
def test_a_worker_that_dies_is_told_in_one_line_and_leaves_nothing(
    serves: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Out
) -> None:
    monkeypatch.setattr(workers, "_SERVE", serves)
    source = written(tmp_path / "in.ndjson", faulty(600))
    assert command("validate", source, "-o", tmp_path / "out", "--jobs", "2") == 3
    [told] = capfd.readouterr().err.splitlines()
    assert told == f"harmtax: a worker process: it ended early (code {code})"
    assert [path.name for path in tmp_path.iterdir()] == ["in.ndjson"]


@pytest.mark.usefixtures("children", "small")
def test_a_worker_that_dies_leaves_an_earlier_dataset_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written(tmp_path / "in.ndjson", faulty(300))
    assert command("validate", source, "-o", tmp_path / "out", "-q") == 1
    before = tree(tmp_path)
    monkeypatch.setattr(workers, "_SERVE", "import os; os._exit(7)")
    assert command("validate", source, "-o", tmp_path / "out", "-q", "--jobs", "2") == 3
    assert tree(tmp_path) == before


@pytest.mark.usefixtures("children", "small")
def test_a_format_that_cannot_be_handed_over_is_bad_use(tmp_path: Path) -> None:
    source = written(tmp_path / "in.ndjson", faulty(200))
    bound = replace(ndjson.NDJSON, decode=lambda batch, record: ndjson.decode(batch, record))
    with pytest.raises(BadUse, match="use 1 job"):
        harmtax.validate(source, tmp_path / "out", format=bound, jobs=2)
    assert [path.name for path in tmp_path.iterdir()] == ["in.ndjson"]
    assert harmtax.validate(source, tmp_path / "out", format=bound, jobs=1).accepted > 0


@pytest.mark.usefixtures("children", "small")
@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_in_a_worker_is_the_error_of_the_run(
    jobs: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "site"
    place.mkdir()
    (place / "failing_format.py").write_text(FAILING)
    monkeypatch.syspath_prepend(str(place))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(place), str(HOME))))
    failing = importlib.import_module("failing_format")
    source = written(tmp_path / "in.ndjson", faulty(300))
    with pytest.raises(BadUse, match="not in this house"):
        harmtax.validate(source, tmp_path / "out", format=failing.FORMAT, jobs=jobs)
    assert {path.name for path in tmp_path.iterdir()} == {"in.ndjson", "site"}
    del sys.modules["failing_format"]


FAILING = """
from dataclasses import replace
from harmtax.errors import BadUse
from harmtax.records.formats import ndjson
def decode(batch, record):
    raise BadUse("not in this house")
FORMAT = replace(ndjson.NDJSON, decode=decode, is_json=False)
"""
SCRIPT = """
from dataclasses import replace
from pathlib import Path
import harmtax
from harmtax.records import intake
from harmtax.records.formats import ndjson
intake.SMALL = 0
def decode(batch, record):
    return ndjson.decode(batch, record)
ours = replace(ndjson.NDJSON, decode=decode, is_json=False)
try:
    harmtax.validate(Path("in.ndjson"), Path("out"), format=ours, jobs=2)
except harmtax.HarmtaxError as error:
    print(type(error).__name__, error)
"""


def test_a_worker_whose_result_nobody_wants_ends_in_silence() -> None:
    # As it is when the run ends early: the pipes are closed while the worker is at work.
    [batch] = ndjson.scan(io.BytesIO(faulty(100)), "in")
    with subprocess.Popen(
        [sys.executable, "-c", "from harmtax.records.workers import serve; serve()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(HOME)},
    ) as process:  # fmt: skip
        assert process.stdin is not None and process.stdout is not None
        process.stdout.close()
        task = pickle.dumps((harmtax.Incident, ndjson.NDJSON, Waivers()))
        for message in (task, workers._written(batch)):
            workers._write(process.stdin, message)
        assert process.stderr is not None and process.stderr.read() == b""


def test_a_format_of_the_calling_script_is_handed_over_or_bad_use(tmp_path: Path) -> None:
    written(tmp_path / "in.ndjson", faulty(100))
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(HOME)},
    )  # fmt: skip
    assert run.stderr == ""
    assert run.stdout.startswith("BadUse") and "use 1 job" in run.stdout


@pytest.mark.usefixtures("children", "small")
def test_an_interrupt_in_the_middle_leaves_no_worker(tmp_path: Path) -> None:
    source = written(tmp_path / "in.ndjson", faulty(600))

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        harmtax.validate(source, tmp_path / "out", jobs=2, progress=interrupted)
    assert [path.name for path in tmp_path.iterdir()] == ["in.ndjson"]


@pytest.mark.usefixtures("children", "small")
def test_a_caller_that_stops_early_leaves_no_worker() -> None:
    batches = ndjson.scan(io.BytesIO(faulty(600)), "in")
    judged = workers.judged(batches, harmtax.Incident, ndjson.NDJSON, Waivers(), 2)
    assert next(judged).num_rows > 0
    judged.close()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("children", "small")
def test_an_input_that_fails_in_the_middle_leaves_no_worker(tmp_path: Path) -> None:
    packed = gzip.compress(faulty(600), mtime=0)
    source = written(tmp_path / "in.ndjson.gz", packed[: len(packed) // 2])
    assert command("validate", source, "-o", tmp_path / "out", "--jobs", "2") == 3
    assert [path.name for path in tmp_path.iterdir()] == ["in.ndjson.gz"]


# Stops the run in its middle, when every worker has something to do.
HOLD = """
import time
from pathlib import Path
from harmtax.records import intake, staging
from harmtax.records.formats import ndjson
from harmtax.cli import run
intake.SMALL, ndjson.BYTES, ndjson.PIECE = 0, 1 << 15, 1 << 13
add = staging.Staging.add
def held(*arguments):
    add(*arguments)
    Path("held").touch()
    time.sleep(60)
staging.Staging.add = held
run()
"""


def marked(mark: str) -> list[int]:
    """The processes that were started with a mark in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"HARMTAX_TEST={mark}".encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def until(condition: Any, seconds: float = 30) -> Any:
    """The first true answer."""
    end = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return answer


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)]
)
def test_no_worker_outlives_the_run(number: signal.Signals, code: int, tmp_path: Path) -> None:
    written(tmp_path / "in.ndjson", faulty(600))
    mark = tmp_path.name
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, "validate", "in.ndjson", "-o", "out", "--jobs", "2"],
        cwd=tmp_path,
        env={**os.environ, "HARMTAX_TEST": mark, "PYTHONPATH": str(HOME)},
        stderr=subprocess.PIPE,
        # As a terminal does it: the signal goes to the whole group.
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        until((tmp_path / "held").exists)
        assert len(marked(mark)) == 3
        os.killpg(process.pid, number)
        _, told = process.communicate(timeout=30)
    assert process.returncode == code
    until(lambda: not marked(mark))
    assert b"Traceback" not in told
    if number is signal.SIGINT:
        assert told == b"interrupted; nothing was written\n"
    if number is not signal.SIGKILL:
        assert sorted(path.name for path in tmp_path.iterdir()) == ["held", "in.ndjson"]


# --- acceptors --------------------------------------------------------------------------------------


@pytest.fixture
def acceptors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def both(source: Any, folder: Path, **options: Any) -> list[Any]:
        found = []
        for name in ("msgspec", "none"):
            monkeypatch.setenv("HARMTAX_ACCEPTOR", name)
            found.append(validated(source, folder / name, **options))
        return found

    yield both


@pytest.mark.parametrize("name", [*INPUTS, "parquet"])
def test_with_and_without_an_acceptor_all_is_the_same(
    name: str, acceptors: Any, tmp_path: Path
) -> None:
    source = tmp_path / f"in.{name.partition('-')[0]}"
    if name == "parquet":
        rows = [
            {**row, "incident_id": f"i-{n % 390}"} | ({"category": "IIB"} if n % 9 == 0 else {})
            for n, row in zip(range(400), _endless(), strict=False)
        ]
        pq.write_table(pa.Table.from_pylist(rows), source)
    else:
        written(source, INPUTS[name]())
    fast, slow = acceptors(source, tmp_path)
    assert fast == slow
    assert fast[0].groups == slow[0].groups
    assert fast[0].rejected > 20 and len(fast[0].groups) > 2


def test_every_kind_of_fault_is_the_same_with_and_without_an_acceptor(
    acceptors: Any, tmp_path: Path
) -> None:
    random = Random(SEED)
    rows = list(bases())
    lines: list[bytes] = []
    for kind in (kind for kind in faults.KINDS if not kind.heavy):
        row = random.choice([row for row in rows if kind.fits(row)])
        made = faults.made(kind, row, random)
        lines.append(made.content.replace(faults.IDENTIFIER.encode(), faults.stamped(len(lines))))
    source = written(tmp_path / "in.ndjson", b"\n".join(lines))
    fast, slow = acceptors(source, tmp_path, format="ndjson")
    assert fast[0].groups == slow[0].groups
    assert fast == slow


def test_an_acceptor_makes_few_suspects_and_none_makes_every_row_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = written(tmp_path / "in.ndjson", faulty(500, 0.0))
    told = {}
    for name in ("msgspec", "none"):
        monkeypatch.setenv("HARMTAX_ACCEPTOR", name)
        told[name] = harmtax.validate(source, tmp_path / "out")
    assert told["msgspec"].suspects == 0
    assert told["none"].suspects == told["none"].rows == 510


@pytest.mark.usefixtures("children", "small")
def test_without_an_acceptor_workers_do_without_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMTAX_ACCEPTOR", "none")
    source = written(tmp_path / "in.ndjson", faulty(300))
    folder = tmp_path / "out"
    one, two = (harmtax.validate(source, folder, jobs=jobs) for jobs in (1, 2))
    assert one == two and two.suspects == two.rows > 300


@pytest.mark.parametrize(
    ("name", "jobs"), [("simdjson", "1"), ("MSGSPEC", "1"), ("", "1"), ("simdjson", "2")]
)
def test_an_acceptor_that_is_not_there_is_bad_use(
    name: str, jobs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Out,
    small: None, children: None,
) -> None:  # fmt: skip
    monkeypatch.setenv("HARMTAX_ACCEPTOR", name)
    source = written(tmp_path / "in.ndjson", faulty(200))
    assert command("validate", source, "-o", tmp_path / "out", "--jobs", jobs) == 2
    [told] = capfd.readouterr().err.splitlines()
    assert repr(name) in told and "msgspec or none" in told
    assert [path.name for path in tmp_path.iterdir()] == ["in.ndjson"]


def test_an_acceptor_that_is_not_there_is_bad_use_for_an_empty_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARMTAX_ACCEPTOR", "simdjson")
    source = written(tmp_path / "in.ndjson", b"")
    assert command("validate", source, "-o", tmp_path / "out", "-q") == 2


def test_a_repair_is_the_same_with_and_without_an_acceptor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [incident(incident_id=f"i-{n}", content_type=["Vidoe"]) for n in range(20)]
    source = written(tmp_path / "in.ndjson", b"\n".join(map(msgspec.json.encode, [*rows, rows[3]])))
    table = written(tmp_path / "fixes.csv", b"field,written,to\ncontent_type,Vidoe,video\n")
    found = []
    for name in ("msgspec", "none"):
        monkeypatch.setenv("HARMTAX_ACCEPTOR", name)
        out = tmp_path / name / "out"
        command("validate", source, "-o", out, "-q")
        assert command("repair", out.with_name("out.quarantine"), table, "-o", out, "-q") == 1
        found.append(tree(out, out.with_name("out.quarantine")))
    assert found[0] == found[1]
    told = json.loads(found[0]["out/manifest.json"])
    assert told["inputs"][0]["accepted"] == 20
    assert len(list(quarantine.read(tmp_path / "none/out.quarantine/in.ndjson.ndjson"))) == 1
