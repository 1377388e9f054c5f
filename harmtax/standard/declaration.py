"""Holds what was declared in `changes.yaml` against what was computed, in both directions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from harmtax.standard import phrases
from harmtax.standard.entries import Entry
from harmtax.standard.kinds import Difference
from harmtax.standard.release import ACTIVE, Release, is_live, kind_of, split
from harmtax.standard.verdict import Judged, Verdict

# What takes part of another element, and what all that belongs to an element comes with.
PARTS = ("split", "merge")
# So many fields with the same change are declared at once, by an entry on all record types.
SHARED = 3
EVERYWHERE = "record_types"
# What is always declared one by one.
WORDED = ("reworded", "redefined", "field_renamed")


class Problem(NamedTuple):
    """Why a change may not be released, and what to write instead, as YAML where that is possible."""

    kind: str
    element: str
    message: str
    proposal: str = ""


def problems(verdict: Verdict, history: Sequence[Release] = ()) -> list[Problem]:
    """What is undeclared, declared and not true, or never allowed. `history` are all released versions."""
    groups = alike(verdict.changes)
    at_once: list[Entry] = []
    found: list[Problem] = []
    for group in groups:
        entry = _for_all(group[0], verdict, at_once) if len(group) >= SHARED else None
        if entry is not None:
            at_once.append(entry)
        elif len(group) >= SHARED and not any(_declared(each, verdict) for each in group):
            found.append(_undeclared(group[0], [each.difference.element for each in group]))
        else:
            found += [problem for each in group for problem in _of(each, verdict)]
    found += _unfounded(verdict, at_once)
    found += _reused(verdict, history)
    return found


def alike(changes: Sequence[Judged]) -> list[list[Judged]]:
    """The changes in groups of those that say the same of different fields, others by themselves.

    So it is when a type changes that many fields have, or a field that all record types have.
    """
    groups: dict[str, list[Judged]] = {}
    for each in changes:
        told = each.difference
        key = told.element
        if kind_of(told.element) == "field" and told.facts and told.kind not in WORDED:
            last = split(told.element)[-1] if told.kind.startswith("field_") else ""
            key = repr((last, told.before, told.after, told.note))
        groups.setdefault(f"{told.kind} {told.facts} {key}", []).append(each)
    return list(groups.values())


def _for_all(judged: Judged, verdict: Verdict, used: Sequence[Entry]) -> Entry | None:
    """An entry that speaks of all record types, one for each group of changes that are alike."""
    return next(
        (
            entry
            for entry in verdict.entries
            if entry.element == EVERYWHERE
            and entry.operation in judged.rule.declared_by
            and entry not in used
        ),
        None,
    )


def _declared(judged: Judged, verdict: Verdict) -> list[Entry]:
    return [entry for entry in verdict.entries if declares(entry, judged, verdict)]


def _of(judged: Judged, verdict: Verdict) -> Iterator[Problem]:
    difference, operations = judged.difference, judged.rule.declared_by
    if not operations:
        yield _forbidden(judged, verdict)
        return
    declared = _declared(judged, verdict)
    if not declared:
        yield _undeclared(judged)
    for entry in declared:
        yield from _contradicted(entry, difference)
    if _is_lost(difference, verdict.new):
        old = phrases.short(difference.was or difference.element)
        new = split(difference.element)[-1]
        yield Problem(
            "deleted", difference.was or difference.element,
            f"{old} was deleted; a code that was released stays in its list. Put it back:"
            f" {_retired(verdict.old, difference.was or '', f'replaced_by: {phrases.plain(new)}')}",
        )  # fmt: skip


def _forbidden(judged: Judged, verdict: Verdict) -> Problem:
    difference = judged.difference
    kind = "deleted" if difference.kind.endswith("deleted") else "reused"
    remedy = ""
    if kind == "deleted":
        told = _retired(verdict.old, difference.element, "no_successor: true")
        remedy = f" Put it back: {told} (or replaced_by: CODE). And declare it:"
    gone = difference._replace(kind=difference.kind.replace("deleted", "retired"), after=None)
    text = phrases.proposal(gone, "retire") if kind == "deleted" else ""
    return Problem(
        kind, difference.element,
        f"{phrases.sentence(difference)} {judged.rule.reason}{remedy}", text,
    )  # fmt: skip


def _retired(old: Release, name: str, after: str) -> str:
    """The entry of the schema that keeps a code, retired, in YAML on one line."""
    facts = old.elements.get(name, {})
    words = "".join(
        f"{key}: {json.dumps(facts[word], ensure_ascii=False)}, "
        for key, word in (("title", "title"), ("description", "definition"))
        if facts.get(word)
    )
    code = phrases.plain(split(name)[-1])
    return f"{code}: {{{words}status: retired, annotations: {{{after}}}}}"


def _undeclared(judged: Judged, everywhere: Sequence[str] = ()) -> Problem:
    difference = judged.difference
    if everywhere:
        operation = _usual(difference, judged.rule.declared_by)
        names = ", ".join(phrases.short(name) for name in everywhere[1:])
        said = f"{phrases.sentence(difference)} The same holds for {names}."
        entry = phrases.entry(operation, EVERYWHERE, said)
        return Problem("undeclared", difference.element, f"{said} No entry says so.", entry)
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


def _unfounded(verdict: Verdict, founded: Sequence[Entry]) -> Iterator[Problem]:
    for entry in verdict.entries:
        if entry not in founded and not any(
            declares(entry, judged, verdict) for judged in verdict.changes
        ):
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
