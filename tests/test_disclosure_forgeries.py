"""Forgeries: publications and evidence made to pass by somebody who wants them to, none of which may."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmtax.errors import BadUse, HarmtaxError, MissingExtra
from harmtax.figures.disclosure.evidence import FAR, Evidence, beside
from harmtax.figures.policy import Policy
from harmtax.figures.protection import check, keep, protect
from harmtax.figures.publication import Publication
from tests.figures_by_hand import observations, rows
from tests.forging import COUNTS, SMALL

HOME = Path(__file__).resolve().parent.parent
BY = ("category", "reporter_id")
TABLES = (BY,)
POLICY = Policy(max_hidden=1, max_mass=1, plans=(TABLES,))


@pytest.fixture(scope="module")
def good() -> Publication:
    return protect(observations(rows(BY, COUNTS)), POLICY)


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("quarters")
    paths = []
    for number in (1, 2):
        paths.append(folder / f"q{number}.parquet")
        found = observations(rows(BY, COUNTS, period=f"2026-Q{number}"))
        keep(protect(found, POLICY, prior=paths[:-1]), paths[-1])
    return paths


def stated(publication: Publication, evidence: Evidence, **about: Any) -> Publication:
    """The publication as if the evidence were its own."""
    told = {**publication.about, "witnesses": {"digest": evidence.digest(), "tables": 1}, **about}
    return replace(publication, about=MappingProxyType(told), evidence=evidence)


def passes(publication: Publication, evidence: Evidence, prior: list[Path] | None = None) -> bool:
    try:
        return check(stated(publication, evidence), evidence, prior=prior or []) == []
    except HarmtaxError:
        return False


def rewritten(publication: Publication, change: Callable[[dict[str, Any]], Any]) -> Publication:
    """The publication with other rows: what `change` makes of each, or without it where that is nothing."""
    listed = [row for each in publication.table.to_pylist() if (row := change(dict(each)))]
    return replace(publication, table=observations(listed).table)


Moves = tuple[Mapping[str, int], ...]


def moved(publication: Publication, change: Callable[[Moves], Moves]) -> Evidence:
    told = publication.evidence
    return replace(told, witnesses={"": change(told.witnesses[""])})


def test_the_publication_itself_passes(good: Publication) -> None:
    assert passes(good, good.evidence)


# --- witnesses ----------------------------------------------------------------------------------------


def test_witnesses_of_another_publication_prove_nothing(good: Publication) -> None:
    other = protect(observations(rows(BY, {**COUNTS, ("ASX", "b"): 3})), POLICY)
    assert not passes(good, moved(good, lambda _: other.evidence.witnesses[""]))


def test_witnesses_with_permuted_names_prove_nothing(good: Publication) -> None:
    def turned(moves: Moves) -> Moves:
        return tuple(
            dict(
                zip(
                    sorted(move),
                    [*[move[n] for n in sorted(move)][1:], move[min(move)]],
                    strict=True,
                )
            )
            for move in moves
            if move
        )

    assert not passes(good, moved(good, turned))


def test_steps_that_come_round_to_zero_prove_nothing() -> None:
    # Four times 2 to the power of 62 is zero in 64 bits, so that every sum would seem to hold.
    codes = ("ASX", "HAR", "PRV", "FRD")
    listed = rows(("category",), dict.fromkeys(((code,) for code in codes), 3))
    for row in listed:
        if row.get("category"):
            row |= {"numerator": None, "status": "suppressed"}
    names = [f"M01|2026-Q1|category={code}" for code in codes]
    for far in (1 << 62, 1 << 70):
        down = [{name: (-2 if name == low else 0) + (2 if name == high else 0) for name in names}
                for low, high in zip(names, names[1:] + names[:1], strict=True)]  # fmt: skip
        proof = Evidence(
            dict.fromkeys(names, 3), {"": (dict.fromkeys(names, far), *down)}, {}, {}, {}
        )
        made = Publication(
            observations(listed).table, POLICY, MappingProxyType({"plan": [["category"]]})
        )
        assert not passes(made, proof)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_change_of_a_witness_proves_a_number_that_has_lost_its_own(
    good: Publication, data: st.DataObject
) -> None:
    """What moves the small number up is left out or damaged, so that nothing takes it up any more."""
    damage = data.draw(st.sampled_from(["drop", "shrink", "bend", "stray"]))
    moves: list[Mapping[str, int]] = []
    for move in good.evidence.witnesses[""]:
        if move.get(SMALL, 0) <= 0:
            moves.append(move)
        elif damage == "shrink":
            moves.append({name: step // 2 for name, step in move.items()})
        elif damage == "bend":
            name = data.draw(st.sampled_from(sorted(move)))
            moves.append({**move, name: move[name] + data.draw(st.sampled_from([-7, -1, 1, 9]))})
        elif damage == "stray":
            moves.append({**move, "M01|2026-Q1|category=HAR": data.draw(st.integers(1, 9))})
    assert not passes(good, moved(good, lambda _: tuple(moves)))


# --- the hidden numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [-3, 0, FAR + 1, 1 << 80])
def test_a_hidden_number_that_cannot_be_is_refused(good: Publication, value: int) -> None:
    told = good.evidence
    assert not passes(good, replace(told, values={**told.values, SMALL: value}))


def test_a_small_number_cannot_be_called_zero_so_that_nothing_is_left_to_prove() -> None:
    # 2 and 40 are hidden under 42; as 0 and 42 they would be no targets.
    codes = {"ASX": 0, "HAR": 42}
    listed = rows(("category",), {("ASX",): 2, ("HAR",): 40})
    for row in listed:
        if row.get("category"):
            row |= {"numerator": None, "status": "suppressed"}
    made = Publication(
        observations(listed).table, POLICY, MappingProxyType({"plan": [["category"]]})
    )
    values = {f"M01|2026-Q1|category={code}": n for code, n in codes.items()}
    assert not passes(made, Evidence(values, {"": ()}, {}, {}, {}))


def test_a_hidden_row_under_another_status_code_or_none_does_not_pass(good: Publication) -> None:
    def hides(row: dict[str, Any]) -> bool:
        return row["status"] == "suppressed" and row["category"] == "LIK-IMP"

    as_absent = rewritten(good, lambda r: r | {"status": "missing_denominator"} if hides(r) else r)
    renamed = rewritten(good, lambda row: row | {"category": "LIK-OTH"} if hides(row) else row)
    gone = rewritten(good, lambda row: None if hides(row) else row)
    shown = rewritten(
        good, lambda row: row | {"numerator": 2, "status": "normal"} if hides(row) else row
    )
    for each in (as_absent, renamed, gone, shown):
        assert not passes(each, good.evidence)


def test_a_number_that_stands_there_twice_or_below_zero_is_refused(good: Publication) -> None:
    first = next(row for row in good.table.to_pylist() if row["numerator"])
    for value in (first["numerator"] + 1, -4):
        more = [*good.table.to_pylist(), {**first, "numerator": value}]
        assert not passes(replace(good, table=observations(more).table), good.evidence)


# --- what is stated -----------------------------------------------------------------------------------


def test_a_lower_k_in_the_policy_than_in_the_words_is_refused(good: Publication) -> None:
    lower = replace(good, policy=replace(POLICY, k=3))
    with pytest.raises(BadUse, match="states k = 5, and its policy 3"):
        check(lower, lower.evidence)
    with pytest.raises(BadUse, match="another criterion"):
        check(stated(lower, good.evidence, k=3), good.evidence)


def test_insiders_that_are_promised_later_are_not_proven(good: Publication) -> None:
    assert not passes(replace(good, policy=replace(POLICY, insiders=True)), good.evidence)


def test_a_plan_that_does_not_tell_the_tables_is_refused(good: Publication) -> None:
    other = stated(good, good.evidence, plan=[["category"], ["reporter_id"]])
    with pytest.raises(BadUse, match="in no table of its plan"):
        check(other, good.evidence)
    names = ("category", "reporter_id", "tier")
    full = rows(names, {("ASX", "a", "high"): 20, ("HAR", "b", "low"): 30, ("PRV", "a", "low"): 9})
    two = [row for row in full if sum(row.get(name) is not None for name in names) < 3]
    circle = Publication(observations(two).table, POLICY, MappingProxyType({"plan": [list(names)]}))
    with pytest.raises(BadUse, match="in a circle, and nothing finer is there"):
        check(stated(circle, empty := Evidence({}, {"": ()}, {}, {}, {})), empty)


# --- earlier publications -----------------------------------------------------------------------------


def half(quarters: list[Path]) -> Publication:
    more = {key: 2 * n for key, n in COUNTS.items()}
    return protect(observations(rows(BY, more, period="2026-H1")), POLICY, prior=quarters)


def test_an_audit_without_one_of_the_earlier_publications_is_refused(quarters: list[Path]) -> None:
    year = half(quarters)
    assert check(year, year.evidence, prior=quarters) == []
    for fewer in ([], quarters[:1], quarters[1:]):
        with pytest.raises(BadUse, match="name it with --prior"):
            check(year, year.evidence, prior=fewer)


def test_an_earlier_publication_with_other_evidence_is_refused(
    quarters: list[Path], tmp_path: Path
) -> None:
    year = half(quarters)
    copies = [tmp_path / path.name for path in quarters]
    for path, copy in zip(quarters, copies, strict=True):
        copy.write_bytes(path.read_bytes())
    beside(copies[0]).write_bytes(beside(quarters[1]).read_bytes())
    beside(copies[1]).write_bytes(beside(quarters[1]).read_bytes())
    with pytest.raises(BadUse, match="its digest differs"):
        check(year, year.evidence, prior=copies)


def test_what_nobody_revealed_and_floors_that_nobody_holds_do_not_help(
    quarters: list[Path],
) -> None:
    year = half(quarters)
    name = SMALL.replace("2026-Q1", "2026-H1")
    still = moved(year, lambda moves: tuple(m for m in moves if m.get(name, 0) <= 0))
    assert not passes(year, still, quarters)
    for more in (
        {"revealed": {name: (1, 4)}},
        {"revealed": {name: (4, 4)}},
        {"revealed": {name: (9, 1)}},
        {"floors": {name: 4}},
        {"floors": {f":{name}": 4}},
    ):
        assert not passes(year, replace(still, **more), quarters)


def test_the_evidence_of_several_periods_is_that_of_each() -> None:
    tables = [rows(BY, COUNTS, period=f"2026-Q{number}") for number in (1, 2)]
    both = protect(observations(*tables), POLICY)
    assert passes(both, both.evidence)
    for gone in ("2026-Q1", "2026-Q2"):
        left = moved(both, lambda moves, gone=gone: tuple(  # type: ignore[misc]
            move for move in moves if not any(f"|{gone}" in name for name in move)))  # fmt: skip
        assert not passes(both, left)


# --- the solver ---------------------------------------------------------------------------------------


def test_evidence_that_claims_nothing_is_checked_without_the_solver(
    good: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not good.evidence.floors and not good.evidence.revealed
    monkeypatch.setitem(sys.modules, "highspy", None)
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "harmtax.figures.protection.find_spec",
        lambda name: None if name == "highspy" else real(name),
    )
    assert check(good, good.evidence) == []
    with pytest.raises(MissingExtra):
        protect(observations(rows(BY, COUNTS)), POLICY)


def test_another_use_of_the_solver_in_the_same_process_does_no_harm() -> None:
    script = """
import highspy
from harmtax.figures.protection import protect
from tests.test_disclosure_forgeries import BY, COUNTS, POLICY, observations, rows
solver = highspy.Highs.__new__(highspy.Highs)
super(highspy.Highs, solver).__init__()
solver.setOptionValue("output_flag", False)
solver.setOptionValue("threads", 2)
solver.addVar(0.0, 1.0)
solver.run()
print(sum(protect(observations(rows(BY, COUNTS)), POLICY).hidden.to_pylist()))
"""
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=HOME
    )
    assert int(told.stdout.split()[-1]) > 1
