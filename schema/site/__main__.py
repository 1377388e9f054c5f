"""Builds the site: every page as Markdown, the search, then the theme over all of it.

Usage: python -m schema.site [--to FOLDER] [--stage FOLDER]

Needs the tools of the dependency group `docs` and no network. The folder is replaced as a whole when
everything was made and every link leads somewhere; otherwise it stays as it was, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

from harmtax.errors import HarmtaxError

from schema.site import (
    categories,
    commands,
    crosswalks,
    data,
    elements,
    guides,
    history,
    index,
    interface,
    links,
    listings,
    matter,
    menu,
)
from schema.site.matter import Matter
from schema.site.page import Page
from schema.writers.source import Refused

HOME = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
SETTINGS = "zensical.toml"
SHOWN = 40


def pages(found: Matter) -> tuple[list[Page], dict[str, Path]]:
    """Every page in the order of the menu, and the files of the repository that they lead to."""
    written = guides.Guides(found)
    told = [
        *written.pages(),
        *categories.pages(found),
        *elements.pages(found),
        *crosswalks.pages(found),
        *history.pages(found),
        *listings.older(found),
        *listings.abroad(found),
        commands.page(),
        *interface.pages(found.home),
        _search(),
    ]
    return told, written.files


def _search() -> Page:
    """The page that the search fills; without scripts it leads to the lists."""
    body = (HERE / "theme" / "search.md").read_text(encoding="utf-8")
    return Page("search.md", "Search", body, "search", listed=False, lone=True)


def stage(found: Matter, folder: Path) -> int:
    """Everything that the theme reads, in a folder of its own; gives the number of pages."""
    shutil.rmtree(folder, ignore_errors=True)
    docs = folder / "docs"
    told, files = pages(found)
    texts = {page.path: page.text() for page in told} | dict(data.files(found))
    texts[index.PATH] = index.script(told)
    for path, text in texts.items():
        _write(docs / path, text)
    for path, source in files.items():
        (docs / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, docs / path)
    shutil.copytree(HERE / "assets", docs / "assets", dirs_exist_ok=True)
    shutil.copytree(HERE / "theme", folder / "theme")
    titles = {page.path: page.title for page in told}
    nav = menu.toml(menu.entries(found, set(titles), titles))
    settings = (found.home / SETTINGS).read_text(encoding="utf-8")
    _write(folder / SETTINGS, settings.replace("nav = []", f"nav = {nav}"))
    return len(told)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def render(folder: Path) -> str:
    """Runs the theme over a staged folder; gives what it complained about, nothing where all is well."""
    tool = Path(sys.executable).with_name("zensical")
    run = subprocess.run(
        [tool, "build", "--clean", "--strict", "-f", folder / SETTINGS],
        capture_output=True, text=True, cwd=folder, env={"NO_COLOR": "1"},
    )  # fmt: skip
    return "" if run.returncode == 0 else (run.stdout + run.stderr)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--to", type=Path, default=HOME / "site", help="where the site goes")
    parser.add_argument(
        "--stage", type=Path, default=HOME / "build" / "site", help="folder in between"
    )
    options = parser.parse_args()
    begun = time.monotonic()
    try:
        count = stage(matter.read(HOME), options.stage)
    except (Refused, HarmtaxError) as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    if complaint := render(options.stage):
        print(complaint[-8000:], file=sys.stderr)
        return 1
    made = options.stage / "site"
    if wrong := links.faults(made):
        print("\n".join([*wrong[:SHOWN], f"{len(wrong)} faults"]), file=sys.stderr)
        return 1
    shutil.rmtree(options.to, ignore_errors=True)
    shutil.copytree(made, options.to)
    print(f"{count} pages in {time.monotonic() - begun:.0f} s: {options.to / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
