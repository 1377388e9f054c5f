"""Charts as inline SVG that fit a phone: lengths across are percentages, words keep their size and wrap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from harmtax.figures.report.lines import wrapped
from harmtax.figures.report.markup import Markup, element, tagged, together

# What the longest bar takes of the width; the rest is for the words behind it.
REACH = 60
ROW, STEP, LINE = 46, 18, 18
# A step of durations: its row, and what its name takes on the left.
LADDER, NAME = 28, 56
# Narrow letters that fit beside each other on a phone, and how many of them a step to the right takes.
LETTERS, INDENT = 44, 3
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
    """A step: its name, its length (None: not shown) and its number in words."""

    label: str
    value: int | None
    said: str


def bars(rows: Sequence[Bar], words: Words, most: int | None = None) -> Markup:
    """One bar for each row, moved in by its depth; `most` is the full length."""
    full = most or max((row.length or 0 for row in rows), default=0) or 1
    named = [wrapped(f"{r.label}  {r.code}".rstrip(), LETTERS - INDENT * r.depth) for r in rows]
    tops = [0, *accumulate(ROW + LINE * (len(lines) - 1) for lines in named)]
    drawn = [_bar(*each, full) for each in zip(rows, named, tops, strict=False)]
    return _drawing(words, tops[-1], drawn)


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
    return _drawing(words, HEIGHT + 2 * ROOM, [_floor(), *lines, *marks])


def _worded(places: Sequence[int]) -> set[int]:
    """Which spots have room for their words, the newest first."""
    found: set[int] = set()
    free = 10_000
    for at in reversed(range(len(places))):
        if places[at] <= free:
            found.add(at)
            free = places[at] - APART
    return found


def ladder(slots: Sequence[Slot], words: Words, line: tuple[int, str] | None = None) -> Markup:
    """One bar for each step, one below the other; `line` lies behind that many steps, with its words."""
    most = max((slot.value or 0 for slot in slots), default=0) or 1
    before, said = line or (len(slots), "")
    drawn = [_rung(slot, (at + (at >= before)) * LADDER, most) for at, slot in enumerate(slots)]
    if line is not None:
        drawn.append(_limit(before * LADDER, said))
    return _drawing(words, (len(slots) + (line is not None)) * LADDER, drawn)


def _bar(row: Bar, lines: Sequence[str], top: int, most: int) -> Markup:
    left, below = row.depth * STEP, top + LINE * (len(lines) - 1)
    named = [_label(row, line, left, top + 15 + LINE * at) for at, line in enumerate(lines)]
    length = f"{DASHED}%" if row.length is None else _percent(row.length, most)
    said = _text(length, below + 33, row.said, dx=left + 8, style="value")
    return together([*named, *_parts(row, left, below + 23, most), said])


def _label(row: Bar, line: str, left: int, down: int) -> Markup:
    """A line of a label; the code at its end is quiet."""
    if row.code and line.endswith(row.code):
        code = element("tspan", row.code, class_="quiet")
        return _text(str(left), down, line.removesuffix(row.code), code)
    return _text(str(left), down, line)


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


def _rung(slot: Slot, top: int, most: int) -> Markup:
    length = f"{DASHED}%" if slot.value is None else _percent(slot.value, most)
    style = "veiled" if slot.value is None else "main"
    return together(
        [
            _text("0", top + 18, slot.label, style="quiet"),
            _rect(str(NAME), top + 7, length, 14, style),
            _text(length, top + 18, slot.said, dx=NAME + 8, style="value"),
        ]
    )


def _limit(top: int, said: str) -> Markup:
    down = str(top + LADDER // 2 + 8)
    line = element("line", x1="0", x2="100%", y1=down, y2=down, class_="limit")
    return together([line, _text(str(NAME), top + LADDER // 2 + 1, said, style="value")])


def _drawing(
    words: Words,
    height: int,
    rows: Sequence[Markup],
) -> Markup:
    names = f"{words.name}-title {words.name}-words"
    attributes = {
        "role": "img",
        "aria-labelledby": names,
        "width": "100%",
        "height": str(height),
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
