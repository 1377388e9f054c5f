"""Two versions side by side: what is found, what it asks, what must be declared, and what may be released."""

from __future__ import annotations

import copy
import itertools
import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import harmtax
from harmtax import cli
from harmtax._generated.constraints import CODES, RECORDS
from harmtax.errors import BadUse, Unreadable
from harmtax.shapes import Conjunction
from harmtax.standard import changelog, freezing, regions, sums, versions
from harmtax.standard.declaration import Problem, problems
from harmtax.standard.difference import differences
from harmtax.standard.patterns import accepts_all
from harmtax.standard.regions import Many, Space, Undecided
from harmtax.standard.release import Release, find, frozen, read, release
from harmtax.standard.restated import restated
from harmtax.standard.tables import live_codes, tables
from harmtax.standard.verdict import least, verdict
from harmtax.standard.word_differences import out_of_order
from tests.edits import EDITS, Elements, replaced

HOME = Path(__file__).resolve().parent.parent
EXPORTS = HOME / "exports"
TOLD = json.loads((EXPORTS / "next" / "standard.json").read_bytes())
TOTALLY = settings(max_examples=300, deadline=None)


def told(
    elements: Mapping[str, Any], version: str = "1.0.0", changes: list[dict[str, Any]] | None = None
) -> Release:
    block = {"version": version, "date": "2027-01-01", "changes": changes or []}
    return release({"version": version, "elements": elements, "changes": [block]}, "the test")


OLD = told(TOLD["elements"])


def edited(
    edit: Callable[[Elements], Any], *changes: dict[str, Any], version: str = "2.0.0"
) -> Release:
    elements = copy.deepcopy(TOLD["elements"])
    edit(elements)
    return told(elements, version, list(changes))


def made(name: str, seed: int = 1) -> Elements:
    elements: Elements = copy.deepcopy(TOLD["elements"])
    EDITS[name](elements, Random(seed))
    return elements


def found(new: Release) -> list[Problem]:
    return problems(verdict(OLD, new), [OLD])


# --- the snapshot says all ---------------------------------------------------------------------------


def test_the_tables_made_from_a_snapshot_are_those_that_the_package_works_with() -> None:
    made_again = tables(read(EXPORTS / "next"))
    assert list(made_again) == list(RECORDS)
    for name, table in made_again.items():
        assert table.fields == RECORDS[name].fields
        # The snapshot has the checks by rule, the table has them by record type.
        assert set(table.row_checks) == set(RECORDS[name].row_checks)
        assert set(table.set_checks) == set(RECORDS[name].set_checks)
    assert live_codes(read(EXPORTS / "next")) == CODES


def test_a_version_does_not_differ_from_itself() -> None:
    for name in [*frozen(EXPORTS), "next"]:
        one = find(name, EXPORTS)
        assert verdict(one, one).level == "none"


# --- what is found -----------------------------------------------------------------------------------


def kinds(new: Release) -> list[tuple[str, str]]:
    return [(each.kind, each.element) for each in differences(OLD, new)]


def test_the_second_release_differs_from_the_first_in_what_was_decided_and_in_nothing_else() -> (
    None
):
    between = {
        (d.kind, d.element) for d in differences(find("0.1.0", EXPORTS), read(EXPORTS / "next"))
    }
    structure = {each for each in between if each[0] not in ("reworded", "redefined")}
    assert structure >= {
        ("list_renamed", "code_lists/Label"),
        ("field_renamed", "record_types/Incident/label"),
        ("field_renamed", "record_types/Observation/label"),
        ("category_added", "categories/DIS-REM"),
        ("category_added", "categories/DIS-ABS"),
        ("code_retired", "code_lists/BenignContext/none"),
        ("rule_tightened", "rules/HT-R39"),
    }
    # Ten rules and fifty metrics mention what was renamed, and none of them changed by that. HT-R22 asks
    # a submission for the reason of its revision, which is a new field.
    told_of = {element for _, element in structure if element.startswith(("rules/", "metrics/"))}
    assert told_of <= {"rules/HT-R22", "rules/HT-R39"}


def test_a_renamed_code_is_one_difference_wherever_it_is_mentioned() -> None:
    new = told(made("rename_a_code", 3), "2.0.0")
    assert [kind for kind, _ in kinds(new)] == ["code_renamed"]


