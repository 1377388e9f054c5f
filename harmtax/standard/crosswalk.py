"""Crosswalks between our code lists and those of others, read from their tables.

Two uses. A conversion asks for the one row that the table declares for it (`place` inward, `outward`
outward). A person asks what a code means elsewhere (`translate`, `coverage`), also from one foreign list
to another by way of ours: a chain of two pairs says less than either and never more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache

from harmtax._generated.constraints import CODES
from harmtax._generated.crosswalks import CROSSWALKS
from harmtax._generated.foreign import FORMATS
from harmtax.errors import BadUse, UnknownCode, UnknownFormat
from harmtax.shapes import Pair
from harmtax.standard import condition

OURS, CATEGORIES = "harmtax", "CategoryCode"
_SKOS = "skos:"
RELATED = "relatedMatch"
# From the strongest to the weakest; what is only related is never a translation.
PREDICATES = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", RELATED)
_INVERSE = {"broadMatch": "narrowMatch", "narrowMatch": "broadMatch"}


@dataclass(frozen=True, slots=True)
class Match:
    """What a code means in another list.

    `predicate` is a SKOS mapping predicate with the asked code as its subject: broadMatch says that
    `code` is the broader one. `when` is the condition on our record, in the words of the table, under
    which the pair holds; None where it always does.
    """

    code: str
    code_list: str
    predicate: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How well a foreign list says what our codes say.

    `best` maps each predicate, and `none`, to those codes of ours whose best match it is: categories,
    and with their list the codes of every further list that the crosswalk speaks of. `unreached` names
    the foreign codes, with their list, that no code of ours leads to.
    """

    crosswalk: str
    best: Mapping[str, tuple[str, ...]]
    unreached: tuple[str, ...]


def names() -> tuple[str, ...]:
    """The names of all crosswalks, each with its version where the foreign list has several."""
    return tuple(CROSSWALKS)


# --- what a conversion asks ---------------------------------------------------------------------------


def place(crosswalk: str, *keys: str) -> Pair | None:
    """The row that the import of the first known key uses, or None.

    A key is `column/code`; for a category with a keyword `category/CATEGORY/KEYWORD`, where `*` in
    place of the category means any. Raises UnknownFormat for a crosswalk that is not there.
    """
    imports = _imports(_known(crosswalk))
    return next((imports[key] for key in keys if key in imports), None)


def outward(
    crosswalk: str, column: str, code_list: str, code: str, row: Mapping[str, object]
) -> Pair | None:
    """The row that the export of one of our codes uses for a foreign column, or None.

    Of the rows of the code within the column, the first whose condition our row meets; its `theirs` is
    None where the foreign list has no such code. Raises UnknownFormat.
    """
    pairs = _exports(_known(crosswalk)).get((code_list, code), ())
    here = (p for p in pairs if p.theirs is None or p.theirs.split("/")[0] == column)
    return next((pair for pair in here if condition.holds(pair.where, row)), None)


@cache
def _imports(crosswalk: str) -> Mapping[str, Pair]:
    return {
        pair.theirs: pair
        for pair in CROSSWALKS[crosswalk]
        # A foreign code without a subject has no home of ours, but may still set other fields.
        if pair.theirs is not None and (pair.imported or pair.ours is None)
    }


@cache
def _exports(crosswalk: str) -> Mapping[tuple[str, str], Sequence[Pair]]:
    found: dict[tuple[str, str], list[Pair]] = {}
    for pair in CROSSWALKS[crosswalk]:
        # An asterisk stands for what others wrote, and is nothing that can be written.
        if pair.ours is not None and pair.code_list is not None and "*" not in (pair.theirs or ""):
            found.setdefault((pair.code_list, pair.ours), []).append(pair)
    return found


# --- what a person asks -------------------------------------------------------------------------------


def translate(
    code: str,
    to: str,
    *,
    source: str = OURS,
    when: Mapping[str, object] | None = None,
    on: date | None = None,
) -> tuple[Match, ...]:
    """What a code means in another list, the strongest match first; nothing where no pair translates.

    `source` and `to` are `harmtax` or the name of a crosswalk; a name without its version, such as dsa,
    stands for the version that holds `on` a day, or for the newest. `code` is a category of ours, a code
    with its list (`Tier/floor`, `content_type/CONTENT_TYPE_IMAGE`), or a foreign code that stands in one
    list only. With `when`, the fields of a record of ours, only pairs whose condition it meets are given.

    Raises UnknownCode, UnknownFormat, and BadUse for a version that does not hold on the day.
    """
    first = _first(code, source, on)
    if to == OURS:
        found = first
    elif source == OURS:
        found = _matches(_said(code, version(to, on)), when)
    else:
        found = [chained for step in first for chained in _chained(step, version(to, on), when)]
    return _strongest(found)


def coverage(to: str, *, on: date | None = None) -> Coverage:
    """How well a foreign list says what our codes say. Raises UnknownFormat and BadUse."""
    name = version(to, on)
    best: dict[str, list[str]] = {each: [] for each in (*PREDICATES, "none")}
    for (code_list, code), pairs in _exports(name).items():
        found = [pair.predicate.removeprefix(_SKOS) for pair in pairs if pair.theirs is not None]
        told = code if code_list == CATEGORIES else f"{code_list}/{code}"
        best[min(found, key=PREDICATES.index) if found else "none"].append(told)
    reached = {pair.theirs for pair in CROSSWALKS[name] if pair.ours is not None}
    unreached = tuple(each for each in _codes(name) if each not in reached)
    return Coverage(name, {each: tuple(codes) for each, codes in best.items()}, unreached)


