"""Reads the finished HTML: every link leads somewhere, nothing is loaded from another host."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote

# What a browser fetches by itself, in contrast to what a person follows.
LOADING = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src"),
           ("object", "data"), ("embed", "src"), ("form", "action"), ("video", "src")}  # fmt: skip
_TAG = re.compile(r"<([a-z][a-z0-9]*)\b([^>]*)>")
_ATTRIBUTE = re.compile(r"""\b(id|href|src|action|data)=["']([^"']*)["']""")
_FAR = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_CSS = re.compile(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//")


class _Reader:
    """The places of a page, where it leads, and what it loads; a whole parser takes ten times as long."""

    def __init__(self, text: str) -> None:
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.loads: set[str] = set()
        for tag, attributes in _TAG.findall(text):
            for name, value in _ATTRIBUTE.findall(attributes):
                if name == "id":
                    self.ids.add(unescape(value))
                elif tag == "a" and name == "href":
                    self.links.add(unescape(value))
                elif (tag, name) in LOADING:
                    self.loads.add(unescape(value))


def faults(site: Path) -> list[str]:
    """What is wrong, one line each, with the page that it is on; nothing where all is well."""
    pages = {
        path: _Reader(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
        # The page for what is not there is served from any place, so its links begin at the root.
        if path != site / "404.html"
    }
    found = [fault for path, page in pages.items() for fault in _faults(site, path, page, pages)]
    for path in sorted(site.rglob("*.css")):
        if _CSS.search(path.read_text(encoding="utf-8")):
            found.append(f"{path.relative_to(site)}: a style loads from another host")
    return found


def _faults(site: Path, path: Path, page: _Reader, pages: dict[Path, _Reader]) -> Iterator[str]:
    where = path.relative_to(site)
    for address in sorted(page.loads):
        if _FAR.match(address):
            yield f"{where}: loads {address}"
    for address in sorted(page.links | page.loads):
        if not re.match(r"[a-z][a-z0-9+.-]*:|//", address, re.IGNORECASE):
            target, _, at = address.partition("#")
            name = unquote(target.partition("?")[0])
            there = Path(os.path.normpath(path.parent / name)) if name else path
            there = there / "index.html" if there.is_dir() else there
            if not there.exists():
                yield f"{where}: leads to {address}, which is not there"
            elif at and there in pages and unquote(at) not in pages[there].ids:
                yield f"{where}: leads to {address}, and the page has no such place"