def test_a_renamed_list_is_one_difference_with_all_its_codes_and_fields() -> None:
    assert kinds(told(made("rename_a_list"), "2.0.0")) == [("list_renamed", "code_lists/Quite")]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("record_types/Appeal", "record_type_renamed"),
        ("record_types/Exposure/method", "field_renamed"),
        ("rules/HT-R16", "rule_renamed"),
        ("metrics/M01", "metric_renamed"),
        ("formats/ozone", "format_renamed"),
        ("code_lists/Treatment", "list_renamed"),
        ("code_lists/Tier/floor", "code_renamed"),
        ("categories/IIA-NUD", "category_renamed"),
    ],
)
def test_whatever_goes_by_another_name_is_found_though_nobody_said_so(name: str, kind: str) -> None:
    newer = f"{name}2" if name.startswith(("formats", "metrics")) else f"{name}X"
    belongs = {n: n.replace(name, newer, 1) for n in TOLD["elements"] if n.startswith(f"{name}/")}
    new = replace(restated(OLD, {name: newer, **belongs}), version="2.0.0")
    assert name not in new.elements
    assert kinds(new) == [(kind, newer)]


def test_a_field_with_another_name_and_the_same_facts_is_a_rename() -> None:
    [(kind, element)] = kinds(told(made("rename_a_field"), "2.0.0"))
    assert (kind, element[-3:]) == ("field_renamed", "_so")


def test_a_field_that_has_nothing_in_common_with_the_one_that_is_gone_is_no_rename() -> None:
    def edit(elements: Elements) -> None:
        del elements["record_types/Incident/content_language"]
        elements["record_types/Incident/weather"] = {
            "kind": "integer", "title": "Weather", "definition": "How warm it was.", "audience": "public",
        }  # fmt: skip

    assert {kind for kind, _ in kinds(edited(edit))} >= {"field_added", "field_removed"}


def test_whoever_declares_a_retirement_is_believed_that_it_is_no_rename() -> None:
    elements = made("rename_a_field")
    gone = next(iter(set(TOLD["elements"]) - set(elements)))
    new = told(elements, "2.0.0", [{"retire": gone, "no_successor": True, "detail": "x"}])
    assert {kind for kind, _ in kinds(new)} == {"field_added", "field_removed"}


def test_a_declared_rename_is_one_even_when_nothing_looks_alike() -> None:
    def edit(elements: Elements) -> None:
        del elements["record_types/Incident/content_language"]
        elements["record_types/Incident/weather"] = {
            "kind": "integer", "title": "Weather", "definition": "How warm it was.", "audience": "public",
        }  # fmt: skip

    entry = {
        "rename": "record_types/Incident/content_language",
        "to": ["record_types/Incident/weather"],
        "detail": "x",
    }
    found = kinds(edited(edit, entry))
    assert ("field_renamed", "record_types/Incident/weather") in found
    assert ("type_changed", "record_types/Incident/weather") in found


def test_what_a_move_in_the_tree_does_to_the_rules_follows_from_the_move() -> None:
    [difference] = differences(OLD, told(made("move_a_category"), "2.0.0"))
    assert difference.kind == "category_moved"
    assert [each.element for each in difference.follows if each.kind == "rule_tightened"] == [
        "rules/HT-R03"
    ]


def test_tiers_that_follow_from_the_base_tier_are_not_told_apart_from_it() -> None:
    [difference] = differences(OLD, told(made("give_a_category_another_tier"), "2.0.0"))
    assert (difference.kind, difference.facts) == ("tier_changed", ("base_tier",))


def test_the_example_of_what_a_rule_refuses_now_is_in_the_note() -> None:
    [difference] = differences(OLD, told(made("add_a_rule"), "2.0.0"))
    assert difference.kind == "refusing_rule_added"
    assert "refused now: " in difference.note


@given(st.permutations("abcdef"), st.permutations("abcdefgh"))
@TOTALLY
def test_the_fewest_names_are_told_to_have_moved(before: list[str], after: list[str]) -> None:
    moved = out_of_order(before, after)
    left = [name for name in after if name in before and name not in moved]
    assert left == [name for name in before if name in left]
    if len(moved) > 1:
        for kept in itertools.combinations(before, len(before) - len(moved) + 1):
            assert [name for name in after if name in kept] != list(kept)


# --- exact reasoning ---------------------------------------------------------------------------------

