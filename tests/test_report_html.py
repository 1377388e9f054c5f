"""The HTML report: one file that loads nothing, escapes everything and says every figure twice."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmtax._generated.languages import LANGUAGES
from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CATEGORIES
from harmtax.errors import BadUse
from harmtax.figures.report.html import PARTS, page
from harmtax.figures.report.labels import Labels
from harmtax.figures.report.lines import width, wrapped
from harmtax.figures.report.looks import publish
from harmtax.figures.report.style import STYLE
from tests.publications import ROWS, SOME, publication, row

VOID = {"meta", "br", "link", "img", "input", "hr"}
HOSTILE = "<script>alert('x')</script>\"&"


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
    reader = Reader(page(SOME))
    ids = [attributes["id"] for _, attributes in reader.elements if "id" in attributes]
    assert not reader.open and not reader.faults
    assert len(ids) == len(set(ids))
    for _, attributes in reader.elements:
        for name in attributes.get("aria-labelledby", "").split():
            assert name in ids
        if attributes.get("href", "").startswith("#"):
            assert attributes["href"][1:] in ids


def test_nothing_is_loaded_and_nothing_runs() -> None:
    text = page(SOME)
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


def test_it_says_first_how_much_is_hidden_and_when_it_is_a_sample() -> None:
    words = Reader(page(SOME)).words
    notice = "These figures are protected: 4 of 24 rows are hidden"
    assert words.index(notice) < words.index("Who reported")
    assert "synthetic sample" not in words
    assert "synthetic sample" in Reader(page(publication(*ROWS, synthetic_sample=True))).words
    open_ = Reader(page(publication(row("M01", "2026", 9)))).words
    assert "nothing had to be hidden" in open_


def test_everything_that_comes_from_outside_is_escaped() -> None:
    hostile = publication(*ROWS, inputs={HOSTILE: HOSTILE}, criterion=HOSTILE, counted={HOSTILE: 1})
    text = page(hostile)
    reader = Reader(text)
    assert "<script" not in text
    assert "script" not in {tag for tag, _ in reader.elements}
    assert not reader.open and not reader.faults
    assert reader.words.count(HOSTILE) >= 4


@settings(max_examples=30, deadline=None, derandomize=True)
@given(words=st.text(max_size=20))
def test_any_text_leaves_the_page_well_formed(words: str) -> None:
    reader = Reader(page(publication(*ROWS, inputs={words: words}, criterion=words)))
    assert not reader.open and not reader.faults


def test_every_chart_has_a_title_a_description_a_sentence_and_a_table() -> None:
    text = page(SOME)
    charts = re.findall(r"<figure>.*?</figure>", text, re.DOTALL)
    # A course (one number, as of M02, is none), the tree, durations, children, rates, what is hidden.
    assert len(charts) == 6
    for chart in charts:
        reader = Reader(chart)
        (svg,) = reader.all("svg")
        assert svg["role"] == "img"
        title, words = svg["aria-labelledby"].split()
        told = [each["id"] for each in (*reader.all("title"), *reader.all("desc"))]
        assert told == [title, words]
        sentence = next(text for tag, text in reader.texts if tag == "figcaption")
        assert sentence.endswith(".") and sentence in {t for g, t in reader.texts if g == "desc"}
        after = text[text.index(chart) + len(chart) :]
        table = Reader(after[: after.index("</table>")]).words
        numbers = [t for g, t in reader.texts if g == "text" and re.fullmatch(r"[0-9][0-9,]*", t)]
        for number in numbers:
            assert number in table


def test_every_table_has_a_caption_and_heads_with_a_scope() -> None:
    text = page(SOME)
    tables = re.findall(r"<div class=\"scroll\"[^>]*><table>.*?</table>", text, re.DOTALL)
    assert len(tables) == text.count("<table>") >= len(PARTS)
    for table in tables:
        reader = Reader(table)
        assert len(reader.all("caption")) == 1
        assert {each["scope"] for each in reader.all("th")} == {"col", "row"}
        heads = [each for each in reader.all("th") if each["scope"] == "row"]
        assert len(heads) == len(reader.all("tr")) - 1


def test_headings_go_down_in_order_below_one_title() -> None:
    levels = [tag for tag, _ in Reader(page(SOME)).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels == ["h1", *["h2"] * len(PARTS)]
    reader = Reader(page(SOME))
    assert reader.all("html") == [{"lang": "en"}]
    assert reader.all("a")[0]["href"] == "#main"


def cells(text: str, head: str, *more: str) -> list[str]:
    """The words of the first row that begins with `head` and holds all of `more`."""
    for found in re.findall(r"<tr>.*?</tr>", text, re.DOTALL):
        words = [text for _, text in Reader(found).texts]
        if words[0] == head and set(more) <= set(words):
            return words
    raise AssertionError(f"no row {head}")


def test_hidden_zero_and_absent_are_told_apart() -> None:
    text = page(SOME)
    assert cells(text, "Nudification")[1:3] == ["IIA-NUD", "hidden"]
    assert cells(text, "2026-Q2")[1:3] == ["hidden", "Suppressed"]
    assert "not applicable" in cells(text, "Services restricted")
    assert "not given" in cells(text, "Services restricted")
    zero = page(publication(row("M01", "2026", 0), row("M02", "2026", None, status="suppressed")))
    assert cells(zero, "Harmful synthetic incidents") == ["Harmful synthetic incidents", "0"]
    assert cells(zero, "Real people without consent")[1] == "hidden"


def test_what_is_hidden_has_no_length_and_no_share_in_the_page() -> None:
    text = page(SOME)
    tree = text[text.index('id="categories-chart-title"') :]
    tree = tree[: tree.index("</svg>")]
    assert tree.count('class="veiled"') >= 1
    children = cells(text, "Children affected", "2026-Q2")
    assert children[2:] == ["hidden", "50", "hidden"]


def test_a_missing_denominator_gives_no_rate_and_says_so() -> None:
    text = page(SOME)
    assert cells(text, "Violative view rate")[2:] == [
        "7",
        "missing denominator",
        "missing denominator",
    ]
    assert cells(text, "Advertising safety error rate")[2:] == ["7", "70,000", "0.01\u00a0%"]
    nobody = cells(text, "Child sexual exploitation reported to an authority")
    assert nobody[-1] == "no cases"


def test_no_rate_is_given_where_only_some_stated_what_it_is_held_against() -> None:
    some = publication(row("M05", "2026", 7, 70_000, status="missing_denominator"))
    found = cells(page(some), "Advertising safety error rate")
    assert found[2:] == ["7", "70,000", "missing denominator"]


def test_a_median_of_few_is_withheld_and_of_none_is_no_case() -> None:
    few = page(publication(row("M13-median", "2026", 3, status="suppressed")))
    assert cells(few, "Time to action")[1] == "hidden"
    none = page(publication(row("M13-median", "2026", 0, status="not_applicable")))
    assert cells(none, "Time to action")[1] == "no cases"


def test_a_median_that_cannot_be_compared_is_no_absence_of_cases() -> None:
    apart = {"status": "not_comparable"}
    text = page(
        publication(
            row("M13-median", "2026", None, **apart),
            row("M13-median", "2026", None, duration_bin="within_12h", **apart),
            row("M23", "2026", None, None, **apart),
            row("M01", "2026", None, **apart),
            row("M01", "2026", None, category="IIA", **apart),
        )
    )
    assert cells(text, "Time to action")[1] == "not comparable"
    words = Reader(text).words
    assert "some steps are hidden" not in words
    assert words.count("No number here can be given; the table says why.") == 2
    assert "Children affected, 2026: not comparable." in words


def test_figures_about_children_are_worded_for_each_state() -> None:
    told = {
        "3 of 40 (7.50\u00a0%)": row("M23", "2026", 3, 40),
        "no cases": row("M23", "2026", 0, 0, status="not_applicable"),
        "hidden": row("M23", "2026", None, None, status="suppressed"),
    }
    for said, each in told.items():
        text = page(publication(each))
        assert f"Children affected, 2026: {said}." in Reader(text).words
        assert ('id="children-chart-title"' in text) == said.startswith("3")


def test_a_key_figure_of_durations_is_the_median_and_one_without_numbers_is_said_once() -> None:
    rows = [
        row("M12-notices", "2026", 300),
        row("M13-median", "2026", 70, median_lower=36_000, median_upper=36_000),
        row("M17", "2026", None, None, status="suppressed"),
    ]
    text = page(publication(*rows))
    header = Reader(text[text.index("<dl") : text.index("</dl>")]).words
    assert "Time to action 10.0 h 2026" in header and "Deadline met hidden 2026" in header


def test_one_number_is_no_course_and_one_hidden_row_is_said_so() -> None:
    text = page(publication(row("M01", "2026", 9), row("M02", "2026", None, status="suppressed")))
    assert "trend-M01-title" not in text and "With one number there is no trend." in text
    assert "1 of 2 rows is hidden" in text


def test_categories_of_the_same_size_are_named_together() -> None:
    rows = [row("M01", "2026", 18), *(row("M01", "2026", 9, category=c) for c in ("HAT", "HAR"))]
    words = Reader(page(publication(*rows))).words
    assert "the largest have 9 each: Hate, Harassment." in words and "is the largest" not in words


def test_tiers_have_a_chart_also_where_no_table_has_them_by_category() -> None:
    rows = [row("M01", "2026", 90), row("M01", "2026", 60, tier="floor")]
    rows.append(row("M01", "2026", None, tier="low", status="suppressed"))
    text = page(publication(*rows))
    assert "Floor: 60 of 90 (66.67\u00a0%)." in text and 'class="tier-floor"' in text
    assert cells(text, "Low risk")[1] == "hidden"


def test_reporters_stand_by_name_and_not_by_rank() -> None:
    rows = [row("M01", "2026", 90), row("M01", "2026", None, reporter_id="c", status="suppressed")]
    rows += [row("M01", "2026", n, reporter_id=name) for name, n in (("b", 80), ("a", 4_000))]
    text = page(publication(*rows))
    chart = text[text.index('id="by-reporter-chart-title"') :]
    chart = chart[: chart.index("</svg>")]
    assert re.findall(r'y="[0-9]+">([abc])<', chart) == ["a", "b", "c"]
    assert "not ranked" in chart and "Reporters whose number is hidden: 1." in chart


def test_without_the_main_counts_the_page_takes_up_those_that_are_there() -> None:
    rows = [row("M12-notices", "2026-Q1", 30), row("M12-notices", "2026-Q2", 20)]
    text = page(publication(*rows, row("M14", "2026-Q2", 17)))
    header = text[: text.index("</header>")]
    assert "Notices" in header and "Notices actioned" in header
    assert "Notices: down from 30 (2026-Q1) to 20 (2026-Q2)" in text


def test_removal_is_held_against_the_line_of_48_hours() -> None:
    text = page(SOME)
    words = Reader(text).words
    assert "Time to action, 2026: the median is 10.0 h." in words
    assert "within 48 hours 90 of 100 (90.00\u00a0%)." in words
    chart = text[text.index('id="removal-chart-title"') :]
    chart = chart[: chart.index("</svg>")]
    line = re.search(r'<line [^>]*y1="([0-9]+)"[^>]*class="limit"', chart)
    last = re.findall(r'<text [^>]*y="([0-9]+)"[^>]*>48 h<', chart)
    after = re.findall(r'<text [^>]*y="([0-9]+)"[^>]*>72 h<', chart)
    assert line is not None and float(last[0]) < float(line[1]) < float(after[0])
    veiled = [*ROWS, row("M13-median", "2026", None, duration_bin="over_90d", status="suppressed")]
    said = Reader(page(publication(*veiled))).words
    assert "some steps are hidden" in said and "within 48 hours 90" not in said


def test_what_is_hidden_is_told_for_each_table() -> None:
    text = page(SOME)
    assert cells(text, "Harmful synthetic incidents", "Category")[1:] == [
        "2026",
        "Category",
        "3",
        "1",
    ]
    assert cells(text, "Fully automated measures, Denominator")[1:] == ["2026", "total", "1", "0"]
    assert "tables.1" not in text


def test_a_course_breaks_where_a_number_is_hidden() -> None:
    text = page(SOME)
    chart = text[text.index('id="trend-M01-title"') :]
    chart = chart[: chart.index("</svg>")]
    assert chart.count("<circle") == 2 and 'class="course"' not in chart
    assert "60 in 2026-Q3" in chart and "nothing is compared" in chart and "up from" not in chart


def course_of(*periods: tuple[str, int]) -> str:
    text = page(publication(*(row("M01", period, count) for period, count in periods)))
    chart = text[text.index('id="trend-M01-title"') :]
    return chart[: chart.index("</svg>")]


@pytest.mark.parametrize(
    "periods",
    [
        ("2024-Q1", "2025-Q3", "2026-Q1", "2026-Q2"),
        ("2024-01", "2025-07", "2026-01", "2026-02"),
        ("2024-H1", "2025-H2", "2026-H2", "2027-H1"),
        ("2010", "2016", "2018", "2019"),
    ],
)
def test_a_course_stands_on_an_axis_of_time_and_joins_neighbours_alone(
    periods: tuple[str, ...],
) -> None:
    chart = course_of(*zip(periods, (9, 20, 30, 40), strict=True))
    first, *_, before, last = [float(x) for x in re.findall(r'<circle cx="([0-9.]+)%', chart)]
    assert last - before < (last - first) / 5
    assert chart.count('class="course"') == 1
    assert f"up from 30 ({periods[2]}) to 40 ({periods[3]})" in chart


def test_numbers_that_are_no_neighbours_are_not_compared() -> None:
    chart = course_of(("2024-Q1", 9), ("2025-Q4", 20), ("2026-Q2", 40))
    assert "40 in 2026-Q2" in chart and "nothing is compared" in chart
    assert "up from" not in chart and 'class="course"' not in chart


def test_the_table_of_counts_begins_with_the_newest_period() -> None:
    text = page(SOME)
    heads = text[text.index('id="found-caption"') :]
    heads = heads[: heads.index("</thead>")]
    assert heads.index("2026-Q3") < heads.index("2026-Q2") < heads.index("2026-Q1")
    # A shadow tells where a table goes on.
    assert "var(--shade)" in STYLE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_of_a_chart_fits_a_phone(language: str) -> None:
    """A letter takes up to 7.5 of the 350 pixels that a page of 390 leaves to a chart."""
    rows = [row("M01", "2026", 9, category=each.code) for each in CATEGORIES]
    rows += [row(each, "2026", 1, 2) for each, metric in METRICS.items() if metric.kind == "ratio"]
    text = page(publication(*rows), language)
    names = [Labels(language).category(each.code) for each in CATEGORIES]
    charts = [text[m.end() : text.index("</svg>", m.end())] for m in re.finditer("<svg", text)]
    found = re.findall(r'<text x="(\d+)" y="\d+">(.*?)</text>', "".join(charts))
    lines = [(int(x), unescape(re.sub("<[^>]*>", "", words))) for x, words in found]
    assert len(lines) > len(names)
    assert [words for x, words in lines if x + width(words) * 7.5 > 350] == []
    # Nothing is lost at the end of a line.
    told = "".join(words for _, words in lines).replace(" ", "")
    assert all(name.replace(" ", "") in told for name in names)


@given(st.text(max_size=60), st.integers(4, 40))
def test_wrapped_words_are_the_same_words(text: str, most: int) -> None:
    lines = wrapped(text, most)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width(line) <= most for line in lines)


@pytest.mark.parametrize(
    ("top", "bottom", "said"),
    [
        (1, 3, "33.33\u00a0%"),
        (2, 3, "66.67\u00a0%"),
        (3, 3, "100.00\u00a0%"),
        (0, 3, "0.00\u00a0%"),
        (1, 10**9, "under 0.01\u00a0%"),
        (0, 0, "no cases"),
    ],
)
def test_a_share_is_rounded_in_whole_numbers(top: int, bottom: int, said: str) -> None:
    assert Labels().share(top, bottom) == said


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_every_language_fills_the_whole_page(language: str) -> None:
    text = page(SOME, language)
    reader = Reader(text)
    assert reader.all("html") == [{"lang": language}]
    assert not reader.open and not reader.faults
    assert not re.search(r"[{}]", reader.words)
    assert Labels(language).review in reader.words


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(BadUse, match="'xx'; there are: en"):
        page(SOME, "xx")


def test_an_empty_publication_says_that_it_holds_nothing() -> None:
    words = Reader(page(publication())).words
    assert words.count("The publication holds no such figure.") >= 5


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


def _written(folder: Path, name: str = "report.html") -> Path:
    publish(SOME, [folder / name])
    return folder / name


def test_a_browser_shows_the_whole_page(tmp_path: Path) -> None:
    report, picture = _written(tmp_path), tmp_path / "report.png"
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


def _framed(report: Path, frame: Path, width: int, script: str) -> None:
    """A page of the test's own with the report in a frame, since the report itself runs no script."""
    text = report.read_text(encoding="utf-8").replace("&", "&amp;").replace('"', "&quot;")
    frame.write_text(
        f'<iframe style="width: {width}px; height: 800px" srcdoc="{text}"></iframe>'
        f'<p id="told"></p><script>{script}</script>',
        encoding="utf-8",
    )


