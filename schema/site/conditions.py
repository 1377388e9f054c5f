"""Conditions of rules and metrics in words, and which codes a check names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harmtax.standard.release import Facts

Conjunction = Sequence[Sequence[Any]]
Rules = Mapping[str, Facts]
Lists = Mapping[str, Sequence[str]]


def words(condition: Sequence[Conjunction], lists: Lists | None = None) -> str:
    """A condition as a person reads it; `lists` are the codes of each field, to say the fewer of two sets."""
    if not condition:
        return "nothing holds"
    told = (" and ".join(_test(lists or {}, *test) for test in option) or "anything"
            for option in condition)  # fmt: skip
    return "; or ".join(told)


def _test(lists: Lists, name: str, word: str, argument: Any) -> str:
    if isinstance(argument, int):
        return f"`{name}` is {'at least' if word == 'min' else 'below'} {argument}"
    known = lists.get(name, ())
    rest = [code for code in known if code not in (argument or ())]
    if word == "in" and None not in argument and 0 < len(rest) < len(argument):
        return f"`{name}` is any but {_codes(rest)}"
    several = "one of " if len(argument or ()) > 1 else ""
    codes = _codes(argument or ())
    forms = {
        "in": f"`{name}` is {several}{codes}",
        "has": f"`{name}` holds {several}{codes}",
        "lacks": f"`{name}` holds none of {codes}",
        "only": f"`{name}` holds only {codes}",
    }
    return forms.get(word, f"`{name}` is {word}")


def _codes(codes: Sequence[str | None]) -> str:
    return ", ".join("absent" if code is None else f"`{code}`" for code in codes)


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


def check(told: Mapping[str, Any], lists: Lists) -> str:
    """What a check refuses or asks, in words; the shapes of the package say what each means."""
    at = f" at `{told['at']}`" if told.get("at") else ""
    when = told.get("when")
    only = f", when {words(when, lists)}" if when and when != [[]] else ""
    return f"{told['severity']}{at}: {_asked(told, lists)}{only}"


def _asked(told: Mapping[str, Any], lists: Lists) -> str:
    match told["check"]:
        case "never":
            return f"never {words(told['what'], lists)}"
        case "order":
            other = f" (or else `{told['otherwise']}`)" if told.get("otherwise") else ""
            plus = f" plus {told['seconds']} seconds" if told.get("seconds") else ""
            how = "is exactly" if told.get("equal") else "is not after"
            return f"`{told['first']}`{other}{plus} {how} `{told['then']}`"
        case "distinct":
            return f"no code twice in {_codes(told['fields'])}"
        case "alone":
            return f"{_codes(told['codes'])} stands alone in its list"
        case "refuse":
            kinds = ", ".join(each[0] for each in told["patterns"])
            return f"none of these in {_codes(told['fields'])}: {kinds}"
        case "unique":
            return f"no two records agree on {_codes(told['key'])}"
        case "apart":
            span = f"`{told['first']}` to `{told['then']}`"
            return f"records that agree on {_codes(told['key'])} never overlap from {span}"
        case "refers":
            where = told.get("where")
            fits = f"; there {words(where)}" if where and where != [[]] else ""
            same = f"; both agree on {_codes(told['same'])}" if told.get("same") else ""
            return f"names a record of type `{told['to']}` where that is known{fits}{same}"
        case "part":
            part, whole = _codes(told["part"]), _codes(told["whole"])
            return f"`value` with `{told['of']}` {part} is at most that with {whole}"
        case "same":
            return f"all records of a set agree on it ({told['part']})"
        case "sums":
            return f"the parts by `{told['over']}` add up to at most their whole"
    raise ValueError(f"no words for a check of kind {told['check']}")


def quantity(told: Facts) -> str:
    """One side of a metric in words."""
    what = f"the sum of `{told['sum']}`" if told.get("sum") else "the number of records"
    if told.get("distinct"):
        what = f"the number of different {', '.join(f'`{each}`' for each in told['distinct'])}"
    if told.get("duration"):
        first, last = told["duration"]
        what = f"the time from `{first}` to `{last}`"
    return f"{what}, where {words(told['where'])}"
