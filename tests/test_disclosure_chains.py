"""Chains of publications, revisions and filings: what all of them tell together of a small number.

The attacker here knows nothing of our system. He has one unknown for each kind of record, writes down what
every publication shows, hides and leaves out, and asks a programme how low and how high a number can be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from harmtax._generated.constraints import DIMENSIONS
from harmtax.errors import BadUse, Disclosive
from harmtax.figures.disclosure.cells import months
from harmtax.figures.disclosure.filed import sums
from harmtax.figures.disclosure.releases import told
from harmtax.figures.disclosure.rows import rows as rows_of
from harmtax.figures.disclosure.rows import values
from harmtax.figures.policy import Policy
from harmtax.figures.protection import audit, check, keep, protect, statutory
from harmtax.figures.publication import Publication
from tests.figures_by_hand import ABOVE, observations, rows

ALL = Policy(max_hidden=1, max_mass=1)
C, CR = ("category",), ("category", "reporter_id")
K = 5
NOTICES = "M12-notices"

# --- a history in a folder ----------------------------------------------------------------------------


@dataclass
class History:
    """Publications and filings one after the other, each protected with all before it as known."""

    folder: Path
    prior: list[Path] = field(default_factory=list)
    filings: list[Path] = field(default_factory=list)

    def publish(self, *tables: Sequence[Mapping[str, object]], **policy: Any) -> Publication:
        """Protects, has it checked, and keeps it as the next."""
        found = protect(
            observations(*tables),
            replace(ALL, **policy),
            prior=self.prior,
            filings=self.filings,
        )
        assert check(found, found.evidence, prior=self.prior, filings=self.filings) == []
        path = self.folder / f"{len(self.prior)}.parquet"
        keep(found, path)
        self.prior.append(path)
        return found

    def file(self, table: Sequence[Mapping[str, object]], reporter: str = "a") -> Publication:
        path = self.folder / f"filing-{len(self.filings)}.parquet"
        whose = {"reporter_id": reporter, "service_id": "s"}
        made = statutory(observations([{**row, **whose} for row in table]), basis="Article 15")
        made.write(path)
        self.filings.append(path)
        return made


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def by(names: tuple[str, ...], **more: Any) -> dict[str, Any]:
    return {"plans": ((names,),), **more}


def table(
    counts: Mapping[Any, int], period: str, names: tuple[str, ...] = C, metric: str = "M01"
) -> Any:
    keyed = {key if isinstance(key, tuple) else (key,): n for key, n in counts.items()}
    return rows(names, keyed, period=period, metric=metric)


def shown(publication: Publication) -> set[str]:
    return {cell.name for cell in told(publication)[0]}


# --- periods ------------------------------------------------------------------------------------------


def test_a_year_less_a_half_and_a_quarter_does_not_give_the_last_quarter_away(
    history: History,
) -> None:
    history.publish(table({"ASX": 50, "HAR": 80}, "2026-H1"), **by(C))
    history.publish(table({"ASX": 20, "HAR": 40}, "2026-Q3"), **by(C))
    year = history.publish(table({"ASX": 72, "HAR": 170}, "2026"), **by(C))
    assert "M01|2026|category=ASX" not in shown(year)


def test_halves_and_quarters_that_make_up_a_year_are_one_equation(history: History) -> None:
    history.publish(table({"ASX": 50, "HAR": 80}, "2026-H1"), **by(C))
    history.publish(table({"ASX": 20, "HAR": 40}, "2026-Q3"), **by(C))
    history.publish(table({"ASX": 2, "HAR": 50}, "2026-Q4"), **by(C))
    year = history.publish(table({"ASX": 72, "HAR": 170}, "2026"), **by(C))
    assert "M01|2026|category=ASX" not in shown(year)


def test_what_is_left_of_a_category_in_the_last_quarter_is_not_given_away(history: History) -> None:
    # Every number is large, but 38 of the year less three times 12 are the 2 of the fourth quarter.
    for quarter in "123":
        history.publish(table({"LIK": 12, "LIK-IMP": 20}, f"2026-Q{quarter}"), **by(C))
    year = history.publish(table({"LIK": 38, "LIK-IMP": 70}, "2026"), **by(C))
    told_of = {"M01|2026|category=LIK", "M01|2026|category=LIK-IMP"}
    assert not told_of <= shown(year)


def test_quarters_of_top_categories_leave_the_finer_table_of_the_year_alone(
    history: History,
) -> None:
    for quarter in "1234":
        history.publish(
            table({"LIK-IMP": 20, "HAR": 30}, f"2026-Q{quarter}"), **by(("top:category",))
        )
    year = history.publish(table({"LIK-IMP": 80, "HAR": 120}, "2026"), **by(C))
    assert "M01|2026|category=LIK-IMP" in shown(year)


def test_a_quarter_does_not_narrow_what_an_earlier_year_left_open(history: History) -> None:
    history.publish(table({"ASX": 6, "HAR": 80}, "2026"), **by(C))
    history.publish(table({"ASX": 2, "HAR": 40}, "2026-Q1"), **by(C))
    # The year says 6, and a second number that is no zero would say that each is 1 to 5.
    with pytest.raises(Disclosive, match="category=ASX"):
        history.publish(table({"ASX": 4, "HAR": 40}, "2026-Q2"), **by(C))


def test_tables_of_a_year_and_of_its_quarters_in_a_circle_are_refused(history: History) -> None:
    counts = {("ASX", "a"): 20, ("ASX", "b"): 30, ("HAR", "a"): 40, ("HAR", "b"): 25}
    apart = {"plans": ((("category",), ("reporter_id",)),)}
    history.publish(table(counts, "2026-H1", CR), **apart)
    with pytest.raises(BadUse, match=r"2026-H1 hang together in a circle"):
        history.publish(table(counts, "2026", CR), **by(CR))


def test_a_longer_period_has_the_metrics_of_the_shorter_ones(history: History) -> None:
    part = table({"LIK": 40, "HAR": 60}, "2026-Q1"), table({"LIK": 40}, "2026-Q1", metric="M02")
    history.publish(*part, **by(C))
    with pytest.raises(BadUse, match="2026-Q1 tells M02, and 2026 tells M01 without it"):
        history.publish(table({"LIK": 50, "HAR": 90}, "2026"), **by(C))


# --- revisions ----------------------------------------------------------------------------------------


def test_a_small_number_that_was_a_zero_is_a_small_change(history: History) -> None:
    history.publish(table({"ASX": 50, "HAR": 80}, "2026-Q1"), **by(C))
    # 57 less 7 would be new, of which 55 less 50 is one part: the other is 2.
    with pytest.raises(Disclosive, match="category=PRV"):
        history.publish(table({"ASX": 55, "HAR": 80, "PRV": 2}, "2026-Q1"), **by(C))


def test_a_reporter_that_withdraws_leaves_zeros_and_not_his_old_numbers(history: History) -> None:
    old = {("ASX", "a"): 20, ("ASX", "b"): 20, ("ASX", "c"): 3, ("HAR", "a"): 40, ("HAR", "b"): 30,
           ("HAR", "c"): 60}  # fmt: skip
    history.publish(table(old, "2026-Q1", CR), **by(CR))
    left = {key: n for key, n in old.items() if key[1] != "c"}
    with pytest.raises(Disclosive, match="reporter_id=c"):
        history.publish(table({**left, ("ASX", "b"): 30}, "2026-Q1", CR), **by(CR))


def test_a_revision_of_a_revision_is_held_against_the_first(history: History) -> None:
    for count in (100, 110):
        history.publish(table({"ASX": count, "HAR": 80}, "2026-Q1"), **by(C))
    with pytest.raises(Disclosive, match="change of fewer than 5"):
        history.publish(table({"ASX": 101, "HAR": 80}, "2026-Q1"), **by(C))
    again = history.publish(table({"ASX": 120, "HAR": 80}, "2026-Q1"), **by(C))
    assert again.about["corrections"] == 2


def test_a_small_change_that_follows_from_two_large_ones_is_refused(history: History) -> None:
    history.publish(table({"LIK": 40, "LIK-IMP": 60, "HAR": 80}, "2026-Q1"), **by(C))
    # 10 more in the category and 7 in its part are 3 of its own.
    with pytest.raises(Disclosive, match="category=LIK"):
        history.publish(table({"LIK": 43, "LIK-IMP": 67, "HAR": 80}, "2026-Q1"), **by(C))


def test_what_is_left_may_not_become_small_by_a_revision(history: History) -> None:
    history.publish(table({"LIK": 40, "LIK-IMP": 60, "HAR": 80}, "2026-Q1"), **by(C))
    with pytest.raises(Disclosive):
        history.publish(table({"LIK": 2, "LIK-IMP": 67, "HAR": 80}, "2026-Q1"), **by(C))


def test_a_quarter_is_revised_before_its_year_and_then_the_year(history: History) -> None:
    history.publish(table({"ASX": 50, "HAR": 80, "PRV": 3}, "2026-Q1"), **by(C))
    history.publish(table({"ASX": 150, "HAR": 180, "PRV": 13}, "2026"), **by(C))
    history.publish(table({"ASX": 90, "HAR": 80, "PRV": 3}, "2026-Q1"), **by(C))
    year = history.publish(table({"ASX": 190, "HAR": 180, "PRV": 13}, "2026"), **by(C))
    assert year.about["corrections"] == 2
    # Both at once do as well, and a quarter that no longer fits the year is named.
    history.publish(
        table({"ASX": 120, "HAR": 80, "PRV": 3}, "2026-Q1"),
        table({"ASX": 220, "HAR": 180, "PRV": 13}, "2026"),
        **by(C),
    )
    with pytest.raises(BadUse, match="the shorter periods first, or all of them together"):
        history.publish(table({"ASX": 99, "HAR": 180, "PRV": 13}, "2026"), **by(C))


@pytest.mark.parametrize(
    ("first", "second", "word"),
    [
        ({"k": 10}, {}, "k = 10"),
        ({"insiders": True}, {}, "insiders = true"),
        ({"zeros": "hideable"}, {}, 'zeros = "hideable"'),
        ({}, {"zeros": "hideable"}, 'zeros = "shown"'),
    ],
)
def test_a_later_publication_promises_no_less(
    history: History, first: dict[str, Any], second: dict[str, Any], word: str
) -> None:
    counts = {key: 40 + 9 * n for n, key in enumerate(product(("ASX", "HAR", "PRV"), "abc"))}
    history.publish(table(counts, "2026-Q1", CR), **by(CR, **first))
    with pytest.raises(BadUse, match=f"0.parquet promises {word}"):
        history.publish(table(counts, "2026", CR), **by(CR, **second))
    history.publish(table(counts, "2025-Q4", CR), **by(CR, **second))


# --- filings ------------------------------------------------------------------------------------------


def test_a_reporter_may_have_filed_for_one_of_two_services_only(history: History) -> None:
    history.file(table({"HAR": 30, "PRV": 20}, "2026-Q1", metric=NOTICES))
    counts = {("HAR", "a"): 33, ("HAR", "b"): 60, ("PRV", "a"): 90, ("PRV", "b"): 70}
    found = history.publish(table(counts, "2026-Q1", CR, NOTICES), **by(CR))
    # 33 less the 30 that were filed are 3 of his other service.
    assert f"{NOTICES}|2026-Q1|reporter_id=a|category=HAR" not in shown(found)


def test_a_filing_of_the_half_year_is_held_against_its_quarters(history: History) -> None:
    history.file(table({"HAR": 30, "PRV": 20}, "2026-H1", metric=NOTICES))
    history.publish(table({"HAR": 10, "PRV": 10}, "2026-Q1", metric=NOTICES), **by(C))
    # 10 and 23 less the 30 of the half-year are 3 of the others.
    second = history.publish(table({"HAR": 23, "PRV": 90}, "2026-Q2", metric=NOTICES), **by(C))
    assert f"{NOTICES}|2026-Q2|category=HAR" not in shown(second)


def test_filings_of_quarters_are_held_against_the_half_year(history: History) -> None:
    for quarter, count in ("1", 10), ("2", 20):
        history.file(table({"HAR": count, "PRV": 20}, f"2026-Q{quarter}", metric=NOTICES))
    found = history.publish(table({"HAR": 33, "PRV": 90}, "2026-H1", metric=NOTICES), **by(C))
    assert f"{NOTICES}|2026-H1|category=HAR" not in shown(found)


def test_a_quarter_beside_a_filing_of_the_year_leaves_the_rest_of_the_year_open(
    history: History,
) -> None:
    history.file(table({"HAR": 42, "PRV": 90}, "2026", metric=NOTICES))
    counts = {("HAR", "a"): 40, ("HAR", "b"): 60, ("PRV", "a"): 70, ("PRV", "b"): 80}
    found = history.publish(table(counts, "2026-Q1", CR, NOTICES), **by(CR))
    # 42 of the year less 40 of the quarter are 2 of the other quarters, if it has this service alone.
    assert f"{NOTICES}|2026-Q1|reporter_id=a|category=HAR" not in shown(found)


# --- the attacker -------------------------------------------------------------------------------------

CODES, REPORTERS, QUARTERS = ("LIK", "LIK-IMP", "HAR"), "ab", (0, 1, 2, 3)
Record = tuple[str, str, int, str]
# Of one reporter nobody knows whether it has a second service, which did not file.
RECORDS: list[Record] = [
    *((code, who, quarter, "s") for code in CODES for who in REPORTERS for quarter in QUARTERS),
    *((code, "a", quarter, "t") for code in CODES for quarter in QUARTERS),
]
AT = {record: at for at, record in enumerate(RECORDS)}
PERIODS = ("2026-Q1", "2026-Q2", "2026-Q3", "2026-H1", "2026")
PLANS = ((C,), (CR,), (("category",), ("reporter_id",)))
Key = tuple[str, tuple[tuple[str, str], ...]]


def codes_of(record: Record, name: str) -> Sequence[str]:
    return ABOVE[record[0]] if name == "category" else [record[1]]


def spoken(period: str, plan: Sequence[tuple[str, ...]]) -> dict[Key, set[Record]]:
    """The cells of the tables of a period, each with its records."""
    first, size = months(period)
    margins = {
        tuple(name for name in DIMENSIONS if name in some)
        for one in plan
        for many in range(len(one) + 1)
        for some in combinations(one, many)
    }
    found: dict[Key, set[Record]] = {}
    for record in RECORDS:
        if first <= 2026 * 12 + 3 * record[2] < first + size:
            for names in margins:
                for codes in product(*(codes_of(record, name) for name in names)):
                    found.setdefault((period, tuple(zip(names, codes, strict=True))), set()).add(
                        record
                    )
    return found


@dataclass
class Attacker:
    """What he has written down: sums of unknowns, and between what they lie."""

    sums: list[tuple[dict[int, int], float, float]] = field(default_factory=list)
    quantities: dict[Any, set[Record]] = field(default_factory=dict)

    def read(self, publication: Publication, cells: Mapping[Key, set[Record]]) -> None:
        found = {}
        for row in publication.table.to_pylist():
            codes = tuple((name, row[name]) for name in DIMENSIONS if row[name] is not None)
            found[row["period"], codes] = row["numerator"]
        for key, records in cells.items():
            value = found.get(key, 0)
            low, high = (1, np.inf) if value is None else (value, value)
            self.sums.append((dict.fromkeys((AT[each] for each in records), 1), low, high))
        self.quantities |= cells
        for (period, codes), records in cells.items():
            below = [each for each in cells if _child(each, (period, codes))]
            if below:
                own = records - set().union(*(cells[each] for each in below))
                self.quantities[period, codes, "itself"] = own

    def file(self, filing: Publication, period: str) -> None:
        mine = {
            key: {r for r in of if r[1] == "a" and r[3] == "s"}
            for key, of in spoken(period, (C,)).items()
        }
        for cell, value in told(filing)[0].items():
            codes = tuple(pair for pair in cell.codes if pair[0] == "category")
            self.sums.append((dict.fromkeys((AT[r] for r in mine[period, codes]), 1), value, value))
        for each in sums(values(rows_of(filing.table))):
            row: Counter[int] = Counter()
            for cell, sign in each.terms:
                codes = tuple(pair for pair in cell.codes if pair[0] == "category")
                for record in mine[period, codes]:
                    row[AT[record]] += sign
            self.sums.append((dict(row), each.value, each.value))

    def bounds(self, asked: Sequence[set[Record]]) -> Iterator[tuple[float, float]]:
        solver = highspy.Highs.__new__(highspy.Highs)
        super(highspy.Highs, solver).__init__()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        size = len(RECORDS)
        solver.addVars(size, np.zeros(size), np.full(size, np.inf))
        for terms, low, high in self.sums:
            places = np.array(list(terms), dtype=np.int32)
            solver.addRow(low, high, len(terms), places, np.array(list(terms.values()), float))
        places = np.arange(size, dtype=np.int32)
        for records in asked:
            ends = []
            for sign in (1.0, -1.0):
                cost = np.zeros(size)
                cost[[AT[record] for record in records]] = sign
                solver.changeColsCost(size, places, cost)
                solver.run()
                best = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
                end = solver.getInfo().objective_function_value * sign
                ends.append(end if best else sign * -np.inf)
            yield ends[0], ends[1]


def _child(one: Key, other: Key) -> bool:
    mine, theirs = dict(one[1]), dict(other[1])
    above = theirs.pop("category", None)
    part = mine.pop("category", None)
    return mine == theirs and part == "LIK-IMP" and above == "LIK"


def gaps(cells: Mapping[Any, set[Record]]) -> dict[Any, set[Record]]:
    """What is left of each quantity in a longer period, when all that is told of shorter ones is taken."""
    found = {}
    for (period, *what), records in cells.items():
        parts = [of for (other, *same), of in cells.items() if same == what and of < records]
        if parts:
            found[(period, *what, "less")] = records - set().union(*parts)
    return found


def wide(bounds: tuple[float, float]) -> bool:
    low, high = np.ceil(bounds[0] - 1e-6), bounds[1]
    return bool(high >= low + K - 1e-6)


@st.composite
def histories(draw: st.DrawFn) -> tuple[dict[Record, int], list[tuple[str, Any]]]:
    few = st.sampled_from([0, 0, 0, 1, 2, 3, 8, 30, 90])
    two = draw(st.booleans())
    counts = {record: draw(few) if record[3] == "s" or two else 0 for record in RECORDS}
    events: list[tuple[str, Any]] = [
        (period, draw(st.sampled_from(PLANS)))
        for period in draw(st.lists(st.sampled_from(PERIODS), min_size=2, max_size=4, unique=True))
    ]
    for period in draw(st.lists(st.sampled_from(PERIODS), max_size=2, unique=True)):
        events.insert(draw(st.integers(0, len(events))), (period, None))
    return counts, events


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
@given(histories())
def test_no_chain_of_publications_and_filings_narrows_a_small_number(
    tmp_path_factory: pytest.TempPathFactory, drawn: tuple[dict[Record, int], list[tuple[str, Any]]]
) -> None:
    counts, events = drawn
    history, attacker = History(tmp_path_factory.mktemp("chain")), Attacker()
    for period, plan in events:
        cells = spoken(period, plan or (C,))
        if plan is None:
            mine = {k: {r for r in of if r[1] == "a" and r[3] == "s"} for k, of in cells.items()}
            attacker.file(history.file(_rows(mine, counts)), period)
            continue
        try:
            found = history.publish(_rows(cells, counts), plans=(plan, ((),)))
        except (Disclosive, BadUse):
            continue
        cells = spoken(period, [tuple(each) for each in found.about["plan"]])
        before = Attacker(list(attacker.sums))
        attacker.read(found, cells)
        quantities = attacker.quantities | gaps(attacker.quantities)
        small = {
            key: records
            for key, records in quantities.items()
            if 0 < sum(counts[record] for record in records) < K
        }
        was = before.bounds(list(small.values()))
        now = attacker.bounds(list(small.values()))
        narrowed = {
            key: (one, other)
            for key, one, other in zip(small, was, now, strict=True)
            if wide(one) and not wide(other)
        }
        assert not narrowed


def _rows(
    cells: Mapping[Key, set[Record]], counts: Mapping[Record, int]
) -> list[dict[str, object]]:
    listed = []
    for (period, codes), records in sorted(cells.items(), key=lambda each: each[0]):
        count = sum(counts[record] for record in records)
        if count or not codes:
            listed.append(
                {"metric_id": NOTICES, "period": period, **dict(codes), "numerator": count}
            )
    return listed


# --- side by side -------------------------------------------------------------------------------------


def test_totals_that_are_not_comparable_have_no_equation_with_their_parts(history: History) -> None:
    counts = {("ASX", "a"): 20, ("ASX", "b"): 30, ("HAR", "a"): 3, ("HAR", "b"): 25}

    def apart(period: str) -> list[dict[str, object]]:
        alone = [row for row in table(counts, period, CR) if "reporter_id" in row]
        totals = [row for row in table(counts, period, CR) if "reporter_id" not in row]
        nobody = {"numerator": None, "status": "not_comparable"}
        return [*alone, *({**row, **nobody} for row in totals)]

    for period in ("2026-Q1", "2026"):
        found = history.publish(apart(period), **by(CR))
        listed = found.table.to_pylist()
        nulls = {row["status"] for row in listed if row["reporter_id"] is None}
        assert nulls == {"not_comparable"}
        # What a has under HAR cannot be had from its total, whatever b has.
        mine = [row["numerator"] for row in listed if row["reporter_id"] == "a"]
        assert mine.count(None) >= 2
        assert not any(each.small for each in audit(found, prior=history.prior[:-1]))
    history.publish(apart("2026-Q1"), **by(CR))
