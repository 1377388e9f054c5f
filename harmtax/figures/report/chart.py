"""Charts as inline SVG. Lengths across are percentages, so that text keeps its size on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from harmtax.figures.report.markup import Markup, element, tagged, together

# What the longest bar takes of the width; the rest is for the words behind it.
REACH = 60
ROW, STEP = 46, 18
HEIGHT, ROOM = 150, 24
# Of the width, in hundredths of a percent: what stays free at each end, and what the words of a spot take.
MARGIN, APART = 900, 1_800
# A dashed bar stands for a number that is not shown; its length means nothing.
DASHED = 6


class Words(NamedTuple):
    """What a chart is called and what it shows, for those who do not see it."""

    name: str
    title: str
    description: str


class Bar(NamedTuple):
    """One bar: its label, parts with their style from left to right, and the words behind it.

    `length` is None where the number is not shown; `rest` is the style of what no part covers.
    """

    label: str
    code: str
    depth: int
    length: int | None
    parts: tuple[tuple[int, str], ...]
    said: str
    rest: str = "veiled"


class Point(NamedTuple):
    """A period of a course with its place in time, its number (None: a gap) and the number in words."""

    period: str
    place: int
    value: int | None
    said: str


class Slot(NamedTuple):
    """A column: what stands below it, its height (None: not shown) and its number in words."""

    label: str
    value: int | None
    said: str


def bars(rows: Sequence[Bar], words: Words, most: int | None = None) -> Markup:
    """One bar for each row, moved in by its depth; `most` is the full length."""
    full = most or max((row.length or 0 for row in rows), default=0) or 1
    return _drawing(
        words, len(rows) * ROW, [_bar(row, at * ROW, full) for at, row in enumerate(rows)]
    )


def course(points: Sequence[Point], words: Words) -> Markup:
    """A line over time, broken where a period has no number or is absent altogether.

    Equal times are equal distances. Words that would run into the next ones are left to the table.
    """
    most = max((point.value or 0 for point in points), default=0) or 1
    first = points[0].place if points else 0
    span = points[-1].place - first if points else 0
    spots = [
        (
            MARGIN + (p.place - first) * (10_000 - 2 * MARGIN) // span if span else 5_000,
            ROOM + HEIGHT - (p.value or 0) * HEIGHT // most,
        )
        for p in points
    ]
    placed = list(zip(points, spots, strict=True))
    # An SVG line takes percentages, a path does not.
    lines = [
        _join(a, b)
        for (p, a), (q, b) in pairwise(placed)
        if p.value is not None and q.value is not None and q.place - p.place == 1
    ]
    worded = _worded([across for across, _ in spots])
    marks = [_spot(p, spot, at in worded) for at, (p, spot) in enumerate(placed)]
    return _drawing(words, HEIGHT + 2 * ROOM, [_floor(), *lines, *marks], style="fit")


def _worded(places: Sequence[int]) -> set[int]:
    """Which spots have room for their words, the newest first."""
    found: set[int] = set()
    free = 10_000
    for at in reversed(range(len(places))):
        if places[at] <= free:
            found.add(at)
            free = places[at] - APART
    return found


def columns(slots: Sequence[Slot], words: Words, line: tuple[int, str] | None = None) -> Markup:
    """One upright bar for each slot; `line` stands behind that many slots, with its words."""
    most = max((slot.value or 0 for slot in slots), default=0) or 1
    wide = 10_000 // max(len(slots), 6)
    drawn = [_column(slot, at, wide, most) for at, slot in enumerate(slots)]
    if line is not None:
        drawn.append(_upright(line[0] * wide, line[1]))
    width = None if len(slots) <= 6 else f"min-width: {len(slots) * 4}rem"
    return _drawing(words, HEIGHT + 2 * ROOM, [_floor(), *drawn], least=width)


def _bar(row: Bar, top: int, most: int) -> Markup:
    left = row.depth * STEP
    label = element("tspan", f"  {row.code}", class_="quiet") if row.code else Markup("")
    length = f"{DASHED}%" if row.length is None else _percent(row.length, most)
    said = _text(length, top + 33, row.said, dx=left + 8, style="value")
    drawn = together(_parts(row, left, top + 23, most))
    return together([_text(str(left), top + 15, row.label, label), drawn, said])


def _parts(row: Bar, left: int, top: int, most: int) -> Iterator[Markup]:
    """The parts of a bar, laid over one another from the longest to the shortest."""
    if row.length is None:
        yield _rect(str(left), top, f"{DASHED}%", 11, "veiled")
        return
    ends, end = [], 0
    for amount, style in row.parts:
        end += amount
        ends.append((end, style))
    if end < row.length:
        yield _rect(str(left), top, _percent(row.length, most), 11, row.rest)
    for end, style in reversed(ends):
        yield _rect(str(left), top, _percent(end, most), 11, style)


def _join(start: tuple[int, int], end: tuple[int, int]) -> Markup:
    return element(
        "line", x1=_hundredths(start[0]), y1=str(start[1]), x2=_hundredths(end[0]), y2=str(end[1]),
        class_="course",
    )  # fmt: skip


def _spot(point: Point, spot: tuple[int, int], worded: bool) -> Markup:
    across, down = _hundredths(spot[0]), spot[1]
    drawn = []
    if point.value is not None:
        drawn.append(element("circle", cx=across, cy=str(down), r="5", class_="main"))
    if worded:
        style, above = ("quiet mid", HEIGHT + ROOM - 8) if not drawn else ("value mid", down - 10)
        drawn.append(_text(across, above, point.said, style=style))
        drawn.append(_text(across, HEIGHT + 2 * ROOM - 6, point.period, style="quiet mid"))
    return together(drawn)


def _column(slot: Slot, at: int, wide: int, most: int) -> Markup:
    middle, height = _hundredths(at * wide + wide // 2), 14
    if slot.value is not None:
        height = max(slot.value * (HEIGHT - ROOM) // most, 2 if slot.value else 0)
    left, across = _hundredths(at * wide + wide // 6), _hundredths(wide - wide // 3)
    style, top = "veiled" if slot.value is None else "main", ROOM + HEIGHT - height
    return together(
        [
            _rect(left, top, across, height, style),
            _text(middle, top - 6, slot.said, style="value mid"),
            _text(middle, HEIGHT + 2 * ROOM - 6, slot.label, style="quiet mid"),
        ]
    )


def _upright(across: int, said: str) -> Markup:
    place = _hundredths(across)
    line = element("line", x1=place, x2=place, y1="0", y2=str(ROOM + HEIGHT), class_="limit")
    return together([line, _text(place, 12, said, dx=6, style="value")])


def _drawing(
    words: Words,
    height: int,
    rows: Sequence[Markup],
    *,
    least: str | None = None,
    style: str | None = None,
) -> Markup:
    names = f"{words.name}-title {words.name}-words"
    attributes = {
        "role": "img",
        "aria-labelledby": names,
        "width": "100%",
        "height": str(height),
        "style": least,
        "class": style,
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


def _floor() -> Markup:
    y = str(HEIGHT + ROOM)
    return element("line", x1="0", x2="100%", y1=y, y2=y, class_="base")


def _percent(part: int, whole: int) -> str:
    # A bar of something that is there must be seen.
    return _hundredths(max(part * REACH * 100 // whole, 40 if part else 0))


def _hundredths(number: int) -> str:
    return f"{number // 100}.{number % 100:02d}%"
