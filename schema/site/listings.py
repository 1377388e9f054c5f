"""Pages that hold all elements of a kind: in the other languages, and of older releases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harmtax.standard.release import Facts, Release, split

from schema.site import categories, conditions
from schema.site.matter import Matter, coded, place
from schema.site.page import Page, anchored, items, joined, link, table
from schema.site.tongues import Tongue

KINDS = {
    "code_lists": ("code list", "lists"),
    "record_types": ("record type", "records"),
    "rules": ("rule", "rules"),
    "metrics": ("metric", "metrics"),
}
SAY = {
    "code_lists": "code_lists",
    "record_types": "records",
    "rules": "rules",
    "metrics": "metrics",
}


# --- in other languages -------------------------------------------------------------------------------


def abroad(matter: Matter) -> Iterator[Page]:
    """For each language but English: the way in, and a page per kind."""
    for tongue in matter.tongues.values():
        if not tongue.is_english:
            yield _start(matter, tongue)
            for kind in KINDS:
                yield _all(matter, tongue, kind)


def _start(matter: Matter, tongue: Tongue) -> Page:
    here = f"{tongue.folder}index.md"
    links = [link(tongue.say(SAY[kind]), here, place(kind + "/", tongue)) for kind in KINDS]
    title = tongue.say("start")
    body = joined(
        (
            f"# {title}",
            f'!!! note ""\n\n    {tongue.draft()}',
            f"## {tongue.say('taxonomy')}",
            tongue.say("walk"),
            categories.branches(matter, tongue, here),
            items(links),
        )
    )
    return Page(here, title, body, "taxonomy", tongue.code)


def _all(matter: Matter, tongue: Tongue, kind: str) -> Page:
    here = place(kind + "/", tongue)
    title = tongue.say(SAY[kind])
    parts = [f"# {title}", link(tongue.say("start"), here, f"{tongue.folder}index.md")]
    for name in matter.of(KINDS[kind][0]):
        own = split(name)[1]
        english = link("English", here, place(name, matter.english))
        parts.append(anchored(2, f"{own} {tongue.text(name, 'title')}", own))
        for word in ("definition", "says", "do"):
            parts.append(coded(tongue.text(name, word), here, tongue))
        parts.append(_inner(matter, tongue, name))
        parts.append(english)
    return Page(here, title, joined(parts), KINDS[kind][0], tongue.code, lone=True)


def _inner(matter: Matter, tongue: Tongue, name: str) -> str:
    """The codes of a list or the fields of a record type."""
    rows = [
        (
            f"`{own}`",
            tongue.text(f"{name}/{own}", "title"),
            tongue.text(f"{name}/{own}", "definition"),
        )
        for own in matter.now.below(name)
    ]
    head = "field" if name.startswith("record_types") else "code"
    return table([tongue.say(word) for word in (head, "title", "definition")], rows)


# --- of older releases --------------------------------------------------------------------------------


def older(matter: Matter) -> Iterator[Page]:
    """For each older release the way in, and a page per kind."""
    for release in matter.older:
        folder = f"versions/{release.version}"
        yield _old_start(matter, release, folder)
        yield _old(release, "category", f"{folder}/taxonomy.md", "Categories")
        for kind, (element_kind, name) in KINDS.items():
            title = kind.replace("_", " ").capitalize()
            yield _old(release, element_kind, f"{folder}/{name}.md", title)


def _old_start(matter: Matter, release: Release, folder: str) -> Page:
    here = f"{folder}/index.md"
    names = {"taxonomy": "Categories"} | {
        name: kind.replace("_", " ").capitalize() for kind, (_, name) in KINDS.items()
    }
    files = sorted(
        path.relative_to(matter.home).as_posix()
        for path in (matter.home / "exports" / release.version).rglob("*")
        if path.is_file()
    )
    body = joined(
        (
            f"# Version {release.version}",
            f"The standard as it was released on {release.date}. It is no longer the newest:"
            f" {link('what is in force', here, 'taxonomy/index.md')},"
            f" {link('what changed since', here, f'versions/{matter.now.version}.md')}.",
            items(link(title, here, f"{folder}/{name}.md") for name, title in names.items()),
            "## Files",
            items(link(f"`{each}`", here, each) for each in files),
        )
    )
    return Page(here, f"Version {release.version}", body, "version", listed=False)


def _old(release: Release, kind: str, here: str, title: str) -> Page:
    said = f"These words are those of version {release.version}."
    parts = [f"# {title} in {release.version}", f"{said} {link('The version', here, _up(here))}."]
    for name in release.of(kind):
        facts = release.elements[name]
        own = split(name)[1]
        parts.append(
            anchored(2, " ".join(dict.fromkeys(filter(None, (own, facts.get("title"))))), own)
        )
        parts.append(str(facts.get("definition") or facts.get("says") or ""))
        parts.append(items(f"{word}: {told}" for word, told in _facts(facts) if told))
        rows = [
            (f"`{code}`", each["title"], each.get("definition", ""), _more(each))
            for code, each in release.below(name).items()
        ]
        parts.append(table(("", "Title", "Definition", "Notes"), rows))
    return Page(here, f"{title} in {release.version}", joined(parts), "version", listed=False)


def _up(here: str) -> str:
    return f"{here.rpartition('/')[0]}/index.md"


def _facts(facts: Facts) -> Iterator[tuple[str, Any]]:
    """The short facts of an element; the conditions of metrics in words."""
    for word in (
        "includes",
        "excludes",
        "parent",
        "base_tier",
        "do",
        "severity",
        "source",
        "kind",
        "unit",
    ):
        yield word.replace("_", " ").capitalize(), facts.get(word)
    for side in ("numerator", "denominator"):
        if facts.get(side):
            yield side.capitalize(), conditions.quantity(facts[side])


def _more(facts: Facts) -> str:
    told = (
        "required" if facts.get("required") else "",
        facts.get("audience", ""),
        f"codes of {facts['codes']}" if facts.get("codes") else "",
        facts.get("status", ""),
    )
    return "; ".join(filter(None, told))
