"""The text of the metrics: one SQL in words that DuckDB and Spark share, whatever is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from harmtax._generated.constraints import DIMENSIONS, RECORDS
from harmtax._generated.metrics import METRICS
from harmtax.figures import query
from harmtax.figures.sides import GRAINS, STEP

# Every word that may stand before a parenthesis, and means the same to both engines.
FUNCTIONS = {
    "SUM", "COUNT", "MAX", "MIN", "CAST", "COALESCE", "CONCAT", "EXTRACT", "GROUPING", "FLOOR",
    "ROW_NUMBER", "RANK", "PERCENTILE_DISC", "ARRAY_CONTAINS", "UNIX_MICROS", "CARDINALITY",
}  # fmt: skip
KEYWORDS = {
    "SELECT", "DISTINCT", "FROM", "AS", "WHERE", "AND", "OR", "NOT", "IN", "IS", "NULL", "NULLS", "LAST",
    "GROUP", "BY", "SETS", "HAVING", "ORDER", "DESC", "OVER", "PARTITION", "UNION", "ALL", "WITH", "ON",
    "JOIN", "LEFT", "CASE", "WHEN", "THEN", "ELSE", "END", "BETWEEN", "EXISTS", "VALUES", "TRUE", "FALSE",
    "WITHIN", "INTERVAL", "DAY", "MONTH", "QUARTER", "YEAR", "BIGINT", "STRING", "DATE", "GROUPING",
}  # fmt: skip
TOKEN = re.compile(
    r"'(?:[^']|'')*'|\"[^\"]*\"|[A-Za-z_][A-Za-z_0-9]*|[0-9]+(?:\.[0-9]+)?|<=|>=|<>|\S"
)


def _texts() -> Iterator[tuple[str, str]]:
    """The text for every metric, by every dimension that it has, and for all together."""
    for name, metric in METRICS.items():
        alone = [[each] for each in metric.numerator.dimensions]
        yield name, query.text(query.Plan([metric], alone, "month", set(RECORDS)))
    every = [[name] for name in DIMENSIONS if name != STEP]
    for grain in GRAINS:
        for exact in (True, False):
            plan = query.Plan(list(METRICS.values()), every, grain, set(RECORDS), exact)
            yield f"{grain}-{exact}", query.text(plan)


TEXTS = dict(_texts())


def faults(text: str) -> set[str]:
    """What in a text the two engines could read differently."""
    tokens = TOKEN.findall(text)
    found = set()
    for at, token in enumerate(tokens):
        following, before = tokens[at + 1 : at + 2], tokens[at - 1 : at]
        called = following == ["("]
        if re.fullmatch(r"[A-Z_]{2,}", token) and token not in KEYWORDS | FUNCTIONS:
            found.add(f"the word {token}")
        # A relation may name its columns; whatever else is called is a function.
        known = token.upper() in KEYWORDS | FUNCTIONS or token == "listed"
        if called and token[0].isalpha() and not known:
            found.add(f"the function {token}")
        if token in "/%|:^~&#@!?;[]{}":
            found.add(f"the sign {token}")
        if re.fullmatch(r"[0-9]+\.[0-9]+", token) and token not in ("0.5", "0.000001"):
            found.add(f"the number {token}")
        if token == "SUM" and tokens[at - 2 : at] != ["CAST", "("]:
            found.add("a sum that is not cast to BIGINT")
        if token == "PERCENTILE_DISC" and tokens[at + 4 : at + 6] != ["WITHIN", "GROUP"]:
            found.add("a percentile without its order")
        if token == "0.000001" and before != ["*"]:
            found.add("a fraction that is no factor")
    return found


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_uses_only_words_that_mean_the_same_to_both_engines(name: str) -> None:
    assert faults(TEXTS[name]) == set()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("SELECT AVG(x) AS a FROM t", "the word AVG"),
        ("SELECT strftime(x) AS a FROM t", "the function strftime"),
        ("SELECT approx_quantile(x) AS a FROM t", "the function approx_quantile"),
        ("SELECT CAST(x AS DOUBLE) AS a FROM t", "the word DOUBLE"),
        ("SELECT 1 / x AS a FROM t", "the sign /"),
        ("SELECT 'a' || x AS a FROM t", "the sign |"),
        ("SELECT x::INT AS a FROM t", "the sign :"),
        ("SELECT x * 1.5 AS a FROM t", "the number 1.5"),
        ("SELECT SUM(x) AS a FROM t", "a sum that is not cast to BIGINT"),
        ("SELECT PERCENTILE_DISC(0.5) AS a FROM t", "a percentile without its order"),
        ("SELECT TRY_CAST(x AS BIGINT) AS a FROM t", "the word TRY_CAST"),
        ("SELECT SUBSTR(x) AS a FROM t", "the word SUBSTR"),
    ],
)
def test_the_lint_finds_what_must_not_stand_there(text: str, fault: str) -> None:
    assert fault in faults(text)


def test_codes_in_quotes_are_no_words_of_the_text() -> None:
    assert faults("SELECT 'AVG(x) / 2' AS a, \"strftime\" AS b FROM t") == set()
