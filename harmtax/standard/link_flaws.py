"""What is wrong with what elements say of each other: exclusions, parents, successors, changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from harmtax.standard.entries import OPERATIONS
from harmtax.standard.flaws import Flaw
from harmtax.standard.release import Facts, Release, is_live, kind_of, split

CODE = re.compile(r"\b[A-Z]{3}(?:-[A-Z]{3})?\b")
IN_BRACKETS = re.compile(r"\(([^()]*)\)")
NOTES = ("definition", "includes", "excludes")
# The operations after which an element is found under another name.
PASSING = ("rename", "merge", "split", "retire")
Tree = Mapping[str, Facts]


def flaws(told: Release) -> Iterator[Flaw]:
    """Every flaw in links."""
    tree = {split(name)[1]: told.elements[name] for name in told.of("category")}
    live = {code: facts for code, facts in tree.items() if is_live(facts)}
    for code, facts in live.items():
        if not facts.get("excludes"):
            yield Flaw("nothing_excluded", f"categories/{code}")
        yield from _unknown(code, facts, tree)
    yield from _unanswered(live)
    yield from _parents(live, tree)
    yield from _successors(told)
    yield from _passings(told)


# --- exclusions ---------------------------------------------------------------------------------------


def named(text: str) -> list[str]:
    """The codes in the brackets of a text."""
    return [code for inside in IN_BRACKETS.findall(text) for code in CODE.findall(inside)]


def _unknown(code: str, facts: Facts, tree: Tree) -> Iterator[Flaw]:
    """Codes that are named and not in use. Capitals outside brackets may be a word of the language."""
    tops = {each.split("-")[0] for each in tree}
    for note in NOTES:
        text = str(facts.get(note) or "")
        told = [
            *named(text),
            *(c for c in CODE.findall(text) if c in tree or c.split("-")[0] in tops),
        ]
        for other in dict.fromkeys(told):
            if other not in tree:
                yield Flaw("unknown_code", f"categories/{code}", f"{note} names {other}")
            elif not is_live(tree[other]):
                yield Flaw(
                    "unknown_code", f"categories/{code}", f"{note} names {other}, which is retired",
                    (f"categories/{other}",),
                )  # fmt: skip


def _unanswered(live: Tree) -> Iterator[Flaw]:
    """Exclusions to another branch or a sibling that the other side, and those above it, do not speak of."""
    excluded = {code: set(named(str(facts.get("excludes") or ""))) for code, facts in live.items()}
    for code, others in excluded.items():
        above = {code, *_above(code, live)}
        for other in sorted(others & live.keys()):
            upwards = {other, *_above(other, live)}
            # What parent and child are to each other the tree says.
            if code in upwards or other in above:
                continue
            answers = set().union(*(excluded[each] for each in upwards))
            if not answers & above:
                yield Flaw(
                    "unanswered_exclusion", f"categories/{code}",
                    f"{other} does not speak of {' or '.join(sorted(above))}",
                    (f"categories/{other}",),
                )  # fmt: skip


def _above(code: str, tree: Tree) -> list[str]:
    found: list[str] = []
    parent = tree[code].get("parent")
    while parent in tree and parent not in found:
        found.append(str(parent))
        parent = tree[str(parent)].get("parent")
    return found


# --- chains -------------------------------------------------------------------------------------------


def _parents(live: Tree, tree: Tree) -> Iterator[Flaw]:
    for code, facts in live.items():
        parent = facts.get("parent")
        if parent is not None and parent not in live:
            why = "which is retired" if parent in tree else "which is not there"
            yield Flaw("unknown_code", f"categories/{code}", f"its parent is {parent}, {why}")
    links = {code: [str(facts["parent"])] for code, facts in tree.items() if facts.get("parent")}
    for way in cycles(links):
        yield _cycle([f"categories/{code}" for code in way], "parents")


def _successors(told: Release) -> Iterator[Flaw]:
    links: dict[str, list[str]] = {}
    for name, facts in told.elements.items():
        if kind_of(name) not in ("code", "category") or not facts.get("replaced_by"):
            continue
        successor = "/".join((*split(name)[:-1], str(facts["replaced_by"])))
        links[name] = [successor]
        if successor not in told.elements:
            yield Flaw("unknown_code", name, f"its successor {successor} is not there")
    for way in cycles(links):
        yield _cycle(way, "successors")


def _passings(told: Release) -> Iterator[Flaw]:
    """Cycles in the names that elements passed through in all versions."""
    links: dict[str, list[str]] = {}
    for block in told.changes:
        for entry in block["changes"]:
            operation = next((word for word in OPERATIONS if word in entry), "")
            if operation in PASSING:
                before = str(entry[operation])
                links.setdefault(before, []).extend(t for t in _targets(entry) if t != before)
    for way in cycles(links):
        yield _cycle(way, "changes")


def _targets(entry: Mapping[str, object]) -> list[str]:
    to = entry.get("to") or ()
    listed = to if isinstance(to, list | tuple) else (to,)
    found = [str(each["element"]) if isinstance(each, Mapping) else str(each) for each in listed]
    return [*found, *([str(entry["replaced_by"])] if entry.get("replaced_by") else [])]


def _cycle(way: list[str], what: str) -> Flaw:
    return Flaw("cycle", way[0], f"the {what} go {' > '.join([*way, way[0]])}", tuple(way[1:]))


def cycles(links: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """Each ring of links once, from the first of its names in the order of the links."""
    done: set[str] = set()
    for start in links:
        if start not in done:
            yield from _walk(start, [], links, done)


def _walk(
    name: str, way: list[str], links: Mapping[str, list[str]], done: set[str]
) -> Iterator[list[str]]:
    if name in way:
        yield way[way.index(name) :]
        return
    if name in done:
        return
    for after in links.get(name, ()):
        yield from _walk(after, [*way, name], links, done)
    done.add(name)
