"""Metrics that are slices of each other: one tells what the other hides."""

from __future__ import annotations

from typing import Any

import pytest

from harmtax.figures.disclosure.cells import Book, Cell, tables
from harmtax.figures.disclosure.releases import told
from harmtax.figures.disclosure.rows import quantities
from harmtax.figures.disclosure.subsets import subsets
from harmtax.figures.policy import Policy
from harmtax.figures.protection import check, protect
from tests.figures_by_hand import observations, rows

PERIOD = "2026-Q1"


def row(
    metric: str, numerator: int, denominator: int | None = None, **codes: str
) -> dict[str, Any]:
    found: dict[str, Any] = {"metric_id": metric, "period": PERIOD, "numerator": numerator, **codes}
    return found if denominator is None else {**found, "denominator": denominator}


def shown(table: list[dict[str, Any]], *breakdowns: str) -> dict[str, int]:
    """What a publication by some dimensions, or pairs of them, shows; its evidence holds."""
    plan = tuple(tuple(each.split("+")) if each else () for each in breakdowns)
    policy = Policy(max_hidden=1, max_mass=1, plans=(plan,))
    publication = protect(observations(table), policy)
    assert check(publication, publication.evidence) == []
    return {cell.name: value for cell, value in told(publication)[0].items()}


# The metric by one dimension, all that it counts, and another metric that is a part of it; the names that
# together say that one slice is 3, or at least 3.
SLICES = [
    ("M12-notices", "request_channel", {"article_16_notice": 3, "trusted_flagger_notice": 97}, 100,
     "M12-flagged", 97, ("M12-notices", "M12-flagged")),
    ("M08", "automated_detection", {"yes": 6, "no": 3, "not_applicable": 20}, 29,
     "M09", 6, ("M08", "M09", "M08|automated_detection=not_applicable")),
    ("M01", "decision_visibility", {"removed": 20, "disabled": 3}, 100,
     "M07-content", 23, ("M07-content", "M01|decision_visibility=removed")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("metric", "dimension", "counts", "total", "part", "count", "telling"), SLICES
)
def test_a_metric_that_is_a_slice_of_another_does_not_give_it_away(
    metric: str,
    dimension: str,
    counts: dict[str, int],
    total: int,
    part: str,
    count: int,
    telling: tuple[str, ...],
) -> None:
    slices = [row(metric, value, **{dimension: code}) for code, value in counts.items()]
    found = shown([row(metric, total), *slices, row(part, count)], dimension)
    names = {name.replace(f"|{PERIOD}", "") for name in found}
    assert not {*telling} <= names, names


def test_a_count_cannot_be_completed_by_the_same_count_under_another_name() -> None:
    table = [
        row("M10", 0, 29),
        row("M10", 0, 6, source_type="own_initiative"),
        row("M10", 0, 3, source_type="article_16_notice"),
        row("M10", 0, 20, source_type="trusted_flagger_notice"),
        row("M08", 6),
    ]
    found = shown(table, "source_type")
    total, other = f"M10/of|{PERIOD}", f"M10/of|{PERIOD}|source_type=trusted_flagger_notice"
    assert not {total, other, f"M08|{PERIOD}"} <= found.keys()


def test_the_numerator_of_a_rate_is_the_same_rate_of_its_own_code() -> None:
    table = [
        row("M10", 50, 73),
        row("M10", 50, 50, automated_decision="fully_automated"),
        row("M10", 0, 20, automated_decision="not_automated"),
        row("M10", 0, 3, automated_decision="partially_automated"),
    ]
    found = shown(table, "automated_decision")
    names = {f"M10|{PERIOD}", f"M10/of|{PERIOD}"}
    names.add(f"M10/of|{PERIOD}|automated_decision=not_automated")
    assert not names <= found.keys()


# --- one number under two names, and conditions of which one is enough -------------------------------

CHILDREN = [
    row("M01", 100), row("M01", 40, category="CSE"), row("M01", 60, category="LIK"),
    row("M01", 13, depicted_age_group="minor"), row("M01", 87, depicted_age_group="adult"),
    row("M01", 10, category="CSE", depicted_age_group="minor"),
    row("M01", 30, category="CSE", depicted_age_group="adult"),
    row("M01", 3, category="LIK", depicted_age_group="minor"),
    row("M01", 57, category="LIK", depicted_age_group="adult"),
    row("M01", 100, targeted_group="unknown"),
]  # fmt: skip


def test_a_union_of_conditions_does_not_give_away_what_meets_only_one_of_them() -> None:
    # 43 children affected, 40 by the category and 13 depicted: 10 are both, 3 minors are elsewhere.
    found = shown([*CHILDREN, row("M23", 43, 100)], "category+depicted_age_group", "targeted_group")
    sides = {f"M23|{PERIOD}", f"M01|{PERIOD}|category=CSE"}
    assert not sides <= found.keys()
    both = f"M01|{PERIOD}|category=CSE|depicted_age_group=minor"
    alone = f"M01|{PERIOD}|depicted_age_group=minor"
    assert not {both, alone} <= found.keys()


def test_two_conditions_that_together_make_the_union_are_an_equation() -> None:
    # Nobody is targeted as a child: 43 = 40 + 13 - 10, so that 10 follow from the three others.
    table = [row("M01", 100), *CHILDREN[1:], row("M23", 43, 100)]
    book = Book(quantities(), {Cell("M23", PERIOD, ()): 43, **_cells(table)})
    tables(book)
    subsets(book)
    whole = {Cell("M23", PERIOD, ()): 1}
    told_by = {
        (("category", "CSE"),): -1,
        (("depicted_age_group", "minor"),): -1,
        (("category", "CSE"), ("depicted_age_group", "minor")): 1,
    }
    expected = whole | {Cell("M01", PERIOD, codes): sign for codes, sign in told_by.items()}
    assert expected in [dict(each) for each in book.equations]


def _cells(table: list[dict[str, Any]]) -> dict[Cell, int]:
    names = ("category", "depicted_age_group", "targeted_group")
    return {
        Cell("M01", PERIOD, tuple((n, each[n]) for n in names if n in each)): each["numerator"]
        for each in table
        if each["metric_id"] == "M01"
    }


def test_a_union_is_its_one_condition_where_a_code_settles_it() -> None:
    # All 60 sexualise children, so that both metrics count the same, and 161 - 60 - 100 is the other 1.
    found = shown(
        [
            *rows(("category",), {("CSE",): 60, ("LIK",): 70, ("HAT",): 400}),
            row("M23", 161, 530), row("M23", 60, 60, category="CSE"),
            row("M23", 1, 70, category="LIK"), row("M23", 100, 400, category="HAT"),
        ],
        "category",
    )  # fmt: skip
    sides = {f"M23|{PERIOD}", f"M01|{PERIOD}|category=CSE", f"M23|{PERIOD}|category=HAT"}
    assert not sides <= found.keys()


def test_removals_by_views_are_the_steps_of_all_removals() -> None:
    table = [
        row("M07-content", 60),
        row("M07-content", 50, views_bin="views_0"),
        row("M07-content", 3, views_bin="views_10_99"),
        row("M06", 53),
    ]
    found = shown(table, "views_bin")
    assert not {f"M06|{PERIOD}", f"M07-content|{PERIOD}|views_bin=views_0"} <= found.keys()


def test_a_rate_of_what_is_told_has_a_complement_too() -> None:
    found = shown([row("M19-implemented", 97, 100)], "")
    assert not {f"M19-implemented|{PERIOD}", f"M19-implemented/of|{PERIOD}"} <= found.keys()


def test_a_zero_that_may_be_hidden_is_still_the_sum_of_its_parts() -> None:
    whole = Cell("M01", PERIOD, (("reporter_id", "b"),))
    part = whole.at("category", "LIK")
    top = Cell("M01", PERIOD, ())
    values = {top: 9, top.at("reporter_id", "a"): 9, top.at("category", "LIK"): 9}
    values |= {whole: 0, part: 0, part.at("reporter_id", "a"): 9}
    for hideable in (False, True):
        book = Book(quantities(), dict(values), hideable=hideable)
        tables(book)
        assert ([(whole, 1), (part, -1)] in book.equations) == hideable


# --- what codes that overlap still tell ---------------------------------------------------------------


def _book(values: dict[Cell, int]) -> Book:
    book = Book(quantities(), values)
    tables(book)
    subsets(book)
    return book


def _of(metric: str, **codes: str) -> Cell:
    return Cell(metric, PERIOD, tuple(codes.items()))


def test_where_every_removal_has_one_of_two_codes_both_count_no_less_than_all() -> None:
    # Nothing was disabled, so that all 42 were removed: a hidden 42 would follow.
    whole, part = _of("M07-content"), _of("M07-content", decision_visibility="removed")
    twice = whole._replace(rest="decision_visibility:twice")
    assert [(part, 1), (whole, -1), (twice, -1)] in _book({whole: 42, part: 42}).equations


def test_what_is_left_of_a_part_is_left_of_the_whole_where_codes_overlap() -> None:
    # All 90 were removed, so that all of them who are aimed at women were removed as well.
    values = {
        _of("M01"): 90, _of("M01", targeted_group="women"): 60,
        _of("M07-content"): 90, _of("M07-content", targeted_group="women"): 60,
    }  # fmt: skip
    book = _book(values)
    mine, theirs = (
        _of(metric, targeted_group="women")._replace(rest="targeted_group:other")
        for metric in ("M07-content", "M01")
    )
    left = theirs._replace(rest="targeted_group:other not M07-content")
    assert [(theirs, 1), (mine, -1), (left, -1)] in book.equations and book.value(left) == 0


def test_no_cell_stands_in_an_equation_twice() -> None:
    values: dict[Cell, int] = {}
    for metric in ("M01", "M23"):
        values |= {_of(metric): 40, _of(metric, category="CSE"): 40}
        for age, n in (("minor", 30), ("adult", 10)):
            values[_of(metric, depicted_age_group=age)] = n
            values[_of(metric, category="CSE", depicted_age_group=age)] = n
    for equation in _book(values).equations:
        assert len({cell for cell, _ in equation}) == len(equation)


# --- what is left in two dimensions at once -----------------------------------------------------------


def test_what_is_under_no_group_and_what_is_in_no_group_of_it_holds_what_is_left_of_both() -> None:
    # Of the 18 in the category itself 17 are aimed at women: 1 is left, whatever is below it.
    values = {
        _of("M01"): 20, _of("M01", category="LIK"): 20, _of("M01", category="LIK-IMP"): 2,
        _of("M01", targeted_group="women"): 17, _of("M01", targeted_group="children"): 1,
        _of("M01", category="LIK", targeted_group="women"): 17,
        _of("M01", category="LIK", targeted_group="children"): 1,
        _of("M01", category="LIK-IMP", targeted_group="children"): 1,
    }  # fmt: skip
    book = _book(values)
    rest, part = _of("M01", category="LIK")._replace(rest="category"), _of("M01", category="LIK")
    part = part.at("targeted_group", "women")
    both = part._replace(rest="category:targeted_group:other")
    assert [(rest, 1), (part, -1), (both, -1)] in book.equations and book.value(both) == 1


def test_what_has_neither_of_two_codes_follows_from_what_lacks_one_of_them() -> None:
    # 30 of 40 have views, 20 a decision, 18 both: 8 have neither.
    views, removed = {"views_bin": "views_0"}, {"decision_visibility": "removed"}
    values = {
        _of("M01"): 40, _of("M01", **views): 30, _of("M01", **removed): 20,
        _of("M01", **removed, **views): 18,
    }  # fmt: skip
    book = _book(values)
    found = [cell for cell in book.rests if cell.rest == "views_bin:decision_visibility:other"]
    assert [book.value(cell) for cell in found] == [8]


def test_what_is_left_twice_of_a_part_is_in_what_is_left_twice_of_the_whole() -> None:
    values: dict[Cell, int] = {}
    for metric, less in (("M01", 0), ("M07-content", 3)):
        values |= {
            _of(metric): 40 - less, _of(metric, category="LIK"): 40 - less,
            _of(metric, category="LIK-IMP"): 12,
            _of(metric, targeted_group="women"): 30,
            _of(metric, category="LIK", targeted_group="women"): 30,
            _of(metric, category="LIK-IMP", targeted_group="women"): 10,
        }  # fmt: skip
    book = _book(values)
    at = {"category": "LIK", "targeted_group": "women"}
    theirs = _of("M01", **at)._replace(rest="category:targeted_group:other")
    mine = theirs._replace(quantity="M07-content")
    left = theirs._replace(rest="category:targeted_group:other not M07-content")
    assert [(theirs, 1), (mine, -1), (left, -1)] in book.equations and book.value(left) == 3
