"""The pages that people write, as pages of the site: links that leave `docs/` find what they mean here."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from schema.site.matter import Matter, place
from schema.site.page import Page, anchor, items, joined, link

_LINK = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
_FENCE = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
# Pages from the root of the repository.
ROOT = {"README.md": "tour.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md"}
# What a page is called in the menu where its own title would not tell it apart.
TITLES = {"index.md": "Home", "tour.md": "Tour", "changes.md": "Changes of the package"}
# The pages made from the schema for reading in the repository, and the kind of element that each holds.
REFERENCE = {
    "categories": "categories",
    "codelists": "code_lists",
    "records": "record_types",
    "rules": "rules",
    "metrics": "metrics",
}
SOURCES = "source"
EXPORTS = "exports"
# The pages themselves are made in `schema/site`; its Markdown and HTML would be taken for pages.
HIDDEN = {"__pycache__", "site"}


class Guides:
    """Reads every page once and remembers the files that they lead to."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        self.home = matter.home
        self.files: dict[str, Path] = {}
        self._folders: dict[str, Path] = {}
        self._elements = {
            (name.partition("/")[0], anchor(name.partition("/")[2])): name
            for name in matter.now.elements
        }

    def pages(self) -> Iterator[Page]:
        """The pages of `docs/` and of the root, then a page per folder that they lead to."""
        for path in sorted((self.home / "docs").rglob("*.md")):
            name = path.relative_to(self.home / "docs").as_posix()
            if not name.startswith("reference/") or path.stem not in (*REFERENCE, "index"):
                yield self._page(path, name)
        for name, target in ROOT.items():
            yield self._page(self.home / name, target)
        done: set[str] = set()
        while waiting := sorted(self._folders.keys() - done):
            for name in waiting:
                done.add(name)
                yield self._folder(name, self._folders[name])
        yield self._exports()

    def _page(self, path: Path, target: str) -> Page:
        text = path.read_text(encoding="utf-8")
        parts = _FENCE.split(text)
        body = "".join(
            part if part.startswith("```") else self._linked(part, path, target) for part in parts
        )
        found = _TITLE.search(text)
        kind = "decision" if target.startswith("decisions/") else "guide"
        title = TITLES.get(target) or (_plain(found[1]) if found else path.stem)
        return Page(target, title, body, kind)

    def _linked(self, text: str, path: Path, here: str) -> str:
        return _LINK.sub(lambda found: self._target(found[1], path, here), text)

    def _target(self, told: str, path: Path, here: str) -> str:
        """What a link on a page of the repository is on a page of the site."""
        if re.match(r"[a-z]+:|#", told):
            return told
        name, _, at = told.partition("#")
        there = (path.parent / name).resolve().relative_to(self.home).as_posix()
        page = self._place(there, at)
        where, _, at = page.partition("#")
        relative = posixpath.relpath(where, posixpath.dirname(here) or ".")
        return relative + (f"#{at}" if at else "")

    def _place(self, there: str, at: str) -> str:
        if there in ROOT:
            return ROOT[there]
        stem = there.removeprefix("docs/reference/").removesuffix(".md")
        if there.startswith("docs/reference/") and stem in (*REFERENCE, "index"):
            kind = REFERENCE.get(stem, "categories")
            element = self._elements.get((kind, at), kind if kind == "categories" else f"{kind}/")
            return place(element, self.matter.english)
        if there == "docs/reference":
            return place("categories", self.matter.english)
        if there.startswith("docs/") and there.endswith(".md"):
            return there.removeprefix("docs/") + (f"#{at}" if at else "")
        return self._source(there)

    def _source(self, there: str) -> str:
        """A file or a folder of the repository, which the site carries along."""
        path = self.home / there
        if there.startswith(EXPORTS):
            return "exports.md" if path.is_dir() else there
        if there == "harmtax":
            return "api/index.md"
        if path.is_dir():
            self._folders[there] = path
            return f"{SOURCES}/{there}/index.md"
        # The theme passes over names that begin with a dot.
        target = f"{SOURCES}/{there.replace('/.', '/').removeprefix('.')}"
        self.files[target] = path
        return target

    def _folder(self, name: str, path: Path) -> Page:
        here = f"{SOURCES}/{name}/index.md"
        lines = [
            link(
                f"`{each.name}{'/' if each.is_dir() else ''}`",
                here,
                self._source(f"{name}/{each.name}"),
            )
            for each in sorted(path.iterdir())
            if each.name not in HIDDEN and not each.name.startswith(".")
        ]
        body = joined((f"# {name}", "Files of the repository, as they are.", items(lines)))
        return Page(here, name, body, "source", listed=False, lone=True)

    def _exports(self) -> Page:
        here = "exports.md"
        parts = [
            "# Exports",
            "The standard for programs. `next` is what is worked on; each released version has a folder"
            " that is never touched again. `SHA256SUMS` lets you check a copy.",
        ]
        for folder in sorted((self.home / EXPORTS).iterdir(), reverse=True):
            found = sorted(each for each in folder.rglob("*") if each.is_file())
            names = [each.relative_to(self.home).as_posix() for each in found]
            parts.append(f"## {folder.name}")
            parts.append(items(link(f"`{name.partition('/')[2]}`", here, name) for name in names))
            self.files |= dict(zip(names, found, strict=True))
        return Page(here, "Exports", joined(parts), "guide")


def _plain(text: str) -> str:
    return text.replace("`", "").strip()
