"""The menu of the site, and the settings of the theme that follow from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from schema.site.matter import Matter, place

Entry = tuple[str, "str | Sequence[Entry]"]
GUIDES = (
    ("Intake", ("intake", "findings", "repair", "waivers", "losses", "performance")),
    ("Figures", ("metrics", "disclosure", "reports", "submission", "reconciliation")),
    ("The standard", ("crosswalks", "versions", "migration", "quality")),
)


def entries(matter: Matter, there: set[str], titles: dict[str, str]) -> list[Entry]:
    """The menu; `there` are the pages of the site, with their titles."""

    def named(*paths: str) -> list[Entry]:
        return [(titles[path], path) for path in paths if path in there]

    categories: list[Entry] = [("All categories", "taxonomy/index.md"), *_branches(matter, titles)]
    guides: list[Entry] = [
        (title, named(*(f"{name}.md" for name in names))) for title, names in GUIDES
    ]
    formats = [path for path in titles if path.startswith("formats/")]
    changed = [f"versions/{block['version']}.md" for block in matter.now.changes]
    decisions = [path for path in titles if path.startswith("decisions/")]
    return [
        ("Start", named("index.md", "platforms.md", "advertisers.md", "standards-bodies.md",
                        "tour.md", "glossary.md")),
        ("Categories", categories),
        ("Standard", named("lists/index.md", "records/index.md", "rules/index.md",
                           "metrics/index.md", "crosswalks/index.md", "exports.md",
                           "reference/faults.md", "reference/receivers.md")),
        ("Versions", named("versions/index.md", *changed, "reference/changelog.md",
                           "reference/verdicts.md")),
        ("Guides", [*guides, ("Formats", named(*formats))]),
        ("Reference", named("commands.md", "api/index.md")),
        ("Project", [*named("architecture.md", "contributing.md", "changes.md"),
                     ("Decisions", named(*decisions))]),
        ("Languages", [*named("languages.md"), *((tongue.name, f"{tongue.folder}index.md")
                       for tongue in matter.tongues.values() if not tongue.is_english)]),
    ]  # fmt: skip


def _branches(matter: Matter, titles: dict[str, str]) -> Iterator[Entry]:
    """Each top category, with those below it where there are any."""
    rows = {name: matter.now.elements[name].get("parent") for name in matter.of("category")}
    pages = {name: place(name, matter.english) for name in rows}
    for top in (name for name, parent in rows.items() if parent is None):
        code = top.partition("/")[2]
        below = [pages[name] for name, parent in rows.items() if parent == code]
        entry = titles[pages[top]], pages[top]
        if below:
            yield entry[0], [entry, *((titles[page], page) for page in below)]
        else:
            yield entry


def toml(menu: Sequence[Entry]) -> str:
    """The menu in the notation of the settings."""
    told = []
    for title, target in menu:
        inner = json.dumps(target) if isinstance(target, str) else toml(target)
        if target:
            told.append(f"{{ {json.dumps(title, ensure_ascii=False)} = {inner} }}")
    return f"[{', '.join(told)}]"