LETTERS, MEMBERS, NUMBERS = ("a", "b", "c"), ("x", "y", "z"), (0, 5, 9)
SPACE = Space(
    {
        "letter": frozenset({*LETTERS, None}),
        "list": Many(frozenset(MEMBERS), frozenset(), True, True),
        "number": frozenset({*NUMBERS, None}),
        "text": frozenset({"present", None}),
    },
    {"number": (5, 9)},
    {"list": frozenset({"z"})},
)
LISTS = [
    None,
    *(c for n in (1, 2, 3) for c in itertools.combinations(MEMBERS, n) if "z" not in c or n == 1),
]
EVERYTHING = [
    {"letter": letter, "list": listed, "number": number, "text": text}
    for letter in (*LETTERS, None)
    for listed in LISTS
    for number in (*NUMBERS, None)
    for text in ("present", None)
]
TESTS = st.one_of(
    st.tuples(
        st.just("letter"), st.just("in"),
        st.lists(st.sampled_from([*LETTERS, None]), min_size=1, unique=True).map(tuple),
    ),
    st.tuples(
        st.just("list"), st.sampled_from(["has", "lacks", "only"]),
        st.lists(st.sampled_from(MEMBERS), min_size=1, unique=True).map(tuple),
    ),
    st.tuples(st.just("number"), st.sampled_from(["min", "below"]), st.sampled_from([5, 9])),
    st.tuples(
        st.sampled_from(["letter", "list", "number", "text"]),
        st.sampled_from(["present", "absent"]), st.none(),
    ),
)  # fmt: skip
CONJUNCTIONS = st.lists(TESTS, max_size=3).map(tuple)


def holds(conjunction: Conjunction, row: Mapping[str, Any]) -> bool:
    """What the words of a test mean, said once more and in another way."""
    for name, word, argument in conjunction:
        value = row[name]
        told_ = {
            "present": value is not None,
            "absent": value is None,
            "in": isinstance(argument, tuple) and value in argument,
            "min": value is not None and word == "min" and value >= argument,
            "below": value is not None and word == "below" and value < argument,
            "has": word == "has" and bool(set(value or ()) & set(argument)),
            "lacks": word == "lacks" and not set(value or ()) & set(argument),
            "only": word == "only" and value is not None and set(value) <= set(argument),
        }
        if not told_[word]:
            return False
    return True


@given(CONJUNCTIONS, st.lists(CONJUNCTIONS, max_size=4))
@TOTALLY
def test_a_condition_is_covered_exactly_when_no_record_of_all_is_left_over(
    what: Conjunction, cover: list[Conjunction]
) -> None:
    left = [
        row for row in EVERYTHING
        if holds(what, row) and not any(holds(each, row) for each in cover)
    ]  # fmt: skip
    assert (SPACE.uncovered(what, cover) is not None) == bool(left)
    cut = SPACE.cut(what)
    assert [holds(cut, row) for row in EVERYTHING] == [holds(what, row) for row in EVERYTHING]


def test_what_takes_too_many_steps_is_undecided_and_taken_for_breaking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    new = told(made("ask_less_before_refusing"), "2.0.0")
    monkeypatch.setattr(regions, "STEPS", 0)
    with pytest.raises(Undecided):
        SPACE.uncovered((), [])
    difference = next(each for each in differences(OLD, new) if each.kind == "rule_tightened")
    assert difference.note.endswith("not decided by reasoning, so taken for refusing more")


ATOMS = st.sampled_from(["a", "b", "[ab]", "[a-c]", "[^a]", "(a|bc)", "(b|c|)"])
PATTERNS = st.lists(
    st.tuples(ATOMS, st.sampled_from(["", "?", "{2}", "{0,2}", "{1,2}"])).map("".join), max_size=3
).map(lambda parts: f"^{''.join(parts)}$")
WORDS = [
    "".join(w) for n in range(7) for w in itertools.product("abcd"[: 4 if n < 5 else 3], repeat=n)
]


@given(PATTERNS, PATTERNS)
@settings(max_examples=120, deadline=None)
def test_a_pattern_takes_all_that_another_takes_exactly_when_no_word_says_otherwise(
    wide: str, narrow: str
) -> None:
    escaped = [w for w in WORDS if re.fullmatch(narrow, w) and not re.fullmatch(wide, w)]
    answer = accepts_all(wide, narrow)
    assert answer is not None
    if escaped:
        assert not answer
    elif not answer:
        # Only a word longer than those tried can be the reason.
        assert any(re.fullmatch(narrow, w) for w in itertools.chain(WORDS)) or "{2}" in narrow