def test_on_a_phone_the_page_stays_within_its_width(tmp_path: Path) -> None:
    report, frame = _written(tmp_path), tmp_path / "frame.html"
    # Headless Chromium has a least width, so the phone is a frame.
    script = (
        "onload = () => { const page = frames[0].document.documentElement;"
        " told.textContent = page.scrollWidth + ' of ' + page.clientWidth; };"
    )
    _framed(report, frame, 360, script)
    dumped = _browse(tmp_path / "profile", "--dump-dom", frame.as_uri())
    told = re.search(r'id="told">([0-9]+) of ([0-9]+)<', dumped)
    assert told is not None and told[1] == told[2] == "360"


def test_a_name_of_hundreds_of_letters_stays_within_a_phone(tmp_path: Path) -> None:
    rows = [row("M01", "2026", 9, reporter_id=letter * 400) for letter in "ab"]
    report, frame = tmp_path / "report.html", tmp_path / "frame.html"
    publish(publication(row("M01", "2026", 18), *rows), [report])
    script = (
        "onload = () => { const page = frames[0].document;"
        " const over = [...page.querySelectorAll('svg text')].filter("
        "   each => each.getBoundingClientRect().right > each.closest('svg').getBoundingClientRect().right);"
        " told.textContent = page.documentElement.scrollWidth + ' and '"
        "   + over.map(each => each.textContent).join(); };"
    )
    _framed(report, frame, 390, script)
    dumped = _browse(tmp_path / "profile", "--dump-dom", frame.as_uri())
    told = re.search(r'id="told">([^<]*)<', dumped)
    assert told is not None and told[1] == "390 and "


