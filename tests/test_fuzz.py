"""All readings of the same bytes agree: on the seeds of the fuzzer, and on seeds that were mutated."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from random import Random

import msgspec
import pytest

from benchmarks import faults
from tests.fuzz import acceptance, corpus
from tests.fuzz.acceptance import Disagreement, Verdict
from tests.fuzz.mutation import CHANGES, mutated
from tests.rows import incident

HOME = Path(__file__).resolve().parent.parent
# So many files of so many mutated lines each.
FILES, LINES = 40, 100


@cache
def seeds() -> tuple[tuple[str, bytes], ...]:
    return tuple(corpus.seeds())


@pytest.mark.parametrize("part", range(8))
def test_all_readings_agree_on_the_seeds(part: int) -> None:
    for name, content in seeds()[part::8]:
        try:
            acceptance.check(content)
        except Disagreement as error:
            raise AssertionError(f"seed {name}") from error


@pytest.mark.parametrize("part", range(FILES))
def test_all_readings_agree_on_mutated_lines(part: int) -> None:
    random = Random(part)
    lines = [content.removesuffix(b"\n") for _, content in seeds() if len(content) < 20_000]
    others = [*lines, *corpus.words()]
    content = b"\n".join(mutated(random.choice(lines), others, random) for _ in range(LINES))
    acceptance.check(content)


@pytest.mark.parametrize("part", range(8))
def test_all_readings_agree_on_sound_rows_with_one_change(part: int) -> None:
    # A single change leaves most lines readable, so that more than the decoder is asked.
    random = Random(part)
    sound = [content[:-1] for name, content in seeds() if name.startswith(("category", "incident"))]
    words = corpus.words()
    lines = [
        random.choice(CHANGES)(random.choice(sound), words, random) for _ in range(LINES)
    ]  # fmt: skip
    acceptance.check(b"\n".join(lines) + b"\n")


def test_all_readings_agree_on_a_batch_of_many_lines() -> None:
    # Columns with many different values are read in another way than those with few.
    pieces = faults.planted(5, 4_000, 0.3)
    acceptance.check(b"".join(content for content, _, _ in pieces))


def test_mutations_reach_every_verdict() -> None:
    random = Random(1)
    line = msgspec.json.encode(incident())
    words = corpus.words()
    told = [
        acceptance.explained(random.choice(CHANGES)(line, words, random)) for _ in range(600)
    ]  # fmt: skip
    rules = {rule for verdict in told for _, rule, _ in verdict.findings}
    assert {"unreadable", "unknown_field", "missing", "code"} <= rules
    assert any(verdict.accepted for verdict in told)


def test_mutations_are_the_same_from_the_same_seed() -> None:
    line, words = seeds()[0][1], corpus.words()
    assert mutated(line, words, Random(5)) == mutated(line, words, Random(5))


def test_a_disagreement_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    line = msgspec.json.encode(incident()) + b"\n"
    acceptance.check(line)
    monkeypatch.setattr(acceptance, "explained", lambda line: Verdict(frozenset(), {}))
    with pytest.raises(Disagreement, match="line 1"):
        acceptance.check(line)


def test_a_lost_line_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acceptance, "split", lambda content: content.split(b"\n"))
    with pytest.raises(Disagreement, match="1 records in 2 lines"):
        acceptance.check(b"{}\n")


def test_an_empty_folder_is_filled_with_seeds_and_another_one_is_not(tmp_path: Path) -> None:
    corpus.fill(tmp_path / "seeds")
    assert {path.name for path in (tmp_path / "seeds").iterdir()} == {name for name, _ in seeds()}
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "case").write_bytes(b"{}\n")
    corpus.fill(tmp_path / "own")
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["case"]


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
def test_the_fuzzer_runs(tmp_path: Path) -> None:
    for name, content in seeds()[::100]:
        (tmp_path / name).write_bytes(content)
    run = subprocess.run(
        [sys.executable, "tests/fuzz/acceptance.py", "-runs=40", "-seed=1", str(tmp_path)],
        cwd=HOME, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-2000:]
    assert "Done 40 runs" in run.stderr
