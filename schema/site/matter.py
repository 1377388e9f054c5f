"""Everything that the pages are made from, read once, and where on the site each element has its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from harmtax._generated.crosswalks import CROSSWALKS
from harmtax._generated.foreign import FORMATS
from harmtax.shapes import Pair
from harmtax.standard import release
from harmtax.standard.release import Facts, Release

from schema.site import tongues
from schema.site.page import anchor, link
from schema.site.tongues import Tongue

CATEGORY_FIELDS = {"category", "category_additional"}
_CODE = re.compile(r"\b[A-Z]{3}(?:-[A-Z]{3})?\b")
# The folder of each kind in English, and the page that holds all of a kind elsewhere.
_FOLDERS = {
    "categories": "taxonomy",
    "code_lists": "lists",
    "record_types": "records",
    "rules": "rules",
    "metrics": "metrics",
    "formats": "crosswalks",
}


@dataclass(frozen=True, eq=False)
class Matter:
    """The standard as it is, its older releases (newest first), its languages, and where files stand."""

    home: Path
    now: Release
    older: tuple[Release, ...]
    tongues: Mapping[str, Tongue]

    @property
    def english(self) -> Tongue:
        """The language that everything is there in."""
        return self.tongues[tongues.ENGLISH]

    @cached_property
    def pairs(self) -> Mapping[str, list[Pair]]:
        """Every crosswalk by its name."""
        return {name: list(rows) for name, rows in CROSSWALKS.items()}

    @cached_property
    def _names(self) -> Mapping[str, tuple[str, ...]]:
        kinds: dict[str, list[str]] = {}
        for name in self.now.elements:
            kinds.setdefault(release.kind_of(name), []).append(name)
        return {kind: tuple(names) for kind, names in kinds.items()}

    def of(self, kind: str) -> tuple[str, ...]:
        """The names of all elements of a kind, in the order of the schema."""
        return self._names.get(kind, ())

    @cached_property
    def rules(self) -> Mapping[str, Facts]:
        """Every rule by its name."""
        return {name: self.now.elements[name] for name in self.of("rule")}

    @cache  # noqa: B019 - lives as long as the build
    def filed(self, crosswalk: str) -> tuple[str, str] | None:
        """The page about a format that can be written, and its name on the command line."""
        family = crosswalk.partition("_")[0]
        page = self.home / "docs" / "formats" / f"{family}.md"
        if not page.exists() or f"--to {family}" not in page.read_text(encoding="utf-8"):
            return None
        return f"formats/{family}.md", family


def read(home: Path) -> Matter:
    """Everything from the root of the repository. Raises Refused and HarmtaxError."""
    exports = home / "exports"
    now = release.read(exports / release.WORKING)
    older = tuple(
        release.read(exports / version)
        for version in reversed(release.frozen(exports))
        if version != now.version
    )
    return Matter(home, now, older, tongues.read(home / "schema", now))


def title_of(crosswalk: str) -> str:
    """The title of a foreign list."""
    return FORMATS[crosswalk].title


def place(element: str, tongue: Tongue) -> str:
    """The page of an element in a language, with an anchor where the page holds several."""
    kind, _, name = element.partition("/")
    own, _, inner = name.partition("/")
    if kind == "categories" and not name:
        return f"{tongue.folder}taxonomy/index.md"
    if kind == "categories":
        return f"{tongue.folder}taxonomy/{name}.md"
    folder = _FOLDERS[kind]
    if not tongue.is_english and kind != "formats":
        return f"{tongue.folder}{folder}.md" + (f"#{anchor(own)}" if own else "")
    page = f"{folder}/{own or 'index'}.md"
    return f"{page}#{anchor(inner)}" if inner and kind == "record_types" else page


def old_place(element: str, version: str) -> str:
    """Where an element stands among the pages of an older release."""
    kind, _, name = element.partition("/")
    page = f"versions/{version}/{_FOLDERS.get(kind, 'index')}.md"
    return f"{page}#{anchor(name.partition('/')[0])}" if name else page


def coded(text: str, here: str, tongue: Tongue) -> str:
    """A text in which each code of a category leads to its page."""

    def linked(found: re.Match[str]) -> str:
        element = f"categories/{found[0]}"
        known = element in tongue.release.elements
        return link(found[0], here, place(element, tongue)) if known else found[0]

    return _CODE.sub(linked, text)
