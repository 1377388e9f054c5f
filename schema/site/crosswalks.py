"""How well other lists say what ours say: one table of all, and one page per list, read from both sides."""

from __future__ import annotations

from collections.abc import Iterator

from harmtax._generated.foreign import FORMATS
from harmtax.shapes import Pair
from harmtax.standard import crosswalk

from schema.site.matter import Matter, place, title_of
from schema.site.page import Page, joined, link, table

SKOS = "skos:"
CATEGORIES = "CategoryCode"
HEADS = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch", "none")
FOLDER = "crosswalks"


def pages(matter: Matter) -> Iterator[Page]:
    """The coverage of all lists, then each list."""
    yield _coverage(matter)
    for name in crosswalk.names():
        yield _list(matter, name)


def _coverage(matter: Matter) -> Page:
    here = f"{FOLDER}/index.md"
    rows = []
    for name in crosswalk.names():
        found = crosswalk.coverage(name)
        counts = [str(len(found.best[each])) for each in HEADS]
        words = link(title_of(name), here, f"{FOLDER}/{name}.md")
        rows.append((words, *counts, str(len(found.unreached))))
    say = matter.english.say
    heads = [say(each) if each != "none" else say("nothing") for each in HEADS]
    body = joined(
        (
            "# Coverage of the crosswalks",
            "For each list of others: how many of our codes have there a best match of each kind, and how"
            " many of their codes no code of ours leads to. How the tables are read and written stands on"
            f" the page about {link('crosswalks', here, 'crosswalks.md')}.",
            table(("List", *heads, "Not reached"), rows),
            "## Category by category",
            _matrix(matter, here),
        )
    )
    return Page(here, "Coverage of the crosswalks", body, "crosswalk", lone=True, wide=True)


def _matrix(matter: Matter, here: str) -> str:
    """The best match of each category in each list."""
    names = crosswalk.names()
    best = {
        name: {
            code: kind for kind, codes in crosswalk.coverage(name).best.items() for code in codes
        }
        for name in names
    }
    marks = {"exactMatch": "=", "closeMatch": "≈", "broadMatch": "↑", "narrowMatch": "↓",
             "relatedMatch": "~", "none": "✕"}  # fmt: skip
    rows = []
    for element in matter.of("category"):
        code = element.partition("/")[2]
        told = [marks.get(best[name].get(code, "none"), "✕") for name in names]
        rows.append((link(f"`{code}`", here, place(element, matter.english)), *told))
    key = ", ".join(f"{mark} {matter.english.say(each if each != 'none' else 'nothing')}"
                    for each, mark in marks.items())  # fmt: skip
    return joined((key + ".", table(("Category", *(f"`{name}`" for name in names)), rows)))


def _list(matter: Matter, name: str) -> Page:
    here = f"{FOLDER}/{name}.md"
    told = FORMATS[name]
    pairs = matter.pairs[name]
    outward = [pair for pair in pairs if pair.ours is not None]
    inward = [
        pair for pair in pairs if pair.theirs is not None and (pair.imported or not pair.ours)
    ]
    source = f"Read on {told.read_on} from: {told.source}."
    filed = matter.filed(name)
    about = f"{link('How to write and read it', here, filed[0])}." if filed else ""
    unreached = ", ".join(f"`{each}`" for each in crosswalk.coverage(name).unreached)
    body = joined(
        (
            f"# {told.title}",
            link("All lists", here, f"{FOLDER}/index.md"),
            source,
            about,
            "## From ours to theirs",
            table(
                ("Ours", "Relation", "Theirs", "When"),
                (_row(matter, here, pair, ours_first=True) for pair in outward),
            ),
            "## From theirs to ours",
            table(
                ("Theirs", "Relation", "Ours", "Sets as well"),
                (_row(matter, here, pair, ours_first=False) for pair in inward),
            ),
            "## Codes of theirs that no code of ours leads to",
            unreached or "None.",
        )
    )
    return Page(here, told.title, body, "crosswalk", code=name, lone=True, wide=True)


def _row(matter: Matter, here: str, pair: Pair, *, ours_first: bool) -> tuple[str, ...]:
    say = matter.english.say
    ours = _ours(matter, here, pair)
    theirs = f"`{pair.theirs}`" if pair.theirs is not None else ""
    predicate = pair.predicate.removeprefix(SKOS)
    relation = say(predicate) if pair.theirs and pair.ours else say("nothing")
    if ours_first:
        return ours, relation, theirs, f"`{pair.when}`" if pair.when else ""
    sets = "; ".join(f"`{field}` = {', '.join(codes)}" for field, codes in pair.sets)
    return theirs, relation, ours, sets


def _ours(matter: Matter, here: str, pair: Pair) -> str:
    if pair.ours is None:
        return ""
    own = pair.code_list == CATEGORIES
    element = f"categories/{pair.ours}" if own else f"code_lists/{pair.code_list}"
    words = f"`{pair.ours}`" if own else f"`{pair.code_list}/{pair.ours}`"
    there = element in matter.now.elements
    return link(words, here, place(element, matter.english)) if there else words