def _axe() -> str:
    """The text of axe-core, which judges pages by the rules of WCAG."""
    path = os.environ.get("HARMTAX_AXE")
    if path:
        return Path(path).read_text(encoding="utf-8")
    if os.environ.get("CI"):
        pytest.fail("CI needs axe-core: npm install axe-core, HARMTAX_AXE=.../axe.min.js")
    pytest.skip("HARMTAX_AXE does not name axe.min.js (npm install axe-core)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(tmp_path: Path, scheme: str) -> None:
    judge, report = _axe(), _written(tmp_path)
    text = report.read_text(encoding="utf-8")
    # The page forbids scripts, also those of its judge.
    policy = re.search(r'<meta http-equiv="Content-Security-Policy"[^>]*>', text)
    assert policy is not None
    run = (
        "axe.run().then(found => { document.title = 'judged'; const p = document.createElement('pre');"
        " p.id = 'told'; p.textContent = JSON.stringify({passes: found.passes.length, bad:"
        " found.violations.map(v => [v.impact, v.id, v.nodes.map(n => n.html)])});"
        " document.body.append(p); });"
    )
    judged = tmp_path / "judged.html"
    scripted = f"<script>{judge}</script><script>onload = () => {{ {run} }};</script></body>"
    judged.write_text(text.replace(policy[0], "").replace("</body>", scripted), encoding="utf-8")
    dark = "0" if scheme == "dark" else "1"
    flags = ("--virtual-time-budget=60000", f"--blink-settings=preferredColorScheme={dark}")
    dumped = _browse(tmp_path / "profile", *flags, "--dump-dom", judged.as_uri())
    told = "".join(text for tag, text in Reader(dumped[dumped.rindex('<pre id="told">') :]).texts)
    result = json.loads(told)
    assert result["passes"] > 20
    assert [each for each in result["bad"] if each[0] in ("serious", "critical")] == []