@pytest.mark.parametrize("pattern", ["^a*$", "a", "^a|b$", r"^\d$", "^a{2,}$", "^(?:a)$"])
def test_a_pattern_that_is_not_read_gives_no_answer(pattern: str) -> None:
    assert accepts_all("^[a-z]{1,9}$", pattern) is None
    assert accepts_all(pattern, "^[a-z]{1,9}$") is None


# --- the version that is asked for --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "level", "asked"),
    [
        ("0.1.0", "major", "0.2.0"), ("0.1.0", "minor", "0.1.1"), ("0.1.0", "patch", "0.1.1"),
        ("1.4.2", "major", "2.0.0"), ("1.4.2", "minor", "1.5.0"), ("1.4.2", "patch", "1.4.3"),
        ("1.4.2", "none", "1.4.2"),
    ],
)  # fmt: skip
def test_before_1_0_0_a_major_change_asks_for_the_next_minor_number(
    version: str, level: str, asked: str
) -> None:
    assert least(version, level) == asked


def test_the_older_version_comes_first() -> None:
    with pytest.raises(BadUse, match="give the older version first"):
        differences(find("next", EXPORTS), find("0.1.0", EXPORTS))


# --- what must be declared ----------------------------------------------------------------------------


def entries(problem: Problem) -> dict[str, Any]:
    """The proposed entry, read as YAML."""
    import yaml

    [entry] = yaml.safe_load(problem.proposal)
    return dict(entry)


def test_a_deleted_code_is_refused_whatever_is_declared() -> None:
    elements = made("delete_a_code")
    name = next(iter(set(TOLD["elements"]) - set(elements)))
    [problem] = found(told(elements, "2.0.0"))
    assert problem.kind == "deleted"
    assert entries(problem)["retire"] == name
    assert {p.kind for p in found(told(elements, "2.0.0", [entries(problem)]))} >= {"deleted"}


def test_a_renamed_code_whose_old_name_was_taken_out_looks_like_a_rename_and_is_refused() -> None:
    elements = made("rename_a_code", 3)
    [gone] = [n for n, facts in elements.items() if facts.get("replaced_by")]
    del elements[gone]
    kinds_ = {each.kind: each for each in found(told(elements, "2.0.0"))}
    assert set(kinds_) == {"undeclared", "deleted"}
    assert entries(kinds_["undeclared"])["rename"] == gone
    assert "status: retired" in kinds_["deleted"].message


def test_an_entry_that_declares_what_did_not_happen_is_refused() -> None:
    entry = {"tighten": "record_types/Incident/category", "detail": "x"}
    [problem] = found(edited(lambda _: None, entry))
    assert (problem.kind, problem.element) == ("unfounded", "record_types/Incident/category")


def test_an_entry_that_says_another_successor_than_the_schema_is_refused() -> None:
    elements = made("rename_a_code", 3)
    [problem] = found(told(elements, "2.0.0"))
    entry = entries(problem) | {"to": ["code_lists/Treatment/unknown"]}
    # Another name is declared than the one that came: both that one and this one are wrong.
    assert {p.kind for p in found(told(elements, "2.0.0", [entry]))} == {"contradicted"}


def test_a_name_that_was_given_up_is_not_used_again() -> None:
    first = edited(lambda e: e.update({"rules/HT-R98": e["rules/HT-R01"]}), version="0.9.0")
    new = edited(lambda e: e.update({"rules/HT-R98": e["rules/HT-R02"]}))
    found = problems(verdict(OLD, new), [first, OLD])
    assert {each.kind for each in found} == {"undeclared", "reused"}


def test_a_retired_code_does_not_come_back() -> None:
    elements = made("retire_a_code")
    old = told(elements, "1.0.0")
    [problem] = problems(verdict(old, told(TOLD["elements"], "2.0.0")), [old])
    assert problem.kind == "reused"


