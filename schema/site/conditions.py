"""Conditions of rules and metrics in words, and which codes a check names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harmtax.standard.release import Facts

Conjunction = Sequence[Sequence[Any]]
Rules = Mapping[str, Facts]


def words(condition: Sequence[Conjunction]) -> str:
    """A condition as a person reads it."""
    if not condition:
        return "nothing holds"
    told = (" and ".join(_test(*test) for test in option) or "anything" for option in condition)
    return "; or ".join(told)


def _test(name: str, word: str, argument: Any) -> str:
    if isinstance(argument, int):
        return f"`{name}` is {'at least' if word == 'min' else 'below'} {argument}"
    codes = ", ".join("absent" if code is None else f"`{code}`" for code in argument or ())
    several = len(argument or ()) > 1
    forms = {
        "in": f"`{name}` is {'one of ' if several else ''}{codes}",
        "has": f"`{name}` holds {'one of ' if several else ''}{codes}",
        "lacks": f"`{name}` holds none of {codes}",
        "only": f"`{name}` holds only {codes}",
    }
    return forms.get(word, f"`{name}` is {word}")


def conjunctions(check: Mapping[str, Any]) -> Iterator[Conjunction]:
    """Every conjunction of a check."""
    for key in ("what", "when", "where"):
        yield from check.get(key) or ()


def naming(rules: Rules, fields: set[str], code: str) -> Iterator[tuple[str, list[str]]]:
    """Those rules that ask something of a code in particular, each with its record types.

    A check that names nearly all codes of its list speaks of the few that it leaves out; it is left out
    here, since it says the same of all the others.
    """
    for name, facts in rules.items():
        checks: Mapping[str, Any] = facts["checks"]
        records = [
            record
            for record, told in checks.items()
            if any(names(check, fields, code) for check in told)
        ]
        if records:
            yield name, records


def names(check: Mapping[str, Any], fields: set[str], code: str) -> bool:
    """Whether a check names a code among few."""
    return any(
        name in fields and isinstance(argument, list) and code in argument and len(argument) < FEW
        for conjunction in conjunctions(check)
        for name, _, argument in conjunction
    )


# A third of the categories.
FEW = 16


def refused(rules: Rules, record: str, one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether a record type refuses the code of one field together with that of another."""
    for facts in rules.values():
        for check in facts["checks"].get(record, ()):
            if check["check"] == "never" and any(
                _holds(conjunction, one) and _holds(conjunction, other)
                for conjunction in check["what"]
            ):
                return True
    return False


def _holds(conjunction: Conjunction, pair: tuple[str, str]) -> bool:
    field, code = pair
    return any(name == field and word == "in" and code in argument
               for name, word, argument in conjunction)  # fmt: skip


def quantity(told: Facts) -> str:
    """One side of a metric in words."""
    what = f"the sum of `{told['sum']}`" if told.get("sum") else "the number of records"
    if told.get("distinct"):
        what = f"the number of different {', '.join(f'`{each}`' for each in told['distinct'])}"
    if told.get("duration"):
        first, last = told["duration"]
        what = f"the time from `{first}` to `{last}`"
    return f"{what}, where {words(told['where'])}"
