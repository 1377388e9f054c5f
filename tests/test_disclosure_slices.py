"""Metrics that are slices of each other: one tells what the other hides."""

from __future__ import annotations

from typing import Any

import pytest

from harmtax.figures.disclosure.releases import told
from harmtax.figures.policy import Policy
from harmtax.figures.protection import check, protect
from tests.figures_by_hand import observations

PERIOD = "2026-Q1"


def row(
    metric: str, numerator: int, denominator: int | None = None, **codes: str
) -> dict[str, Any]:
    found: dict[str, Any] = {"metric_id": metric, "period": PERIOD, "numerator": numerator, **codes}
    return found if denominator is None else {**found, "denominator": denominator}


def shown(table: list[dict[str, Any]], dimension: str) -> dict[str, int]:
    """What a publication by one dimension shows; its evidence holds."""
    policy = Policy(max_hidden=1, max_mass=1, plans=(((dimension,),),))
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
