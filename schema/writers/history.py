"""Writes the page on what changed from version to version, from the frozen exports and the working schema."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harmtax.standard import changelog
from harmtax.standard.release import frozen, read, release
from harmtax.version_shapes import VerdictRule

PATH = "docs/reference/changelog.md"


def write(exports: Path, working: dict[str, Any], rules: Sequence[VerdictRule]) -> dict[str, str]:
    """The text of the page by its path; `working` is the standard as the schema says it now."""
    releases = [read(exports / version) for version in frozen(exports)]
    now = release(working, "schema")
    if now.version not in {each.version for each in releases}:
        releases.append(now)
    return {PATH: changelog.page(releases, {rule.difference: rule for rule in rules})}
