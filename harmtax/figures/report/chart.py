"""Charts as inline SVG. Lengths across are percentages, so that text keeps its size on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from harmtax.figures.report.markup import Markup, element, tagged, together
from harmtax.figures.report.reading import Figure, Node, count, share

# What the longest bar takes of the width; the rest is for the words behind it.
REACH = 60
ROW, STEP = 46, 18
HEIGHT, ROOM = 150, 24


class Words(NamedTuple):
    """What a chart is called and what it shows, for those who do not see it."""

    name: str
    title: str
    description: str


def tree(nodes: Sequence[Node], words: Words) -> Markup:
    """One bar for each category, moved in below its parent; the tier stands beside it in words."""
    most = max(node.incidents for node in nodes)
    rows = [_branch(node, at * ROW, most) for at, node in enumerate(nodes)]
    return _drawing(words, len(nodes) * ROW, rows)


def columns(figures: Sequence[Figure], words: Words) -> Markup:
    """One upright bar for each period."""
    most = max((figure.numerator or 0 for figure in figures), default=0)
    # Fewer than six columns would be as broad as towers.
    slot = 10_000 // max(len(figures), 6)
    rows = [_column(figure, at, slot, most) for at, figure in enumerate(figures)]
    floor = _line(HEIGHT + ROOM)
    width = None if len(figures) <= 6 else f"min-width: {len(figures) * 4}rem"
    return _drawing(words, HEIGHT + 2 * ROOM, [floor, *rows], width)


def shares(figures: Sequence[Figure], words: Words, *, dated: bool = False) -> Markup:
    """One bar from 0 to 100 percent for each ratio."""
    rows = [_share(figure, at * ROW, dated) for at, figure in enumerate(figures)]
    return _drawing(words, len(figures) * ROW, rows)


def _branch(node: Node, top: int, most: int) -> Markup:
    left = node.depth * STEP
    length = _percent(node.incidents, most)
    label = element("tspan", f"  {node.code}", class_="quiet")
    return together(
        [
            _text(str(left), top + 15, node.title, label),
            *_segments(node, left, top + 23, most),
            _text(
                length,
                top + 33,
                f"{count(node.incidents)} · {node.span}",
                dx=left + 8,
                style="value",
            ),
        ]
    )


def _segments(node: Node, left: int, top: int, most: int) -> Iterator[Markup]:
    """The bar in parts, one for each tier, laid over one another from the longest to the shortest."""
    ends = list(accumulate(tier.incidents for tier in node.tiers))
    for tier, end in reversed(list(zip(node.tiers, ends, strict=True))):
        yield _rect(str(left), top, _percent(end, most), 11, f"tier-{tier.code}")


def _column(figure: Figure, at: int, slot: int, most: int) -> Markup:
    height = (figure.numerator or 0) * HEIGHT // most if most else 0
    height = max(height, 2 if figure.numerator else 0)
    middle = _hundredths(at * slot + slot // 2)
    left, wide = _hundredths(at * slot + slot // 6), _hundredths(slot - slot // 3)
    return together(
        [
            _rect(left, ROOM + HEIGHT - height, wide, height, "main"),
            _text(middle, ROOM + HEIGHT - height - 6, count(figure.numerator), style="value mid"),
            _text(middle, HEIGHT + 2 * ROOM - 6, figure.period, style="quiet mid"),
        ]
    )


def _share(figure: Figure, top: int, dated: bool) -> Markup:
    part = min(figure.numerator or 0, figure.denominator or 0)
    label = f"{figure.title}, {figure.period}" if dated else figure.title
    said = f"{share(figure.numerator, figure.denominator)}"
    return together(
        [
            _text("0", top + 15, label),
            _rect("0", top + 23, f"{REACH}%", 11, "track"),
            _rect("0", top + 23, _percent(part, figure.denominator or 1), 11, "main"),
            _text(f"{REACH}%", top + 33, said, dx=8, style="value"),
        ]
    )


def _drawing(words: Words, height: int, rows: Sequence[Markup], style: str | None = None) -> Markup:
    names = f"{words.name}-title {words.name}-words"
    attributes = {
        "role": "img",
        "aria-labelledby": names,
        "width": "100%",
        "height": str(height),
        "style": style,
    }
    title = element("title", words.title, id=f"{words.name}-title")
    described = element("desc", words.description, id=f"{words.name}-words")
    return tagged("svg", attributes, title, described, *rows)


def _text(
    x: str, y: int, words: str, *more: Markup, dx: int | None = None, style: str | None = None
) -> Markup:
    shift = None if dx is None else str(dx)
    return element("text", words, *more, x=x, y=str(y), dx=shift, class_=style)


def _rect(x: str, y: int, width: str, height: int, style: str) -> Markup:
    return element("rect", x=x, y=str(y), width=width, height=str(height), rx="2", class_=style)


def _line(y: int) -> Markup:
    return element("line", x1="0", x2="100%", y1=str(y), y2=str(y), class_="base")


def _percent(part: int, whole: int) -> str:
    # A bar of something that is there must be seen.
    return _hundredths(max(part * REACH * 100 // whole, 40 if part else 0))


def _hundredths(number: int) -> str:
    return f"{number // 100}.{number % 100:02d}%"