def version(name: str, on: date | None = None) -> str:
    """The crosswalk of a name, with or without its version. Raises UnknownFormat and BadUse."""
    asked = name.replace("-", "_")
    family = [each for each in CROSSWALKS if each == asked or each.startswith(f"{asked}_v")]
    if not family:
        raise UnknownFormat(name, (OURS, *CROSSWALKS))
    holding = [each for each in family if on is None or _holds_on(each, on)]
    if not holding:
        raise BadUse(f"{name} does not hold on {on}; {', '.join(map(_validity, family))}")
    return max(holding)


def composed(first: str, second: str) -> str:
    """What two pairs in a row say together, by their predicates without a prefix.

    Exactness changes nothing; broader than broader is broader; close to close is only related, since
    closeness is not transitive (SKOS Reference, section 10.6.1); broader and then narrower is related.
    """
    if "exactMatch" in (first, second):
        return second if first == "exactMatch" else first
    if RELATED in (first, second) or first == second == "closeMatch":
        return RELATED
    if "closeMatch" in (first, second):
        return second if first == "closeMatch" else first
    return first if first == second else RELATED


def inverse(predicate: str) -> str:
    """The predicate of the same pair read from its other side."""
    return _INVERSE.get(predicate, predicate)


def _first(code: str, source: str, on: date | None) -> list[Match]:
    """The step from a list to ours; a code of ours is already there."""
    if source == OURS:
        code_list, own = _own(code)
        return [Match(own, code_list, "exactMatch")]
    name = version(source, on)
    asked = _foreign(code, name)
    pairs = [pair for pair in CROSSWALKS[name] if pair.theirs == asked and pair.ours is not None]
    # What an import chooses comes first among equals.
    pairs.sort(key=lambda pair: not pair.imported)
    return [
        Match(str(p.ours), str(p.code_list), inverse(p.predicate.removeprefix(_SKOS)), p.when)
        for p in pairs
    ]


def _said(code: str, name: str) -> Iterator[Pair]:
    code_list, own = _own(code)
    return (pair for pair in _exports(name).get((code_list, own), ()) if pair.theirs is not None)


def _matches(pairs: Iterable[Pair], when: Mapping[str, object] | None) -> list[Match]:
    """The pairs that hold; of a known record the first of each foreign list, as an export uses it."""
    found: list[Match] = []
    for pair in pairs:
        code_list, _, code = str(pair.theirs).partition("/")
        is_first = code_list not in {match.code_list for match in found}
        if when is None or (is_first and condition.holds(pair.where, when)):
            found.append(Match(code, code_list, pair.predicate.removeprefix(_SKOS), pair.when))
    return found


def _chained(step: Match, to: str, when: Mapping[str, object] | None) -> Iterator[Match]:
    pairs = _exports(to).get((step.code_list, step.code), ())
    for match in _matches((pair for pair in pairs if pair.theirs is not None), when):
        both = "; ".join(dict.fromkeys(filter(None, (step.when, match.when))))
        predicate = composed(step.predicate, match.predicate)
        yield Match(match.code, match.code_list, predicate, both or None)


def _strongest(found: Iterable[Match]) -> tuple[Match, ...]:
    """Each code once for each condition, by the strongest of its predicates."""
    best: dict[tuple[str, str, str | None], Match] = {}
    for match in sorted(found, key=lambda each: PREDICATES.index(each.predicate)):
        if match.predicate != RELATED:
            best.setdefault((match.code_list, match.code, match.when), match)
    return tuple(best.values())


# --- names --------------------------------------------------------------------------------------------


def _known(crosswalk: str) -> str:
    if crosswalk not in CROSSWALKS:
        raise UnknownFormat(crosswalk, sorted(CROSSWALKS))
    return crosswalk


def _own(code: str) -> tuple[str, str]:
    code_list, _, own = code.rpartition("/")
    code_list = code_list or CATEGORIES
    if own not in CODES.get(code_list, ()):
        raise UnknownCode(own, code_list, get_close_matches(own, CODES.get(code_list, ()), 3))
    return code_list, own


def _foreign(code: str, name: str) -> str:
    """The code with its list. Raises UnknownCode, also when it stands in several places."""
    known = [each for each in _codes(name) if each == code or each.endswith(f"/{code}")]
    paired = {pair.theirs for pair in CROSSWALKS[name]}
    known = [each for each in known if each in paired] or known
    if code in known:
        return code
    if len(known) != 1:
        near = known or get_close_matches(code, list(_codes(name)), 3)
        raise UnknownCode(code, name, near)
    return known[0]


@cache
def _codes(name: str) -> tuple[str, ...]:
    """Every code that the foreign side of a crosswalk knows, with its list."""
    format_ = FORMATS[name]
    coded = [column for column in format_.columns if column.codes]
    # A list that stands by itself is called by its own name, not by those of columns with its codes.
    alone = {column.codes for column in coded if not (column.ours or column.lost)}
    named = [c for c in coded if c.codes not in alone or not (c.ours or c.lost)]
    listed = (f"{c.name}/{code}" for c in named for code in format_.codes[str(c.codes)])
    paired = (pair.theirs for pair in CROSSWALKS[name] if pair.theirs is not None)
    return tuple(code for code in dict.fromkeys((*listed, *paired)) if "*" not in code)


def _holds_on(name: str, day: date) -> bool:
    first, last = FORMATS[name].valid_from, FORMATS[name].valid_to
    return (first or "") <= day.isoformat() and (last is None or day.isoformat() <= last)


def _validity(name: str) -> str:
    first, last = FORMATS[name].valid_from, FORMATS[name].valid_to
    return f"{name} holds{f' from {first}' if first else ''}{f' to {last}' if last else ''}"
