"""Formats of other packages are found by entry point, beside ours and never in their place."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import harmtax
from harmtax.cli import main
from harmtax.errors import BadUse, UnknownFormat
from harmtax.records import formats
from tests.rows import incident

MODULE = """
from dataclasses import replace
from harmtax.records.formats.ndjson import NDJSON
LINES = replace(NDJSON, name="lines", title="Lines of somebody else", suffixes=(".lines",))
NDJSON = replace(NDJSON, title="not ours")
NOTHING = 3
def _fail(*given):
    raise KeyError("theirs")
BAD = replace(NDJSON, name="bad", decode=_fail, is_json=False, encode=_fail)
"""
POINTS = """[harmtax.formats]
lines = others_format:LINES
ndjson = others_format:NDJSON
nothing = others_format:NOTHING
bad = others_format:BAD
gone = others_format_that_is_not_there:X
"""


@pytest.fixture
def others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of somebody else, installed."""
    place = tmp_path / "site"
    about = place / "others_format-1.0.dist-info"
    about.mkdir(parents=True)
    (place / "others_format.py").write_text(MODULE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: others-format\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(POINTS)
    monkeypatch.syspath_prepend(str(place))
    formats._others.cache_clear()
    yield place
    formats._others.cache_clear()
    sys.modules.pop("others_format", None)


def test_a_format_of_another_package_reads_and_writes(others: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in.ndjson", tmp_path / "out"
    source.write_text(json.dumps(incident()) + "\n")
    assert harmtax.convert(source, target, "lines").accepted == 1
    assert harmtax.validate(target, tmp_path / "dataset", format="lines").accepted == 1


def test_none_of_our_formats_can_be_replaced(others: Path) -> None:
    assert formats.named("ndjson").title == "NDJSON, one record per line"


@pytest.mark.parametrize(
    ("name", "said"),
    [("nothing", "no Format of that name"), ("gone", "does not load: ModuleNotFound")],
)
def test_a_broken_format_is_bad_use_and_names_its_package(
    others: Path, name: str, said: str
) -> None:
    with pytest.raises(BadUse, match=said) as caught:
        formats.named(name)
    assert "others-format" in str(caught.value)


@pytest.mark.parametrize("way", ["in", "out"])
def test_what_goes_wrong_in_their_code_is_told_as_theirs(
    way: str, others: Path, tmp_path: Path
) -> None:
    source = tmp_path / "in.ndjson"
    source.write_text(json.dumps(incident()) + "\n")
    chosen, to = ("bad", "ndjson") if way == "in" else (None, "bad")
    with pytest.raises(BadUse, match=r"'bad' of others-format failed in \w+: KeyError"):
        harmtax.convert(source, tmp_path / "out", to, format=chosen)
    assert not (tmp_path / "out").exists()


def test_a_name_that_two_packages_offer_is_refused(others: Path) -> None:
    about = others / "more-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: more\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[harmtax.formats]\nlines = others_format:NOTHING\n")
    formats._others.cache_clear()
    with pytest.raises(BadUse, match=r"twice: others-format, more|twice: more, others-format"):
        formats.named("lines")


def test_the_list_of_formats_tells_ways_records_and_origin(
    others: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["formats", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["lines"] == {
        "title": "Lines of somebody else", "in": True, "out": True,
        "records": told["ndjson"]["records"], "origin": "others-format",
    }  # fmt: skip
    assert told["ozone"]["records"] == ["RemovalRequest"]
    assert (told["iab"]["in"], told["ozone"]["out"]) == (False, False)
    assert told["ndjson (others-format)"]["fault"] == "the name is one of ours"
    assert "ModuleNotFoundError" in told["gone (others-format)"]["fault"]
    assert main(["formats"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["format", "in", "out", "records", "from", "what", "it", "is"]
    assert any(line.split()[:3] == ["lines", "yes", "yes"] for line in lines)


def test_an_unknown_name_is_told_with_all_that_are_known(others: Path) -> None:
    with pytest.raises(UnknownFormat, match=r"lines.*ndjson"):
        formats.named("xml")


def test_other_packages_are_not_looked_for_where_a_name_is_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(formats, "entry_points", lambda **_: pytest.fail("looked for"))
    formats._others.cache_clear()
    assert formats.named("csv").name == "csv"
    assert formats.by_suffix("x.csv").name == "csv"
