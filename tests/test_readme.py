"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")


def test_the_tour_runs_as_written(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [tour] = BLOCK.findall((home / "README.md").read_text(encoding="utf-8"))
    assert len([line for line in tour.splitlines() if line.strip()]) <= 20
    monkeypatch.chdir(home)
    exec(compile(tour, "README.md", "exec"), {})
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "Nudification is a kind of Intimate image abuse of adults"
    assert told[1].startswith("/category ")
    assert "IIA-NUD" in told[1]
    rows, _, accepted, _, _, rejected, _ = told[2].split()
    assert int(rows) == int(accepted) + int(rejected) > 0
    assert int(told[3].split()[0]) > 0


def test_no_page_links_to_nothing(home: Path) -> None:
    pages = [*home.glob("*.md"), *(home / "docs").rglob("*.md")]
    missing = [
        (page.relative_to(home).as_posix(), target)
        for page in pages
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not target.startswith("http") and not (page.parent / target).exists()
    ]
    assert missing == []


def test_every_anchor_that_is_linked_exists(home: Path) -> None:
    """Only the generated pages are checked: their anchors are written out."""
    folder = home / "docs" / "reference"
    texts = {page.name: page.read_text(encoding="utf-8") for page in folder.glob("*.md")}
    for name, text in texts.items():
        for page, anchor in re.findall(r"\]\(([\w.]*)#([^)]+)\)", text):
            assert f'<a id="{anchor}"></a>' in texts[page or name], (name, page, anchor)
