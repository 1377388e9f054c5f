"""A page of the site as Markdown, and the few forms of Markdown that the generators use."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Page(NamedTuple):
    """One page.

    `path` is where it stands in the site, ending in `.md`; `kind` is what a search result calls it; `words`
    are further words by which the search finds it. A page that is not `listed` is in no search result, and
    a `lone` one is in no menu, so that it shows none; a `wide` one needs the room of its table of contents.
    """

    path: str
    title: str
    body: str
    kind: str
    language: str = "en"
    code: str = ""
    words: str = ""
    listed: bool = True
    lone: bool = False
    wide: bool = False

    @property
    def address(self) -> str:
        """The path of the page once it is HTML."""
        return self.path.removesuffix(".md") + ".html"

    def text(self) -> str:
        """The Markdown file: what the theme reads at its head, then the body."""
        head = {"title": self.title, "language": self.language}
        lines = [f"{key}: {json.dumps(said, ensure_ascii=False)}" for key, said in head.items()]
        hidden = [name for name, is_so in (("navigation", self.lone), ("toc", self.wide)) if is_so]
        if hidden:
            lines.append(f"hide: [{', '.join(hidden)}]")
        return "\n".join(["---", *lines, "---", "", self.body.strip(), ""])


def joined(parts: Iterable[str]) -> str:
    """Blocks of Markdown one below the other, empty ones left out."""
    return "\n\n".join(part for part in parts if part)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; nothing where there are no rows."""
    told = [" | ".join(_cell(cell) for cell in row) for row in rows]
    if not told:
        return ""
    lines = [" | ".join(head), " | ".join("---" for _ in head), *told]
    return "\n".join(f"| {line} |" for line in lines)


def items(lines: Iterable[str]) -> str:
    """A list with one line each."""
    return "\n".join(f"- {line}" for line in lines if line)


def link(words: str, here: str, there: str) -> str:
    """A link from one page to another; both are paths in the site, `there` may have an anchor."""
    path, _, anchor = there.partition("#")
    relative = posixpath.relpath(path, posixpath.dirname(here) or ".")
    return f"[{words}]({relative}{'#' + anchor if anchor else ''})"


def fenced(language: str, text: str) -> str:
    """A block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def anchor(name: str) -> str:
    """The anchor of an element on a page that holds several."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def anchored(level: int, words: str, name: str) -> str:
    """A heading with the anchor of an element."""
    return f"{'#' * level} {words} {{ #{anchor(name)} }}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
