"""What the search of the site reads: a plain script, so that it also works from the file system."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from schema.site.page import Page

PATH = "assets/search-index.js"
LONGEST = 6000
_FENCE = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
_HEAD = re.compile(r"\A\s*# .*$", re.MULTILINE)
# What stands in a box is about the page, not about its subject.
_BOX = re.compile(r"^!!! .*\n\n(?: {4}.*\n?)+", re.MULTILINE)
_RULE = re.compile(r"^\| ---.*$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"[`*_#>|]|\{ #[^}]*\}|<[^>]*>|&lt;")


def script(pages: Sequence[Page]) -> str:
    """The index as a script that sets one variable, one line per page."""
    lines = (
        json.dumps(_row(page), ensure_ascii=False, separators=(",", ":"))
        for page in pages
        if page.listed
    )
    return "window.harmtaxPages = [\n" + ",\n".join(lines) + "\n];\n"


def _row(page: Page) -> list[str]:
    """Address, title, language, kind, code, further words, text."""
    return [
        page.address, page.title, page.language, page.kind, page.code, page.words, text(page.body),
    ]  # fmt: skip


def text(body: str) -> str:
    """The words of a page without its marks and its code; cut where it is very long."""
    told = _BOX.sub(" ", _HEAD.sub(" ", _FENCE.sub(" ", body)))
    told = _MARKS.sub(" ", _LINK.sub(r"\1", _RULE.sub(" ", told)))
    return " ".join(told.split())[:LONGEST]
