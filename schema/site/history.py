"""What the changes of the standard say about an element, and the page of each version."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from harmtax.standard import changelog
from harmtax.standard.release import number
from harmtax.standard.verdict import verdict

from schema.site.matter import Matter, old_place, place
from schema.site.page import Page, anchored, items, joined, link, table

OPERATIONS = (
    "add", "rename", "retitle", "redefine", "move", "merge", "split", "tighten", "loosen", "retire",
)  # fmt: skip
Change = Mapping[str, Any]


def operation(change: Change) -> tuple[str, str]:
    """The operation of an entry and the element that it is on."""
    return next((word, str(change[word])) for word in OPERATIONS if word in change)


def targets(change: Change) -> list[str]:
    """What the element became."""
    told = change.get("to") or []
    return [each["element"] if isinstance(each, Mapping) else str(each) for each in told]


def of(matter: Matter, element: str, here: str) -> str:
    """The changes of one element, newest first, and where older releases have it."""
    lines = []
    for block in matter.now.changes:
        for change in block["changes"]:
            word, on = operation(change)
            if element in (on, change.get("replaced_by"), *targets(change)):
                version = link(str(block["version"]), here, f"versions/{block['version']}.md")
                lines.append(f"{version}: {word} `{on}`. {change.get('detail', '')}")
    for old in matter.older:
        name = _earlier(matter, element, old.version)
        if name not in old.elements:
            lines.append(f"Not in version {old.version}.")
            continue
        words = f"In version {old.version}" + (f", as `{name}`" if name != element else "")
        lines.append(link(words, here, old_place(name, old.version)))
    return items(lines)


def _earlier(matter: Matter, element: str, version: str) -> str:
    """What an older version called an element, or what it was made of."""
    for block in matter.now.changes:
        if number(str(block["version"])) > number(version):
            made = [operation(each)[1] for each in block["changes"] if element in targets(each)]
            element = made[0] if made else element
    return element


def pages(matter: Matter) -> Iterator[Page]:
    """What changed in each version, and the list of versions."""
    blocks = matter.now.changes
    yield _index(matter)
    for block in blocks:
        yield _version(matter, block)


def _index(matter: Matter) -> Page:
    here = "versions/index.md"
    read = {old.version: old for old in matter.older}
    rows = []
    for block in matter.now.changes:
        version = str(block["version"])
        words = (
            link("as it was", here, f"versions/{version}/index.md")
            if version in read
            else link("as it is", here, "taxonomy/index.md")
        )
        changed = link(f"{len(block['changes'])} changes", here, f"versions/{version}.md")
        rows.append((version, str(block["date"]), changed, words))
    body = joined(
        (
            "# Versions",
            "Every record states the version that it was written in. What changed is data, in"
            " `schema/changes.yaml`; old versions stay readable here.",
            table(("Version", "Date", "What changed", "The standard"), rows),
        )
    )
    return Page(here, "Versions", body, "version")


def _version(matter: Matter, block: Mapping[str, Any]) -> Page:
    version = str(block["version"])
    here = f"versions/{version}.md"
    parts = [f"# What changed in {version}", f"Released on {block['date']}."]
    for word in OPERATIONS:
        changes = [each for each in block["changes"] if operation(each)[0] == word]
        if changes:
            parts.append(anchored(2, word.capitalize(), word))
            parts.extend(_told(matter, change, here) for change in changes)
    parts.append(_computed(matter, version))
    return Page(here, f"What changed in {version}", joined(parts), "version")


def _computed(matter: Matter, version: str) -> str:
    """What a comparison of the version with the one before it finds, and what that breaks."""
    releases = sorted((matter.now, *matter.older), key=lambda each: number(each.version))
    versions = [each.version for each in releases]
    place = versions.index(version) if version in versions else 0
    if not place:
        return ""
    told = changelog.markdown(verdict(releases[place - 1], releases[place]))
    found = re.sub(r"^(#+ )", r"#\1", re.sub(r"^## .*\n", "", told), flags=re.MULTILINE)
    return joined(("## Computed from both versions { #computed }", found.strip()))


def _told(matter: Matter, change: Change, here: str) -> str:
    _, on = operation(change)
    told = [change.get("detail", ""), *_consequences(matter, change, here)]
    return f"- {_named(matter, on, here)}: {' '.join(each for each in told if each)}"


def _consequences(matter: Matter, change: Change, here: str) -> Iterator[str]:
    if targets(change):
        yield f"Now {', '.join(_named(matter, each, here) for each in targets(change))}."
    for each in change.get("to") or []:
        if isinstance(each, Mapping) and each.get("when"):
            yield f"{each['element']} when `{each['when']}`."
    if change.get("fallback"):
        yield f"Without enough information: {_named(matter, str(change['fallback']), here)}."
    if change.get("replaced_by"):
        yield f"Use {_named(matter, str(change['replaced_by']), here)} instead."
    if change.get("no_successor"):
        yield "It has no successor."
    if change.get("instead"):
        yield f"Old records that have it get `{change['instead']}` instead."
    if change.get("default"):
        yield f"Old records get `{change['default']}`."


def _named(matter: Matter, element: str, here: str) -> str:
    """An element with a link to where it stands now, or where it last stood."""
    words = f"`{element}`"
    if element in matter.now.elements and "/" in element:
        return link(words, here, place(element, matter.english))
    for old in matter.older:
        if element in old.elements and "/" in element:
            return link(words, here, old_place(element, old.version))
    return words
