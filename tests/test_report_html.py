"""The HTML report: one file that loads nothing, escapes everything and says every figure twice."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmtax._generated.constraints import VERSION
from harmtax._generated.models import Observation
from harmtax.errors import Unreadable
from harmtax.figures.metrics import Observations
from harmtax.figures.report.html import page, write
from harmtax.figures.report.reading import share
from harmtax.figures.report.style import STYLE
from harmtax.records.record import schema

VOID = {"meta", "br", "link", "img", "input", "hr"}
HOSTILE = "<script>alert('x')</script>\"&"
FACTS: Mapping[str, object] = {
    "title": "Report of 2026",
    "synthetic_sample": True,
    "version": VERSION,
    "command": "harmtax demo out",
    "inputs": [
        {
            "name": "alpha.csv",
            "format": "dsa_v2",
            "sha256": "ab" * 32,
            "rows": 1200,
            "accepted": 1180,
            "rejected": 20,
        }
    ],
    "groups": [
        {
            "rule": "HT-R04",
            "severity": "error",
            "path": "",
            "value": "IIA-XXX",
            "count": 20,
            "message": "The code is not in the list.",
            "hint": "Use IIA-EXT.",
        }
    ],
    "statements": [
        {
            "format": "dsa_v2",
            "platform": "Alpha",
            "category": "STATEMENT_CATEGORY_CYBER_VIOLENCE",
            "status": "accepted",
            "note": "IIA",
        }
    ],
}


def observed(*rows: tuple[Any, ...]) -> Observations:
    """Observations of (metric, period, category, tier, numerator, denominator, status)."""
    names = ("metric_id", "period", "category", "tier", "numerator", "denominator", "status")
    full = [{"harmtax_version": VERSION} | dict(zip(names, row, strict=True)) for row in rows]
    table = pa.Table.from_pylist(full, schema=schema(Observation))
    return Observations(table, MappingProxyType({"Incident": 42}))


SOME = observed(
    ("M01", "2026-Q1", None, None, 40, None, "normal"),
    ("M01", "2026-Q2", None, None, 60, None, "normal"),
    ("M01", "2026-Q1", "IIA", None, 30, None, "normal"),
    ("M01", "2026-Q2", "IIA", None, 35, None, "normal"),
    ("M01", "2026-Q2", "IIA-NUD", None, 25, None, "normal"),
    ("M01", "2026-Q2", "LIK", None, 20, None, "normal"),
    ("M02", "2026-Q1", None, None, 1234, None, "normal"),
    ("M04", "2026-Q1", None, None, 7, None, "missing_denominator"),
    ("M04", "2026-Q2", None, None, 7, 70_000, "partly_covered"),
    ("M23", "2026-Q1", None, None, 10, 40, "normal"),
    ("M23", "2026-Q2", None, None, 20, 60, "normal"),
    ("M24", "2026-Q1", None, None, 0, 0, "normal"),
)


class Reader(HTMLParser):
    """Reads a page into elements and texts, and notes every tag that does not close."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.faults: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data: str) -> None:
        if self.open and data.strip():
            self.texts.append((self.open[-1], data.strip()))

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each element of this name."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self) -> str:
        """All text that a reader sees."""
        return " ".join(text for tag, text in self.texts if tag not in ("style", "title", "desc"))


def test_the_page_is_well_formed_and_names_each_thing_once() -> None:
    reader = Reader(page(SOME, FACTS))
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert not reader.open and not reader.faults
    assert len(ids) == len(set(ids))
    for _, attributes in reader.elements:
        for name in attributes.get("aria-labelledby", "").split():
            assert name in ids
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids


def test_nothing_is_loaded_and_nothing_runs() -> None:
    text = page(SOME, FACTS)
    reader = Reader(text)
    names = {tag for tag, _ in reader.elements}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    for _, attributes in reader.elements:
        assert not {"src", "srcset", "xlink:href", "action", "data"} & attributes.keys()
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("href", "#").startswith("#")
    assert not re.search(r"https?:|//|url\(|@import", text.replace("<!DOCTYPE html>", ""))
    policy = next(each for each in reader.all("meta") if "http-equiv" in each)
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert "default-src 'none'" in policy["content"]
    assert "style-src 'unsafe-inline'" in policy["content"]