def test_words_that_changed_are_a_redefinition_until_somebody_says_that_they_are_not() -> None:
    elements = made("redefine_something")
    [name] = [n for n in elements if elements[n] != TOLD["elements"][n]]
    assert verdict(OLD, told(elements, "2.0.0")).level == "major"
    retitled = told(elements, "2.0.0", [{"retitle": name, "detail": "x"}])
    assert verdict(OLD, retitled).level == "patch"
    redefined = told(elements, "2.0.0", [{"redefine": name, "meaning": "narrower", "detail": "x"}])
    assert (verdict(OLD, redefined).level, verdict(OLD, redefined).breaks) == ("major", "figures")


def test_everything_that_differs_from_the_last_release_is_declared_in_this_house() -> None:
    assert versions.check(EXPORTS).problems == ()


# --- the gate on real files ----------------------------------------------------------------------------


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """A release and, on it, a working version that says the same."""
    for name in ("1.0.0", "next"):
        folder = tmp_path / "exports" / name
        folder.mkdir(parents=True)
        block = {"version": "1.0.0", "date": "2027-01-01", "changes": []}
        put(folder, TOLD | {"version": "1.0.0", "changes": [block]})
    return tmp_path / "exports"


def put(folder: Path, standard: Mapping[str, Any]) -> None:
    import hashlib

    content = json.dumps(standard).encode()
    (folder / "standard.json").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    (folder / sums.FILE).write_text(f"{digest}  standard.json\n")


def work(exports: Path, elements: Elements, version: str, *changes: dict[str, Any]) -> None:
    blocks = [{"version": "1.0.0", "date": "2027-01-01", "changes": []}]
    if version != "1.0.0":
        blocks.insert(0, {"version": version, "date": "2027-02-01", "changes": list(changes)})  # type: ignore[dict-item]
    put(exports / "next", TOLD | {"elements": elements, "version": version, "changes": blocks})


def run(*arguments: object) -> int:
    return cli.main(["taxonomy", *map(str, arguments)])


def test_the_gate_is_open_when_nothing_differs(
    exports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("check", "--exports", exports) == 0
    assert "everything that differs is declared" in capsys.readouterr().out


def test_a_version_below_the_verdict_is_refused_with_the_one_to_take(
    exports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elements = made("remove_a_rule")
    [name] = set(TOLD["elements"]) - set(elements)
    entry = {"retire": name, "no_successor": True, "detail": "x"}
    work(exports, elements, "1.0.1", entry)
    assert run("check", "--exports", exports) == 1
    assert "asks for 1.1.0 or higher (HT-V44" in capsys.readouterr().out
    work(exports, elements, "1.1.0", entry)
    assert run("check", "--exports", exports) == 0


def test_without_a_block_the_gate_writes_a_whole_one(exports: Path) -> None:
    import yaml

    work(exports, made("remove_a_rule"), "1.0.0")
    gate = versions.check(exports)
    [block] = yaml.safe_load(gate.block)
    assert block["version"] == "1.1.0"
    assert [next(iter(entry)) for entry in block["changes"]] == ["retire"]
    assert {each.kind for each in gate.problems} == {"version", "undeclared"}


def test_an_entry_that_nobody_would_read_is_refused(exports: Path) -> None:
    work(exports, TOLD["elements"], "1.0.0")
    working = json.loads((exports / "next" / "standard.json").read_bytes())
    later = {"version": "1.1.0", "date": "2027-03-01", "changes": [{"refine": "rules/HT-R01"}]}
    put(exports / "next", working | {"changes": [later, *working["changes"]]})
    found = [(each.kind, each.element) for each in versions.check(exports).problems]
    assert found == [("unfounded", "1.1.0")] * 2


def test_a_released_block_and_a_released_folder_are_not_rewritten(exports: Path) -> None:
    elements = copy.deepcopy(TOLD["elements"])
    work(exports, elements, "1.0.0")
    blocks = [{"version": "1.0.0", "date": "2027-01-02", "changes": []}]
    put(exports / "next", TOLD | {"version": "1.0.0", "changes": blocks})
    assert [each.kind for each in versions.check(exports).problems] == ["rewritten"]
    (exports / "1.0.0" / "more.txt").write_text("more")
    assert {each.kind for each in versions.check(exports).problems} == {"rewritten", "frozen"}


def test_a_release_is_whole_and_is_never_touched_again(exports: Path) -> None:
    elements = made("remove_a_rule")
    [name] = set(TOLD["elements"]) - set(elements)
    work(exports, elements, "1.1.0", {"retire": name, "no_successor": True, "detail": "x"})
    assert run("release", "1.1.0", "--exports", exports) == 0
    assert sums.faults(exports / "1.1.0") == []
    assert sorted(p.name for p in exports.iterdir()) == ["1.0.0", "1.1.0", "next"]
    before = (exports / "1.1.0" / "standard.json").read_bytes()
    assert run("release", "1.1.0", "--exports", exports) == 2
    assert (exports / "1.1.0" / "standard.json").read_bytes() == before


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("1.1", "not a version"),
        ("01.1.0", "not a version"),
        ("1.2.0", "is version 1.1.0, not 1.2.0"),
    ],
)
def test_a_release_needs_the_version_of_the_exports(exports: Path, version: str, why: str) -> None:
    work(exports, TOLD["elements"], "1.1.0")
    with pytest.raises(BadUse, match=why):
        freezing.freeze(version, exports)


