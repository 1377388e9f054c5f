"""A file with every kind of fault gives exactly the findings that were planted, and no line is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

import harmtax
from benchmarks import faults
from benchmarks.faults import FILES, KINDS, FileKind, Kind, Line
from harmtax._generated.constraints import RULES
from harmtax.errors import BadUse
from harmtax.records import quarantine

HOME = Path(__file__).resolve().parent.parent
SEED = 3


class Planted(NamedTuple):
    """A line of the file with every kind: its bytes, what was planted and what was found."""

    kind: str | None
    content: bytes
    expect: Line


class Found(NamedTuple):
    """What the intake made of a file."""

    rows: int
    accepted: int
    rejected: int
    errors: dict[int, Line]
    raws: dict[int, bytes]

    def lines(self) -> tuple[Line, ...]:
        return tuple(self.errors.get(number, faults.ACCEPTED) for number in range(1, self.rows + 1))


@cache
def rows() -> tuple[faults.Row, ...]:
    random = Random(SEED)
    return tuple(faults.drawn(random) for _ in range(80))


@cache
def every_kind() -> tuple[Planted, ...]:
    """The lines of a file with every kind, clean lines between them."""
    return tuple(_planting(Random(SEED)))


def _planting(random: Random) -> Iterator[Planted]:
    number = 0
    for kind in KINDS:
        sound = faults.line(random.choice(rows()))
        fault = faults.made(kind, random.choice([row for row in rows() if kind.fits(row)]), random)
        for name, content, expect in (
            (None, sound, (faults.ACCEPTED,)),
            (kind.name, fault.content, fault.expect),
        ):
            stamp, number = faults.stamped(number), number + 1
            lines = content.replace(faults.IDENTIFIER.encode(), stamp).split(b"\n")
            assert len(lines) == len(expect), name
            for line, errors in zip(lines, expect, strict=True):
                yield Planted(name, line, errors)


def validated(content: bytes, folder: Path, format: str | None = None) -> Found:
    source = folder / "in.ndjson"
    source.write_bytes(content)
    outcome = harmtax.validate(source, folder / "out", format=format)
    entries = list(quarantine.read(folder / "out.quarantine" / "in.ndjson.ndjson"))
    errors = {
        each["line"]: frozenset(
            (found["path"], found["rule"])
            for found in each["findings"]
            if found["severity"] == "error"
        )
        for each in entries
    }
    raws = {each["line"]: quarantine.raw_of(each) for each in entries}
    assert len(entries) == len(errors) == outcome.rejected
    return Found(outcome.rows, outcome.accepted, outcome.rejected, errors, raws)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    content = b"".join(each.content + b"\n" for each in every_kind())
    return validated(content, tmp_path_factory.mktemp("kinds"), "ndjson")


def marked(kinds: tuple[Kind, ...] | tuple[FileKind, ...]) -> list[object]:
    """The kinds as cases under their names."""
    return [pytest.param(kind, id=kind.name) for kind in kinds]


# --- records ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", marked(KINDS))
def test_a_kind_of_fault_gives_exactly_the_planted_findings(kind: Kind, found: Found) -> None:
    numbers = [
        number for number, each in enumerate(every_kind(), 1) if each.kind == kind.name
    ]  # fmt: skip
    expected = [every_kind()[number - 1].expect for number in numbers]
    assert [found.errors.get(number, faults.ACCEPTED) for number in numbers] == expected


def test_precision_and_recall_are_one(found: Found) -> None:
    lines = list(enumerate(every_kind(), 1))
    planted = {(number, *error) for number, each in lines for error in each.expect}
    told = {(number, *error) for number, _ in lines for error in found.errors.get(number, ())}
    assert told == planted


def test_no_line_is_lost(found: Found) -> None:
    assert found.accepted + found.rejected == found.rows == len(every_kind())
    rejected = sum(1 for each in every_kind() if each.expect)
    assert found.rejected == rejected == len(found.errors)


def test_a_rejected_line_is_kept_byte_for_byte(found: Found) -> None:
    for number, raw in found.raws.items():
        assert raw == every_kind()[number - 1].content, number


def test_a_cr_belongs_to_the_record(tmp_path: Path) -> None:
    assert validated(b"x\r\r\ny\r\nz", tmp_path).raws == {1: b"x\r\r", 2: b"y\r", 3: b"z"}


def test_the_planted_rule_is_among_the_findings_of_its_row() -> None:
    for kind in (kind for kind in KINDS if kind.plants):
        [line] = [each for each in every_kind() if each.kind == kind.name]
        assert {rule for _, rule in line.expect} <= {kind.plants}, kind.name


def test_a_rule_of_severity_warning_rejects_nothing(found: Found) -> None:
    silent = {
        each.kind for each in every_kind() if str(each.kind).startswith("breaks") and not each.expect
    }  # fmt: skip
    assert silent
    assert {name for name in silent if str(name).removeprefix("breaks-") not in RULES} == set()


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", marked(FILES))
def test_a_kind_of_file_gives_exactly_the_planted_findings(kind: FileKind, tmp_path: Path) -> None:
    lines = [
        faults.line(row).replace(faults.IDENTIFIER.encode(), faults.stamped(number))
        for number, row in enumerate(rows()[:3])
    ]
    found = validated(kind.make(lines), tmp_path)
    assert found.lines() == kind.expect
    assert found.accepted + found.rejected == found.rows == len(kind.expect)


# --- lines by the million -----------------------------------------------------------------------------


def test_planted_lines_are_found_exactly(tmp_path: Path) -> None:
    pieces = list(faults.planted(SEED, 3_000, 0.4))
    expected = tuple(line for _, name, expect in pieces for line in expect)
    found = validated(b"".join(content for content, _, _ in pieces), tmp_path)
    assert found.rows == len(expected) == 3_000
    assert [at for at, line in enumerate(found.lines()) if line != expected[at]] == []
    assert {name for _, name, _ in pieces if name} == {k.name for k in KINDS if not k.heavy}


def test_planted_lines_are_the_same_from_the_same_seed() -> None:
    assert list(faults.planted(1, 500, 0.2)) == list(faults.planted(1, 500, 0.2))
    assert list(faults.planted(1, 500, 0.2)) != list(faults.planted(2, 500, 0.2))


def test_planted_lines_have_about_the_share_that_was_asked_for() -> None:
    names = [name for _, name, _ in faults.planted(SEED, 20_000, 0.05)]
    assert 0.04 < sum(1 for name in names if name) / len(names) < 0.06
    assert not any(name for _, name, _ in faults.planted(SEED, 2_000, 0))


def test_only_the_kinds_that_were_asked_for_are_planted() -> None:
    [kind] = [kind for kind in KINDS if kind.name == "object-over-two-lines"]
    pieces = list(faults.planted(SEED, 101, 0.9, [kind]))
    assert {name for _, name, _ in pieces} == {None, kind.name}
    assert sum(content.count(b"\n") for content, _, _ in pieces) == 101


def test_a_kind_without_a_row_to_start_from_is_refused() -> None:
    [kind] = [kind for kind in KINDS if kind.name == "time-equal"]
    idle = [row for row in rows() if not kind.fits(row)]
    with pytest.raises(BadUse, match="time-equal"):
        list(islice(faults.planted(SEED, 10, 0.5, [kind], idle), 1))


# --- the kinds themselves -------------------------------------------------------------------------------


def test_there_are_many_kinds_and_each_has_a_name_of_its_own() -> None:
    names = [*(kind.name for kind in KINDS), *(kind.name for kind in FILES)]
    assert len(names) == len(set(names))
    assert len(KINDS) >= 110


def test_valid_oddities_are_kinds_too() -> None:
    assert sum(kind.expect == (faults.ACCEPTED,) for kind in KINDS) >= 30


def test_every_kind_stands_in_the_contract() -> None:
    text = (HOME / "docs" / "intake.md").read_text(encoding="utf-8")
    written = set(re.findall(r"`([a-z0-9-]+)`", text))
    named = {kind.name for kind in KINDS if not kind.plants} | {kind.name for kind in FILES}
    assert named - written == set()
    assert {"`shows-WORD`", "`breaks-RULE`"} <= set(re.findall(r"`[^`]+`", text))