def test_it_says_first_that_it_is_not_for_publication_and_when_it_is_a_sample() -> None:
    words = Reader(page(SOME, FACTS)).words
    notice = "Not for publication: these figures are not yet protected against disclosure"
    assert words.index(notice) < words.index("Who reported")
    assert "synthetic sample" in words
    real = Reader(page(SOME, {**FACTS, "synthetic_sample": False})).words
    assert notice in real and "synthetic sample" not in real


def test_everything_that_comes_from_outside_is_escaped() -> None:
    hostile = {key: _poisoned(value) for key, value in FACTS.items()}
    text = page(SOME, hostile)
    reader = Reader(text)
    assert "<script" not in text
    assert "script" not in {tag for tag, _ in reader.elements}
    assert not reader.open and not reader.faults
    assert reader.words.count("<script>alert('x')</script>\"&") >= 10


def _poisoned(value: object) -> object:
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, list):
        return [{key: _poisoned(each) for key, each in row.items()} for row in value]
    return value


@settings(max_examples=30, deadline=None, derandomize=True)
@given(words=st.text(max_size=20))
def test_any_text_leaves_the_page_well_formed(words: str) -> None:
    row = {"name": words, "format": words, "sha256": words, "rows": 1, "accepted": 1, "rejected": 0}
    reader = Reader(page(SOME, {**FACTS, "title": words, "inputs": [row]}))
    assert not reader.open and not reader.faults


def test_every_chart_has_a_title_a_description_a_sentence_and_a_table() -> None:
    text = page(SOME, FACTS)
    charts = re.findall(r"<figure>.*?</figure>", text, re.DOTALL)
    assert len(charts) == 5
    for chart in charts:
        reader = Reader(chart)
        (svg,) = reader.all("svg")
        assert svg["role"] == "img"
        title, words = svg["aria-labelledby"].split()
        assert [each["id"] for each in (*reader.all("title"), *reader.all("desc"))] == [
            title,
            words,
        ]
        sentence = next(text for tag, text in reader.texts if tag == "figcaption")
        assert sentence.endswith(".") and sentence in {t for g, t in reader.texts if g == "desc"}
        after = text[text.index(chart) + len(chart) :]
        numbers = [t for g, t in reader.texts if g == "text" and re.match(r"[0-9][0-9,.]*( %)?", t)]
        table = Reader(after[: after.index("</table>")]).words
        assert numbers
        for number in numbers:
            figure = re.match(r"[0-9][0-9,.]*", number)
            assert figure is not None and figure[0] in table


def test_every_table_has_a_caption_and_heads_with_a_scope() -> None:
    text = page(SOME, FACTS)
    tables = re.findall(r"<div class=\"scroll\"[^>]*><table>.*?</table>", text, re.DOTALL)
    assert len(tables) == text.count("<table>") == 9
    for table in tables:
        reader = Reader(table)
        assert len(reader.all("caption")) == 1
        assert {each["scope"] for each in reader.all("th")} == {"col", "row"}
        assert len([each for each in reader.all("th") if each["scope"] == "row"]) == (
            len(reader.all("tr")) - 1
        )