def test_nothing_is_released_when_the_gate_has_problems_or_the_exports_were_changed(
    exports: Path,
) -> None:
    work(exports, made("remove_a_rule"), "1.1.0")
    with pytest.raises(BadUse, match="1 problems stand in the way"):
        freezing.freeze("1.1.0", exports)
    work(exports, TOLD["elements"], "1.1.0")
    (exports / "next" / "standard.json").write_bytes(
        (exports / "next" / "standard.json").read_bytes() + b"\n"
    )
    with pytest.raises(BadUse, match="is not what was built"):
        freezing.freeze("1.1.0", exports)
    assert sorted(p.name for p in exports.iterdir()) == ["1.0.0", "next"]


def test_a_file_that_tells_no_standard_is_bad_use(tmp_path: Path) -> None:
    assert run("diff", tmp_path / "none", "next", "--exports", EXPORTS) == 2
    (tmp_path / "standard.json").write_text("[]")
    assert run("diff", tmp_path, "next", "--exports", EXPORTS) == 2
    (tmp_path / "standard.json").write_text("{")
    assert run("diff", tmp_path, "next", "--exports", EXPORTS) == 2
    with pytest.raises(Unreadable):
        read(tmp_path / "nowhere.json")


def test_a_difference_is_printed_for_people_for_programs_and_as_markdown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("diff", "0.1.0", "next", "--exports", EXPORTS) == 0
    assert "HT-V45  HT-R39 refuses more" in capsys.readouterr().out
    assert run("diff", "0.1.0", "next", "--exports", EXPORTS, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["level"], printed["least_version"]) == ("major", "0.2.0")
    assert run("diff", "0.1.0", "next", "--exports", EXPORTS, "--markdown") == 0
    assert capsys.readouterr().out.startswith("## From 0.1.0 to ")


def test_a_type_that_twenty_fields_share_is_told_once() -> None:
    def edit(elements: Elements) -> None:
        for facts in elements.values():
            if "{1,500}" in str(facts.get("pattern")):
                facts["pattern"] = facts["pattern"].replace("{1,500}", "{1,400}")

    judged = verdict(OLD, edited(edit))
    assert len(judged.changes) > 20
    assert len(changelog.grouped(judged.changes)) == 1
    # And it is declared once.
    [problem] = found(edited(edit))
    entry = entries(problem)
    assert entry["tighten"] == "record_types"
    assert found(edited(edit, entry)) == []
    assert {each.kind for each in found(edited(lambda _: None, entry))} == {"unfounded"}


@pytest.mark.parametrize("kind", ["words", "field"])
def test_what_all_record_types_share_is_told_and_declared_once(kind: str) -> None:
    def edit(elements: Elements) -> None:
        for name in [name for name in elements if name.endswith("/reporter_id")]:
            if kind == "words" and elements[name]["definition"] == "Who files the record.":
                elements[name]["definition"] = "Whoever files this."
            elif kind == "field":
                elements[name.replace("reporter_id", "extra")] = {
                    "kind": "integer", "title": "Extra", "definition": "More.", "audience": "public",
                }  # fmt: skip

    [problem] = found(edited(edit))
    entry = entries(problem)
    assert ("retitle" if kind == "words" else "add") in entry
    declared = edited(edit, entry)
    assert found(declared) == []
    assert len(changelog.grouped(verdict(OLD, declared).changes)) < 3
    assert verdict(OLD, declared).breaks == "nothing"


