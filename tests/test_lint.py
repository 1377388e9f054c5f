"""The lint of the standard: each kind of flaw is found where it is and nowhere else, and ours has none."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmtax._generated.lint import LIMITS, LINT, WAIVERS
from harmtax.cli import main
from harmtax.errors import BadUse
from harmtax.standard import condition, evidence, release, tables
from harmtax.standard.evidence import Evidence
from harmtax.standard.lint import Report, lint
from harmtax.standard.rule_flaws import Bench

HOME = Path(__file__).resolve().parent.parent
Told = dict[str, Any]


def _category(title: str, definition: str, excludes: str, parent: str | None = None) -> Told:
    return {
        "title": title, "definition": definition, "includes": "", "excludes": excludes,
        "parent": parent, "base_tier": None, "absolute_floor": False,
    }  # fmt: skip


def _field(title: str, definition: str, **more: Any) -> Told:
    return {"kind": "code", "title": title, "definition": definition, "audience": "public"} | more


def _rule(says: str, *checks: Told) -> Told:
    told = {
        "severity": "error", "says": says, "do": "Mend it.", "source": "own", "records": ["Thing"],
        "json_schema": "yes",
    }  # fmt: skip
    return told | {"checks": {"Thing": list(checks)}}


def _never(*what: list[list[Any]], severity: str = "error") -> Told:
    return {"check": "never", "severity": severity, "at": "colour", "what": list(what)}


def _small() -> Told:
    """A whole standard without a flaw, small enough to spoil in one place."""
    elements: Told = {
        "categories/AAA-BBB": _category(
            "Torn paper", "A sheet was torn by hand.", "Cut (CCC).", "AAA"
        ),
        "categories/AAA": _category("Paper", "Something happened to sheets.", "Metal (CCC)."),
        "categories/CCC": _category("Metal", "A tin went rusty in rain.", "Paper (AAA)."),
        "code_lists/Colour": {"title": "Colour", "definition": "How light comes back."},
        "code_lists/Colour/red": {"title": "Red", "definition": "Like blood."},
        "code_lists/Colour/blue": {"title": "Blue", "definition": "Like a clear sky."},
        "code_lists/Mark": {"title": "Mark", "definition": "What was put on top."},
        "code_lists/Mark/dot": {"title": "Dot", "definition": "A single point."},
        "code_lists/Mark/line": {"title": "Line", "definition": "One stroke."},
        "record_types/Thing": {"title": "Thing", "definition": "A find.", "identifier": "name"},
        "record_types/Thing/name": _field("Name", "What people call it.", kind="text"),
        "record_types/Thing/kind": _field("Kind", "Which sort.", codes="CategoryCode"),
        "record_types/Thing/colour": _field("Colour", "Its tint.", codes="Colour"),
        "record_types/Thing/mark": _field("Mark", "Anything drawn.", codes="Mark", many=True),
        "rules/HT-R01": _rule(
            "Metal is never red.",
            _never([["kind", "in", ["CCC"]], ["colour", "in", ["red"]]]),
        ),
        "metrics/M01": {"title": "Things", "definition": "How many were found."},
    }
    return {"version": "0.2.0", "date": "2026-01-01", "elements": elements, "changes": []}


@pytest.fixture
def small() -> Told:
    return _small()


def _shown() -> Evidence:
    examples = [
        ("Thing", {"kind": "AAA-BBB", "colour": "red", "mark": ["dot", "line"]}),
        ("Thing", {"kind": "AAA", "colour": "blue"}),
        ("Thing", {"kind": "CCC"}),
    ]
    rows = {"other": {"CategoryCode": frozenset({"AAA-BBB", "AAA", "CCC"})}}
    return Evidence(tuple(examples), rows)


def _judge(told: Told, shown: Evidence | None = None) -> Report:
    read = release.release(json.loads(json.dumps(told)), "test")
    return lint(read, _shown() if shown is None else shown, ())


def _kinds(report: Report) -> list[tuple[str, str]]:
    names = {rule.id: kind for kind, rule in LINT.items()}
    return [(names[each.rule.id], each.flaw.element) for each in report.found]


def test_a_standard_without_a_flaw_has_no_finding(small: Told) -> None:
    assert _kinds(_judge(small)) == []


Spoiling = Callable[[Told], object]


def _put(name: str, **facts: Any) -> Spoiling:
    return lambda told: told["elements"].setdefault(name, {}).update(facts)


def _drop(name: str) -> Spoiling:
    return lambda told: told["elements"].pop(name)


def _changes(*entries: Told) -> Spoiling:
    return lambda told: told["changes"].append({"version": "0.2.0", "changes": list(entries)})


FLAWS: list[tuple[str, Spoiling, list[tuple[str, str]]]] = [
    (
        "the same words in another case",
        _put("code_lists/Colour/blue", definition="like  blood"),
        [("equal_definitions", "code_lists/Colour/blue")],
    ),
    (
        "all words but one",
        lambda told: (
            _put("code_lists/Mark/dot", definition="A small round point of ink near an edge.")(told),
            _put("code_lists/Mark/line", definition="A small round point of ink near edges.")(told),
            _put("code_lists/Mark/dash", title="Dash", definition="A short stroke.",
                 status="retired")(told),
        ),
        [("overlapping_definitions", "code_lists/Mark/line")],
    ),
    (
        "the title again",
        _put("code_lists/Colour/red", definition="What is red."),
        [],
    ),
    (
        "nothing but the title",
        _put("code_lists/Colour/red", definition="The red"),
        [("circular_definition", "code_lists/Colour/red")],
    ),
    (
        "no definition",
        _put("code_lists/Colour/red", definition=""),
        [("missing_words", "code_lists/Colour/red")],
    ),
    (
        "no title",
        _put("record_types/Thing/mark", title=""),
        [("missing_words", "record_types/Thing/mark")],
    ),
    (
        "titles that differ in case and blanks",
        _put("code_lists/Mark/line", title="dot "),
        [("like_titles", "code_lists/Mark/line")],
    ),
    (
        "a long title",
        _put("metrics/M01", title="T" * (LIMITS["long_title"] + 1)),
        [("long_title", "metrics/M01")],
    ),
    (
        "a title as long as it may be",
        _put("metrics/M01", title="T" * LIMITS["long_title"]),
        [],
    ),
    (
        "two lists with the same codes",
        lambda told: (
            _put("code_lists/Paint", title="Paint", definition="What is spread.")(told),
            _put("code_lists/Paint/red", title="Red", definition="Of ochre.")(told),
            _put("code_lists/Paint/blue", title="Blue", definition="Of lapis.")(told),
        ),
        [("twin_lists", "code_lists/Paint")],
    ),
    (
        "no exclusion",
        _put("categories/CCC", excludes=""),
        # Both sides of the exclusion from the other branch are without an answer now.
        [("nothing_excluded", "categories/CCC"), ("unanswered_exclusion", "categories/AAA"),
         ("unanswered_exclusion", "categories/AAA-BBB")],
    ),
    (
        "an exclusion of a code that is not there",
        _put("categories/CCC", excludes="Paper (AAA); wood (AAA-XXX or DDD)."),
        [("unknown_code", "categories/CCC"), ("unknown_code", "categories/CCC")],
    ),
    (
        "capitals that are words",
        _put("categories/CCC", definition="A tin with a DVD went rusty in rain."),
        [],
    ),
    (
        "a note that names a retired code",
        lambda told: (
            _put("categories/AAA-OLD", **_category("Old", "It was once.", "", "AAA"),
                 status="retired", replaced_by="AAA")(told),
            _put("categories/CCC", includes="What AAA-OLD was.")(told),
        ),
        [("unknown_code", "categories/CCC")],
    ),
    (
        "a parent that is not there",
        _drop("categories/AAA"),
        # The exclusion of the other branch names it as well.
        [("unknown_code", "categories/AAA-BBB"), ("unknown_code", "categories/CCC"),
         ("unanswered_exclusion", "categories/AAA-BBB")],
    ),
    (
        "a ring of parents",
        _put("categories/AAA", parent="AAA-BBB"),
        [("cycle", "categories/AAA-BBB")],
    ),
    (
        "a ring of successors",
        lambda told: (
            _put("code_lists/Mark/x", title="X", status="retired", replaced_by="y")(told),
            _put("code_lists/Mark/y", title="Y", status="retired", replaced_by="x")(told),
        ),
        [("cycle", "code_lists/Mark/x")],
    ),
    (
        "a successor that is not there",
        _put("code_lists/Mark/x", title="X", status="retired", replaced_by="z"),
        [("unknown_code", "code_lists/Mark/x")],
    ),
    (
        "a ring of renames over versions",
        _changes(
            {"rename": "rules/HT-R01", "to": ["rules/HT-R02"], "detail": "a"},
            {"merge": "rules/HT-R02", "to": ["rules/HT-R01"], "detail": "b"},
        ),
        [("cycle", "rules/HT-R01")],
    ),
    (
        "a split that keeps its parent is no ring",
        _changes({"split": "categories/AAA", "detail": "a", "fallback": "categories/AAA", "to": [
            {"element": "categories/AAA-BBB", "when": {"colour": ["red"]}},
            {"element": "categories/AAA"},
        ]}),
        [],
    ),
    (
        "a condition that contradicts itself",
        _put("rules/HT-R02", **_rule("Dots are blue and red.", _never(
            [["colour", "in", ["red"]], ["colour", "in", ["blue"]]]
        ))),
        [("unreachable_rule", "rules/HT-R02"), ("implied_rule", "rules/HT-R02")],
    ),
    (
        "a condition on a code that is gone",
        _put("rules/HT-R02", **_rule("Green is out.", _never([["colour", "in", ["green"]]]))),
        [("unreachable_rule", "rules/HT-R02"), ("implied_rule", "rules/HT-R02")],
    ),
    (
        "a rule that another one implies",
        _put("rules/HT-R02", **_rule("Metal with dots is never red.", _never(
            [["kind", "in", ["CCC"]], ["colour", "in", ["red"]], ["mark", "has", ["dot"]]]
        ))),
        [("implied_rule", "rules/HT-R02")],
    ),
    (
        "a warning that only refused records would get",
        _put("rules/HT-R02", **_rule("Red metal is odd.", _never(
            [["kind", "in", ["CCC"]], ["colour", "in", ["red"]]], severity="warning"
        ))),
        [("implied_rule", "rules/HT-R02")],
    ),
    (
        "an error that only a warning covers",
        lambda told: (
            told["elements"]["rules/HT-R01"]["checks"]["Thing"][0].update(severity="warning"),
            _put("rules/HT-R02", **_rule("Marked metal is never red.", _never(
                [["kind", "in", ["CCC"]], ["colour", "in", ["red"]], ["mark", "present", None]]
            )))(told),
        ),
        [],
    ),
    (
        "a line that another line of the rule implies",
        _put("rules/HT-R02", **_rule(
            "Blue has no marks.",
            _never([["colour", "in", ["blue"]], ["mark", "present", None]]),
            _never([["colour", "in", ["blue"]], ["mark", "has", ["dot"]]]),
        )),
        [("implied_line", "rules/HT-R02")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "kinds"), [each[1:] for each in FLAWS], ids=[f[0] for f in FLAWS]
)
def test_each_flaw_is_found_where_it_is(
    small: Told, spoil: Spoiling, kinds: list[tuple[str, str]]
) -> None:
    spoil(small)
    assert sorted(_kinds(_judge(small))) == sorted(kinds)


def test_every_kind_of_flaw_is_shown_by_an_edit_or_a_test_of_its_own() -> None:
    by_edit = {kind for _, _, kinds in FLAWS for kind, _ in kinds}
    apart = {"unusable", "undecided", "no_example", "no_crosswalk_row", "idle_waiver"}
    assert by_edit | apart == LINT.keys()


@pytest.mark.parametrize("shown", [Evidence((), {}), _shown()], ids=["no examples", "older ones"])
@pytest.mark.parametrize(
    ("test", "element", "others"),
    [
        (["colour", "in", ["red"]], "record_types/Thing/colour", ("code_lists/Colour/red",)),
        (["mark", "has", ["dot"]], "record_types/Thing/mark", ("code_lists/Mark/dot",)),
        (["mark", "present", None], "record_types/Thing/mark", ()),
    ],
)
def test_what_the_rules_forbid_is_unusable_even_if_an_older_example_has_it(
    small: Told, test: list[Any], element: str, others: tuple[str, ...], shown: Evidence
) -> None:
    small["elements"]["rules/HT-R02"] = _rule("That is out.", _never([test]))
    flaws = [each.flaw for each in _judge(small, shown).found]
    found = [(each.element, each.others) for each in flaws if each.kind == "unusable"]
    assert found == [(element, others)]


def test_a_question_that_takes_too_long_is_told_as_undecided(
    small: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harmtax.standard.regions.STEPS", 0)
    assert ("undecided", "rules/HT-R01") in _kinds(_judge(small))


def test_a_code_without_example_or_row_is_named_with_the_crosswalk(small: Told) -> None:
    shown = _shown()
    assert shown.examples is not None
    fewer = Evidence(
        shown.examples[1:],
        {"other": {"CategoryCode": frozenset({"AAA-BBB", "AAA"})}},
    )
    report = _judge(small, fewer)
    assert sorted(_kinds(report)) == [
        ("no_crosswalk_row", "categories/CCC"), ("no_example", "categories/AAA-BBB"),
        ("no_example", "code_lists/Colour/red"), ("no_example", "code_lists/Mark/dot"),
        ("no_example", "code_lists/Mark/line"),
    ]  # fmt: skip
    assert "other" in report.found[0].flaw.detail


def test_what_was_not_exported_is_told_and_not_judged(small: Told) -> None:
    report = _judge(small, Evidence())
    assert report.unseen == (evidence.EXAMPLES, evidence.ROWS)
    assert report.found == ()


def test_a_waiver_silences_its_finding_and_is_a_finding_when_there_is_none(small: Told) -> None:
    read = release.release(small, "test")
    waiver = ("HT-L01", ("code_lists/Colour/red", "code_lists/Colour/blue"), "on purpose")
    assert _kinds(lint(read, _shown(), [waiver])) == [("idle_waiver", "code_lists/Colour/blue")]
    spoilt = deepcopy(small)
    spoilt["elements"]["code_lists/Colour/blue"]["definition"] = "Like blood."
    [found] = lint(release.release(spoilt, "test"), _shown(), [waiver]).found
    assert (found.severity, found.reason, found.rule.id) == ("waived", "on purpose", "HT-L01")


# --- exactness against all records --------------------------------------------------------------------

TESTS = st.one_of(
    st.tuples(
        st.sampled_from(["kind", "colour"]), st.just("in"),
        st.lists(st.sampled_from(["AAA", "CCC", "red", "blue", None]), min_size=1, max_size=3),
    ),
    st.tuples(st.sampled_from(["kind", "colour", "mark"]), st.sampled_from(["present", "absent"]),
              st.none()),
    st.tuples(st.just("mark"), st.sampled_from(["has", "lacks", "only"]),
              st.lists(st.sampled_from(["dot", "line"]), min_size=1, max_size=2, unique=True)),
)  # fmt: skip
LINES = st.lists(st.lists(TESTS, min_size=1, max_size=3), min_size=1, max_size=5)


def _all_records() -> Iterator[Told]:
    marks = [None, *(list(each) for n in (1, 2) for each in combinations(["dot", "line"], n))]
    kinds = (None, "AAA-BBB", "AAA", "CCC")
    for kind, colour, mark in product(kinds, (None, "red", "blue"), marks):
        told = {"kind": kind, "colour": colour, "mark": mark}
        yield {name: value for name, value in told.items() if value is not None}


RECORDS = list(_all_records())


def _forbids(conjunction: Any, row: Told) -> bool:
    return condition.holds(tables.tuples([conjunction]), row)


@settings(max_examples=60, deadline=None)
@given(lines=LINES)
def test_unreachable_and_implied_lines_are_those_that_trying_all_records_shows(lines: Any) -> None:
    told = _small()
    told["elements"]["rules/HT-R01"]["checks"]["Thing"] = [_never(each) for each in lines]
    bench = _bench(told)
    for place, conjunction in enumerate(lines):
        line = bench.lines[place]
        hit = [row for row in RECORDS if _forbids(conjunction, row)]
        assert bench.is_possible(line.what) == bool(hit)
        others = [each for at, each in enumerate(lines) if at != place]
        alone = [row for row in hit if not any(_forbids(each, row) for each in others)]
        rest = [each for at, each in enumerate(bench.lines) if at != place]
        assert bench.is_possible(line.what, bench.rest(line, rest)) == bool(alone)


def _bench(told: Told) -> Bench:
    read = release.release(json.loads(json.dumps(told)), "test")
    return Bench(tables.table(read, "Thing"), tables.live_codes(read))


# --- our own standard, and the command ----------------------------------------------------------------


@pytest.fixture(scope="module")
def ours() -> Told:
    """What the command of the page prints of the working schema, as JSON."""
    page = (HOME / "docs" / "quality.md").read_text(encoding="utf-8")
    [command] = re.findall(r"```sh\nharmtax (.*)\n```", page)
    printed = io.StringIO()
    with contextlib.chdir(HOME), contextlib.redirect_stdout(printed):
        assert main([*command.split(), "--json"]) == 0
    told: Told = json.loads(printed.getvalue())
    return told


def test_our_own_standard_has_neither_errors_nor_warnings(ours: Told) -> None:
    assert {each["severity"] for each in ours["findings"]} == {"info", "waived"}
    assert ours["unseen"] == []


def test_every_waiver_of_ours_silences_something_and_says_why(ours: Told) -> None:
    assert len(ours["waivers"]) == len(WAIVERS)
    assert all(len(each["reason"].split()) > 4 for each in ours["waivers"])


def test_every_code_of_ours_is_used_by_an_example(ours: Report) -> None:
    folder = HOME / "exports" / "next"
    read = release.read(folder)
    used = evidence.used(read, evidence.read(folder))
    codes = tables.live_codes(read)["CategoryCode"]
    assert {("Incident", "category", code) for code in codes} <= used


@pytest.fixture
def exported(small: Told, tmp_path: Path) -> Path:
    small["elements"]["code_lists/Colour/blue"]["definition"] = "Like blood."
    (tmp_path / "standard.json").write_text(json.dumps(small), encoding="utf-8")
    return tmp_path


def test_the_command_tells_an_error_with_its_words_and_fails(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["taxonomy", "lint", str(exported)]) == 1
    told = capsys.readouterr().out
    assert "error HT-L01 at /code_lists/Colour/blue" in told
    assert LINT["equal_definitions"].do in told
    assert f"there is no {evidence.EXAMPLES}" in told


def test_the_command_gives_json_and_passes_without_errors(
    exported: Path, small: Told, capsys: pytest.CaptureFixture[str]
) -> None:
    small["elements"]["code_lists/Colour/blue"]["definition"] = "Blue"
    (exported / "standard.json").write_text(json.dumps(small), encoding="utf-8")
    assert main(["taxonomy", "lint", str(exported / "standard.json"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["rule"] for each in told["findings"]] == ["HT-L03"]
    assert told["unseen"] == [evidence.EXAMPLES, evidence.ROWS]


def test_an_export_whose_examples_are_broken_is_bad_use(exported: Path) -> None:
    (exported / evidence.EXAMPLES).write_text("{}\n", encoding="utf-8")
    with pytest.raises(BadUse, match="examples"):
        evidence.read(exported)
    assert main(["taxonomy", "lint", str(exported)]) == 2
