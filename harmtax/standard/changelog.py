"""The changes of one or all versions as Markdown, and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harmtax.standard import phrases
from harmtax.standard.declaration import alike
from harmtax.standard.entries import OPERATIONS
from harmtax.standard.release import Release
from harmtax.standard.verdict import LEVELS, RULES, Judged, Rules, Verdict, verdict

HEADINGS = {"major": "Major", "minor": "Minor", "patch": "Patch"}
BROKEN = {
    "records": "Records of the older version are to be migrated.",
    "figures": "Records stay valid; figures from before and after are not comparable throughout.",
    "nothing": "Records stay valid and figures comparable.",
}
OPENING = (
    "# Changelog of the standard",
    "",
    "<!-- Written by schema/build.py from schema/ and exports/; do not edit. -->",
    "",
    "What changed from version to version, in the words of those who changed it, and what it means for data.",
    "The rules of the verdict stand in [verdicts](verdicts.md).",
    "",
)
# Another sentence for the same difference of several elements: so many are named.
NAMED = 6


def markdown(judged: Verdict) -> str:
    """What lies between two versions, by level, each root cause once."""
    lines = [f"## From {judged.old.version} to {judged.new.version}", ""]
    if not judged.changes:
        return "\n".join([*lines, "Nothing differs.", ""])
    lines += [f"{_level(judged)} {BROKEN[judged.breaks]}", ""]
    for level in reversed(LEVELS):
        found = [each for each in judged.changes if each.level == level]
        if found:
            lines += [f"### {HEADINGS[level]}", "", *_items(found), ""]
    return "\n".join(lines)


def page(releases: Sequence[Release], rules: Rules = RULES) -> str:
    """The changelog of the standard: all versions, newest first, each with the words of its people.

    `releases` stand oldest first, the last being the newest or the one that is worked on.
    """
    told = [*OPENING]
    before = dict(zip([each.version for each in releases[1:]], releases, strict=False))
    known = {each.version: each for each in releases}
    for block in releases[-1].changes:
        version = str(block["version"])
        told += [f"## {version} ({block['date']})", "", *_declared(block), ""]
        if version in before:
            judged = verdict(before[version], known[version], rules)
            told += ["### What it means for data", ""]
            told += [f"{_level(judged)} {BROKEN[judged.breaks]}", "", *_items(judged.changes), ""]
    return "\n".join(told)


def lines(judged: Verdict) -> Iterator[str]:
    """What lies between two versions for a terminal."""
    yield f"{judged.old.version} -> {judged.new.version}: {_level(judged)} {BROKEN[judged.breaks]}"
    for level in reversed(LEVELS):
        for each, same in grouped([j for j in judged.changes if j.level == level]):
            yield f"  {level:<6}{each.rule.id}  {_said(each, same)}"
            yield f"{'':<17}{each.rule.reason}"
            for one in each.difference.follows:
                yield f"{'':<17}From this follows: {phrases.sentence(one)}"


def grouped(found: Sequence[Judged]) -> list[tuple[Judged, tuple[str, ...]]]:
    """Changes that say the same of different fields, told once with the other fields."""
    groups = alike(found)
    return [(group[0], tuple(each.difference.element for each in group[1:])) for group in groups]


def _level(judged: Verdict) -> str:
    if judged.level == "none":
        return "Nothing differs."
    return f"{HEADINGS[judged.level]}, so {judged.least} or higher."


def _said(each: Judged, same: Sequence[str]) -> str:
    names = [phrases.short(name) for name in same]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    also = f" The same holds for {', '.join(names[:NAMED])}{more}." if names else ""
    return phrases.sentence(each.difference) + also


def _items(found: Sequence[Judged]) -> Iterator[str]:
    for each, same in grouped(found):
        yield f"- {_said(each, same)} {each.rule.reason} ({each.rule.id}, breaks {each.breaks})"
        for one in each.difference.follows:
            yield f"  - From this follows: {phrases.sentence(one)}"


def _declared(block: Mapping[str, Any]) -> Iterator[str]:
    for entry in block["changes"]:
        operation = next(each for each in OPERATIONS if each in entry)
        targets = [
            phrases.short(each["element"] if isinstance(each, Mapping) else str(each))
            for each in entry.get("to") or ()
        ]
        to = f" to {', '.join(targets)}" if targets else ""
        told = " ".join(str(entry["detail"]).split())
        yield f"- **{operation}** `{phrases.short(str(entry[operation]))}`{to}: {told}"