def test_headings_go_down_in_order_below_one_title() -> None:
    levels = [tag for tag, _ in Reader(page(SOME, FACTS)).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels == ["h1", *["h2"] * 9]
    reader = Reader(page(SOME, FACTS))
    assert reader.all("html") == [{"lang": "en"}]
    assert reader.all("a")[0]["href"] == "#main"


def test_the_categories_stand_as_a_tree_with_their_tiers_in_words() -> None:
    text = page(SOME, FACTS)
    drawing = text[text.index("<figure>") : text.index("</figure>")]
    words = [text for tag, text in Reader(drawing).texts if tag in ("text", "tspan")]
    assert words[:6] == [
        "Intimate image abuse of adults",
        "IIA",
        "65 · Floor",
        "Nudification",
        "IIA-NUD",
        "25 · Floor",
    ]
    assert "a dimension of theirs is absent: 15 incidents." in text
    by_tier = page(
        observed(
            ("M01", "2026", None, None, 9, None, "normal"),
            ("M01", "2026", "IPR", "medium", 4, None, "normal"),
            ("M01", "2026", "IPR", "low", 5, None, "normal"),
        ),
        FACTS,
    )
    assert "9 · Medium risk to Low risk" in by_tier
    assert {"Medium risk 4", "Low risk 5"} <= {text for _, text in Reader(by_tier).texts}


def test_a_missing_denominator_is_said_in_words() -> None:
    rows = re.findall(r"<tr>.*?</tr>", page(SOME, FACTS), re.DOTALL)
    rate = next(row for row in rows if "Violative view rate" in row and "2026-Q1" in row)
    assert "missing denominator" in rate and "cannot be given" in rate
    partly = next(row for row in rows if "Violative view rate" in row and "2026-Q2" in row)
    assert "0.01 %" in partly and "Partly covered" in partly
    nobody = next(row for row in rows if "reported to an authority" in row)
    assert "no cases" in nobody


@pytest.mark.parametrize(
    ("top", "bottom", "said"),
    [
        (1, 3, "33.33 %"),
        (2, 3, "66.67 %"),
        (3, 3, "100.00 %"),
        (0, 3, "0.00 %"),
        (1, 10**9, "under 0.01 %"),
        (0, 0, "no cases"),
        (None, 3, "cannot be given"),
        (3, None, "cannot be given"),
    ],
)
def test_a_share_is_rounded_in_whole_numbers(
    top: int | None, bottom: int | None, said: str
) -> None:
    assert share(top, bottom) == said


def test_what_is_absent_is_said_to_be_absent() -> None:
    words = Reader(page(observed(), {})).words
    assert "No input file is named." in words
    assert "Nothing was found wrong." in words
    assert "No statement of reasons was read." in words
    assert "not reported" in words


def test_the_same_figures_give_the_same_bytes(tmp_path: Path) -> None:
    write(SOME, FACTS, tmp_path / "a.html")
    write(SOME, dict(reversed(FACTS.items())), tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.html", "b.html"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="absent"):
        write(SOME, FACTS, tmp_path / "absent" / "report.html")


# Contrast, WCAG 2.2: 4.5 for text (1.4.3), 3 for graphics (1.4.11).


def _schemes() -> Iterator[dict[str, str]]:
    for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL):
        yield dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", list(_schemes()), ids=["light", "dark", "print"])
def test_text_and_bars_stand_out_from_the_ground(scheme: dict[str, str]) -> None:
    for text in ("ink", "quiet", "main"):
        for ground in ("ground", "raised"):
            assert _contrast(scheme[text], scheme[ground]) >= 4.5, (text, ground)
    assert _contrast(scheme["warn-ink"], scheme["warn-ground"]) >= 4.5
    for bar in ("main", "floor", "high", "medium", "low", "none"):
        assert _contrast(scheme[bar], scheme["ground"]) >= 3, bar
    assert _contrast(scheme["main"], scheme["track"]) >= 3


# In a browser.

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def _chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs chromium: apt-get install -y chromium")
        pytest.skip("chromium is not installed")
    return found


def _browse(profile: Path, *arguments: str) -> str:
    command = [_chromium(), *FLAGS, f"--user-data-dir={profile}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def test_a_browser_shows_the_whole_page(tmp_path: Path) -> None:
    report, picture = tmp_path / "report.html", tmp_path / "report.png"
    write(SOME, {**FACTS, "title": HOSTILE}, report)
    dumped = _browse(tmp_path / "one", "--dump-dom", report.as_uri())
    seen, written = Reader(dumped), Reader(report.read_text(encoding="utf-8"))
    # What the browser made of the text is what was written: nothing was moved, dropped or run.
    assert [tag for tag, _ in seen.elements] == [tag for tag, _ in written.elements]
    assert seen.words == written.words
    _browse(tmp_path / "two", f"--screenshot={picture}", "--window-size=1200,900", report.as_uri())
    head = picture.read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    assert (int.from_bytes(head[16:20]), int.from_bytes(head[20:24])) == (1200, 900)
    assert picture.stat().st_size > 20_000


def test_on_a_phone_the_page_stays_within_its_width(tmp_path: Path) -> None:
    report, frame = tmp_path / "report.html", tmp_path / "frame.html"
    write(SOME, FACTS, report)
    # Headless Chromium has a least width, so the phone is a frame within a page of the test's own.
    text = report.read_text(encoding="utf-8").replace("&", "&amp;").replace('"', "&quot;")
    frame.write_text(
        f'<iframe style="width: 360px; height: 800px" srcdoc="{text}"></iframe><p id="told"></p>'
        "<script>onload = () => { const page = frames[0].document.documentElement;"
        " told.textContent = page.scrollWidth + ' of ' + page.clientWidth; };</script>",
        encoding="utf-8",
    )
    dumped = _browse(tmp_path / "profile", "--dump-dom", frame.as_uri())
    told = re.search(r'id="told">([0-9]+) of ([0-9]+)<', dumped)
    assert told is not None and told[1] == told[2] == "360"
