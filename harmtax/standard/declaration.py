"""Holds what was declared in `changes.yaml` against what was computed, in both directions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from harmtax.standard import phrases
from harmtax.standard.entries import Entry
from harmtax.standard.kinds import Difference
from harmtax.standard.release import ACTIVE, Release, is_live, kind_of, split
from harmtax.standard.verdict import Judged, Verdict

# What takes part of another element, and what all that belongs to an element comes with.
PARTS = ("split", "merge")


class Problem(NamedTuple):
    """Why a change may not be released, and what to write instead, as YAML where that is possible."""

    kind: str
    element: str
    message: str
    proposal: str = ""


def problems(verdict: Verdict, history: Sequence[Release] = ()) -> list[Problem]:
    """What is undeclared, declared and not true, or never allowed. `history` are all released versions."""
    found = [each for judged in verdict.changes for each in _of(judged, verdict)]
    found += _unfounded(verdict)
    found += _reused(verdict, history)
    return found


def _of(judged: Judged, verdict: Verdict) -> Iterator[Problem]:
    difference, operations = judged.difference, judged.rule.declared_by
    if not operations:
        yield _forbidden(judged)
        return
    declared = [entry for entry in verdict.entries if declares(entry, judged, verdict)]
    if not declared:
        yield _undeclared(judged)
    for entry in declared:
        yield from _contradicted(entry, difference)
    if _is_lost(difference, verdict.new):
        old = phrases.short(difference.was or difference.element)
        new = split(difference.element)[-1]
        yield Problem(
            "deleted", difference.was or difference.element,
            f"{old} was deleted; a code that was released stays in its list, with status: retired"
            f" and replaced_by: {new}",
        )  # fmt: skip


def _forbidden(judged: Judged) -> Problem:
    difference = judged.difference
    kind = "deleted" if difference.kind.endswith("deleted") else "reused"
    remedy = ""
    if kind == "deleted":
        remedy = (
            f" Put {phrases.short(difference.element)} back with status: retired and with replaced_by or"
            " no_successor, and declare it:"
        )
    gone = difference._replace(kind=difference.kind.replace("deleted", "retired"), after=None)
    text = phrases.proposal(gone, "retire") if kind == "deleted" else ""
    return Problem(
        kind, difference.element,
        f"{phrases.sentence(difference)} {judged.rule.reason}{remedy}", text,
    )  # fmt: skip


def _undeclared(judged: Judged) -> Problem:
    difference = judged.difference
    operation = _usual(difference, judged.rule.declared_by)
    looks = " It looks like a rename." if difference.kind.endswith("_renamed") else ""
    return Problem(
        "undeclared", difference.element,
        f"{phrases.sentence(difference)}{looks} No entry says so.",
        phrases.proposal(difference, operation),
    )  # fmt: skip


def _usual(difference: Difference, operations: Sequence[str]) -> str:
    """The operation to propose; words are taken for other words unless somebody says more."""
    return "retitle" if difference.kind == "redefined" else operations[0]


def declares(entry: Entry, judged: Judged, verdict: Verdict) -> bool:
    """Whether an entry declares a difference, the one of a new list or record type all that is in it."""
    difference = judged.difference
    if entry.operation not in judged.rule.declared_by:
        return False
    if entry.element in (difference.element, difference.was):
        return entry.operation != "rename" or difference.kind.endswith("_renamed")
    if entry.operation in PARTS:
        return difference.element in entry.to
    if entry.operation == "add":
        return difference.element.startswith(f"{entry.element}/") and not any(
            name.startswith(f"{entry.element}/") or name == entry.element
            for name in verdict.old.elements
        )
    return False


def _contradicted(entry: Entry, difference: Difference) -> Iterator[Problem]:
    """What an entry says otherwise than it is."""
    said, is_ = _target(entry), ""
    match entry.operation:
        case "rename":
            is_ = difference.element
        case "move" if difference.kind == "category_moved":
            is_ = f"categories/{difference.after}" if difference.after else ""
        case "retire" if difference.kind in ("code_retired", "category_retired"):
            stem = split(difference.element)[:-1]
            is_ = "/".join((*stem, difference.after)) if difference.after else ""
        case _:
            return
    if said != is_:
        yield Problem(
            "contradicted", entry.element,
            f"the entry `{entry.operation}: {entry.element}` says {said or 'nothing'}, while the schema says"
            f" {is_ or 'nothing'}",
            phrases.proposal(difference, entry.operation),
        )  # fmt: skip


def _target(entry: Entry) -> str:
    if entry.operation == "retire":
        return str(entry.told.get("replaced_by") or (entry.to[0] if entry.to else ""))
    return entry.to[0] if entry.to else ""


def _is_lost(difference: Difference, new: Release) -> bool:
    """Whether a code was renamed without leaving the old one in its list."""
    if kind_of(difference.element) not in ("code", "category") or difference.was is None:
        return False
    if kind_of(difference.element) == "category":
        return difference.was not in new.elements
    # The list may have another name by now.
    return "/".join((*split(difference.element)[:2], split(difference.was)[2])) not in new.elements


def _unfounded(verdict: Verdict) -> Iterator[Problem]:
    for entry in verdict.entries:
        if not any(declares(entry, judged, verdict) for judged in verdict.changes):
            where = f"the entry `{entry.operation}: {entry.element}` of version {entry.version}"
            there = [
                phrases.sentence(judged.difference)
                for judged in verdict.changes
                if entry.element in (judged.difference.element, judged.difference.was)
            ]
            told = f" What did: {' '.join(there)}" if there else " Take the entry out."
            yield Problem(
                "unfounded", entry.element,
                f"{where} declares what did not happen.{told}",
            )  # fmt: skip


def _reused(verdict: Verdict, history: Sequence[Release]) -> Iterator[Problem]:
    """Names that a released version had, that were given up, and that stand for something new now."""
    new, base = verdict.new.elements, verdict.old.elements
    for name, facts in new.items():
        if not is_live(facts) or (name in base and is_live(base[name])):
            continue
        for older in history:
            known = older.elements.get(name)
            if known is not None and known.get("status", ACTIVE) == ACTIVE and name not in base:
                yield Problem(
                    "reused", name,
                    f"{phrases.short(name)} was used by version {older.version} and given up; a name is never"
                    " used again, since old records and figures have it in its old meaning. Choose another.",
                )  # fmt: skip
                break
