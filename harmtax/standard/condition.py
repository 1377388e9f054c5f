"""Conditions outside the rules: as SQL for set rules and metrics, and of one row for crosswalks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harmtax.shapes import ALWAYS, Condition, Conjunction, Test


def sql(condition: Condition, alias: str = "") -> str:
    """A condition as an SQL expression that is never null; `alias` names the table."""
    if not condition:
        return "FALSE"
    return " OR ".join(f"({_conjunction(each, alias)})" for each in condition)


def holds(condition: Condition, row: Mapping[str, object]) -> bool:
    """Whether a row of JSON types meets a condition."""
    # Most conditions ask nothing.
    return condition == ALWAYS or any(
        all(_is_met(test, row) for test in conjunction) for conjunction in condition
    )


def _is_met(test: Test, row: Mapping[str, object]) -> bool:
    name, word, argument = test
    value = row.get(name)
    if word in ("present", "absent"):
        return (value is None) is (word == "absent")
    if isinstance(argument, int):
        return isinstance(value, int) and (value >= argument) is (word == "min")
    codes = argument or ()
    if word == "in":
        return value in codes
    members = set(value) if isinstance(value, Sequence) else set()
    if word == "only":
        return bool(members) and members <= set(codes)
    return members.isdisjoint(codes) is (word == "lacks")


def columns(condition: Condition) -> set[str]:
    """The fields that a condition reads."""
    return {name for conjunction in condition for name, _, _ in conjunction}


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _conjunction(conjunction: Conjunction, alias: str) -> str:
    return " AND ".join(_test(test, alias) for test in conjunction) or "TRUE"


def _test(test: Test, alias: str) -> str:
    name, word, argument = test
    column = f'{alias}."{name}"' if alias else f'"{name}"'
    match word:
        case "present":
            return f"{column} IS NOT NULL"
        case "absent":
            return f"{column} IS NULL"
        case "min":
            return f"COALESCE({column} >= {argument}, FALSE)"
        case "below":
            return f"COALESCE({column} < {argument}, FALSE)"
    assert isinstance(argument, tuple)
    return _codes(column, word, argument)


def _codes(column: str, word: str, argument: tuple[str | None, ...]) -> str:
    codes = [code for code in argument if code is not None]
    if word == "in":
        listed = (
            f"COALESCE({column} IN ({', '.join(map(quoted, codes))}), FALSE)" if codes else "FALSE"
        )
        return f"({column} IS NULL OR {listed})" if None in argument else listed
    # One text per member keeps the SQL the same on every engine that knows lists.
    some = " OR ".join(f"array_contains({column}, {quoted(code)})" for code in codes) or "FALSE"
    if word == "has":
        return f"COALESCE({some}, FALSE)"
    if word == "lacks":
        return f"NOT COALESCE({some}, FALSE)"
    outside = " + ".join(
        f"(CASE WHEN array_contains({column}, {quoted(code)}) THEN 1 ELSE 0 END)" for code in codes
    )
    return f"({column} IS NOT NULL AND {outside} = cardinality({column}))"
