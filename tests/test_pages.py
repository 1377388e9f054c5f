"""The commands on the pages about formats run as they stand, and print what stands below them."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest

from harmtax.cli import main

HOME = Path(__file__).resolve().parent.parent
DOCS = HOME / "docs"
EXAMPLES = DOCS / "formats" / "examples"
DUMP = "sor-global-2025-07-01-full.csv"
PAGES = (
    DOCS / "platforms.md", DOCS / "advertisers.md", DOCS / "standards-bodies.md",
    DOCS / "crosswalks.md", DOCS / "losses.md", DOCS / "reports.md", DOCS / "submission.md",
    DOCS / "reconciliation.md", DOCS / "languages.md", DOCS / "versions.md",
    *sorted((DOCS / "formats").glob("*.md")),
)  # fmt: skip
_BLOCK = re.compile(r"```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?", re.DOTALL)


def blocks(page: Path) -> list[tuple[str, str]]:
    return _BLOCK.findall(page.read_text(encoding="utf-8"))


def run(command: str) -> str:
    """What one command prints; it may find fault with the data, and must not be used wrongly."""
    program, *words = shlex.split(command)
    assert program == "harmtax", command
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        assert main(words) in (0, 1), command
    return printed.getvalue()


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p)], ids=lambda page: str(page.name))
def test_the_commands_of_a_page_print_what_it_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(EXAMPLES, tmp_path, dirs_exist_ok=True)
    shutil.copy(HOME / "harmtax" / "data" / "dsa-v2.csv", tmp_path / DUMP)
    (tmp_path / "exports").symlink_to(HOME / "exports")
    monkeypatch.chdir(tmp_path)
    for commands, expected in blocks(page):
        printed = "".join(run(each) for each in commands.strip().splitlines())
        if expected:
            assert printed == expected