def test_words_that_only_mention_something_by_its_new_name_are_the_same_words() -> None:
    def edit(elements: Elements) -> None:
        for name in list(elements):
            # In the place of the old one, whose words it has.
            if name == "categories/HAR":
                elements["categories/BUL"] = dict(elements[name])
            elements[name] = elements.pop(name)
        elements["categories/HAR"] |= {"status": "retired", "replaced_by": "BUL"}
        replaced(elements, "CategoryCode", "HAR", "BUL")
        for facts in elements.values():
            if "(HAR)" in str(facts.get("excludes")):
                facts["excludes"] = facts["excludes"].replace("(HAR)", "(BUL)")

    assert kinds(edited(edit)) == [("category_renamed", "categories/BUL")]


def test_names_that_changed_twice_are_followed_over_both_versions() -> None:
    elements = copy.deepcopy(TOLD["elements"])
    elements["record_types/Incident/weather"] = elements.pop(
        "record_types/Incident/content_language"
    )
    blocks = [
        {"version": "3.0.0", "date": "2027-03-01", "changes": [
            {"rename": "record_types/Incident/tongue", "to": ["record_types/Incident/weather"]},
        ]},
        {"version": "2.0.0", "date": "2027-02-01", "changes": [
            {"rename": "record_types/Incident/content_language", "to": ["record_types/Incident/tongue"]},
        ]},
    ]  # fmt: skip
    new = release({"version": "3.0.0", "elements": elements, "changes": blocks}, "the test")
    assert ("field_renamed", "record_types/Incident/weather") in kinds(new)


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("1.0.1", "nothing differs from version 1.0.0"),
        ("1.3.0", "leaves numbers out: after 1.0.0 comes 1.0.1"),
    ],
)
def test_a_number_that_nothing_asks_for_is_refused(exports: Path, version: str, why: str) -> None:
    elements = TOLD["elements"] if version == "1.0.1" else made("reword_something")
    work(exports, elements, version)
    assert any(why in each.message for each in versions.check(exports).problems)


def test_the_face_tells_what_differs_between_two_folders() -> None:
    judged = harmtax.diff(EXPORTS / "0.1.0", EXPORTS / "next")
    assert (judged.level, judged.breaks, judged.least) == ("major", "records", "0.2.0")
    assert "HT-V31" in {each.rule.id for each in judged.changes}


def test_the_changelog_tells_every_version_with_the_words_of_its_people() -> None:
    page = changelog.page([find("0.1.0", EXPORTS), find("next", EXPORTS)])
    assert page.index("## 0.2.0") < page.index("## 0.1.0")
    assert "**rename** `Disclosure` to Label: A label is the notice" in page
    assert "(HT-V45, breaks records)" in page


def test_an_edit_of_the_real_schema_gets_its_verdict_and_the_text_that_satisfies_the_gate(
    tmp_path: Path,
) -> None:
    """The whole way once: YAML, snapshot, verdict, text to paste, open gate."""
    home = tmp_path / "home"
    shutil.copytree(HOME / "schema", home / "schema", ignore=shutil.ignore_patterns("__pycache__"))
    exports = home / "exports"
    base = versions.live(exports)
    assert base is not None
    # What is worked on is taken for released, so that the edit is all that differs.
    folder = exports / base.version
    folder.mkdir(parents=True)
    put(folder, {
        "version": base.version, "date": base.date, "elements": base.elements, "changes": list(base.changes),
    })  # fmt: skip
    assert versions.check(exports).problems == ()
    incident = home / "schema" / "incident.yaml"
    _replace(
        incident,
        "source_type: [own_initiative]}",
        "source_type: [own_initiative, article_16_notice]}",
    )
    _replace(home / "schema" / "types.yaml", "maximum_value: 1000000\n", "maximum_value: 999\n")
    gate = versions.check(exports)
    assert gate.live
    assert gate.verdict is not None
    assert gate.verdict.breaks == "records"
    changes = home / "schema" / "changes.yaml"
    _replace(changes, "versions:\n", f"versions:\n{gate.block}")
    _replace(
        home / "schema" / "harmtax.yaml",
        f"version: {base.version}\n",
        f"version: {gate.verdict.least}\n",
    )
    assert versions.check(exports).problems == ()
    _replace(home / "schema" / "incident.yaml", "check: iff", "check: perhaps")
    with pytest.raises(BadUse, match="check 'perhaps' is not known"):
        versions.check(exports)


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} does not hold {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
