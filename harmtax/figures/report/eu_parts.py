"""The parts of the EU template, filled row for row from the figures of one filing."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from harmtax._generated.eu_template import COLUMNS, INDICATORS, LEADING, LISTS, PARTS, WORDS
from harmtax._generated.taxonomy import CATEGORIES
from harmtax.errors import BadUse
from harmtax.figures.publication import Publication
from harmtax.figures.report.breakdowns import Row
from harmtax.figures.report.eu_cells import Cell, Figures, Placed

OTHER, TOTAL = WORDS["other"], WORDS["total"]
_TITLES = {row.code: row.title for row in CATEGORIES}
Grid = list[list[str]]


class Filing(NamedTuple):
    """Whose figures these are, about what days, and the figures."""

    reporter: str
    service: str
    first: str
    last: str
    figures: Figures


def filled(publication: Publication) -> dict[str, Grid]:
    """Every part by its name, header and rows as the Commission publishes them.

    Raises BadUse where the figures are not those of one reporter, service and period.
    """
    filing = _filing(publication.table.to_pylist())
    grids = {}
    for name, (head, *rows) in PARTS.items():
        number = name.partition("_")[0]
        width = len(head)
        told = [_headed(row, head, width, filing) for row in rows]
        grids[name] = [list(head), *_FILL.get(number, _same)(number, told, filing)]
    return grids


def _filing(rows: list[Row]) -> Filing:
    whose = {}
    for name in ("reporter_id", "service_id", "period"):
        values = {row[name] for row in rows}
        if len(values) != 1:
            raise BadUse(
                f"the template is about one {name.removesuffix('_id')}, and the figures name"
                f" {len(values)}; aggregate or seal them apart"
            )
        whose[name] = values.pop()
    bare = [{**row, "reporter_id": None, "service_id": None} for row in rows]
    first, last = _days(whose["period"])
    return Filing(whose["reporter_id"] or "", whose["service_id"] or "", first, last, Figures(bare))


def _days(period: str) -> tuple[str, str]:
    """First and last day of a period."""
    year, _, part = period.partition("-")
    if not part:
        months = (1, 12)
    elif part[0] == "H":
        months = (6 * int(part[1]) - 5, 6 * int(part[1]))
    elif part[0] == "Q":
        months = (3 * int(part[1]) - 2, 3 * int(part[1]))
    else:
        months = (int(part), int(part))
    last = monthrange(int(year), months[1])[1]
    return f"{year}-{months[0]:02d}-01", f"{year}-{months[1]:02d}-{last}"


def _headed(row: tuple[str, ...], head: tuple[str, ...], width: int, filing: Filing) -> list[str]:
    """The row in full width with service and period filled in."""
    cells = [*row, *[""] * (width - len(row))]
    for at, title in enumerate(head):
        if title == "Service":
            cells[at] = filing.service
        elif title == "Reporting period":
            cells[at] = f"{filing.first}/{filing.last}"
    return cells


def _same(_: str, rows: Grid, __: Filing) -> Grid:
    return rows


def _summary(_: str, rows: Grid, filing: Filing) -> Grid:
    """Part 1. The days of publication are not in any figure and stay for the filer to fill in."""
    values = [filing.reporter, "", "", filing.first, filing.last]
    return [[*row[:-1], value] for row, value in zip(rows, values, strict=True)]


def _orders(part: str, rows: Grid, filing: Filing) -> Grid:
    """Part 3: the block of totals, and one block for each Member State."""
    at = LEADING[part] - 1
    total = [row for row in rows if row[at] == TOTAL]
    block = [row for row in rows if row[at] == WORDS["states"]]
    filled = _counts(part, total, filing)
    for state in LISTS["member_states"]:
        mine = [[*row[:at], state, *row[at + 1 :]] for row in block]
        filled += _counts(part, mine, filing, {"issuing_country": (state,)})
    return filled


def _counts(
    part: str, rows: Grid, filing: Filing, more: Mapping[str, tuple[str, ...]] | None = None
) -> Grid:
    """Parts 3 to 6: a row for each category, a column for each figure, its note in the other half."""
    keys = list(_keys(rows))
    columns = COLUMNS[part]
    described: dict[tuple[str, str], set[str]] = {}
    for at, (metric, value, where) in enumerate(columns):
        asked = (*where, *(more or {}).items())
        made = (
            _by_category(filing.figures, metric, asked, keys, described)
            if value == "count"
            else _medians(filing.figures, metric, asked, keys)
        )
        for row, key in zip(rows, keys, strict=True):
            cell = made.get(key, Cell(None))
            row[LEADING[part] + at] = cell.value or ""
            row[LEADING[part] + len(columns) + at] = cell.note
    for row, key in zip(rows, keys, strict=True):
        if key[1] == OTHER:
            row[4] = _description(key, described.get(key, set()))
    return rows


def _keys(rows: Grid) -> Iterator[tuple[str, str]]:
    """Category and keyword of each row; a keyword belongs to the category above it."""
    category = ""
    for row in rows:
        code = row[3]
        if not code.startswith("KEYWORD_"):
            category = code
            yield code, ""
        else:
            yield category, code


def _by_category(
    figures: Figures,
    metric: str,
    where: Any,
    keys: list[tuple[str, str]],
    described: dict[tuple[str, str], set[str]],
) -> dict[tuple[str, str], Cell]:
    """The counts of a column. Without figures by category only the total is known."""
    total = figures.cell(metric, "count", where)
    spread = figures.spread(metric, where)
    if spread is None:
        return {(TOTAL, ""): total}
    counts = dict.fromkeys(keys, 0)
    notes: dict[tuple[str, str], set[str]] = {}
    for placed in spread:
        if placed.amount:
            key = _row_of(placed, counts)
            for each in (key, (key[0], "")) if key[1] else (key,):
                counts[each] += placed.amount
            described.setdefault(key, set()).add(placed.ours)
            notes.setdefault(key, set()).update(placed.unsplit)
    counts[TOTAL, ""] = int(total.value or 0)
    cells = {
        key: Cell(str(count), _unsplit(notes.get(key, set()))) for key, count in counts.items()
    }
    left = counts[TOTAL, ""] - sum(c for (k, word), c in counts.items() if not word and k != TOTAL)
    if left:
        ours = ", ".join(sorted(described.get((TOTAL, ""), ()))) or "none told"
        note = f"in no category of this part (ours: {ours}): {left}"
        cells[TOTAL, ""] = Cell(str(counts[TOTAL, ""]), note)
    return cells


def _row_of(placed: Placed, counts: Mapping[tuple[str, str], int]) -> tuple[str, str]:
    """The most precise row of this part; what fits no keyword goes to the other sub-category."""
    _, category, keyword = [*(placed.theirs or "").split("/"), "", ""][:3]
    if category.startswith(WORDS["unspecified"]):
        # Notices and orders without a category have rows of their own.
        category = next((c for c, _ in counts if c.startswith(WORDS["unspecified"])), category)
    for key in ((category, keyword), (category, OTHER), (category, "")):
        if key in counts and (key[1] or (category, OTHER) not in counts):
            return key
    return TOTAL, ""


def _unsplit(names: set[str]) -> str:
    return f"not told apart by {', '.join(sorted(names))}" if names else ""


def _medians(
    figures: Figures, metric: str, where: Any, keys: list[tuple[str, str]]
) -> dict[tuple[str, str], Cell]:
    """Medians of several categories cannot be put together, so only the total has one."""
    return {(TOTAL, ""): figures.cell(metric, "hours", where)}


def _description(key: tuple[str, str], ours: set[str]) -> str:
    """What the other sub-category holds; no two descriptions are the same."""
    name = key[0].removeprefix("STATEMENT_CATEGORY_").replace("_", " ").casefold()
    titles = ", ".join(_TITLES[code] for code in sorted(ours)) or "nothing reported"
    return f"{name}: {titles}"


def _long(part: str, rows: Grid, filing: Filing) -> Grid:
    """Parts 7 and 8: a row for each indicator and scope, each language with a row of its own."""
    cells, made, seen = INDICATORS[part], [], set()
    for row in rows:
        indicator, scope = row[4].strip(), row[5].strip()
        languages = scope in LISTS["languages"]
        for name in LISTS["official_languages"] if languages else (scope,):
            key = (indicator, "language" if languages else scope)
            if (indicator, name) in seen or key not in cells:
                continue
            seen.add((indicator, name))
            metric, value, where = cells[key]
            asked = (*where, ("content_language", (name,))) if languages else where
            cell = filing.figures.cell(metric, value, asked)
            made.append([*row[:5], name if languages else row[5], cell.value or "", cell.note])
    return made


_FILL: dict[str, Callable[[str, Grid, Filing], Grid]] = {
    "1": _summary, "3": _orders, "4": _counts, "5": _counts, "6": _counts, "7": _long, "8": _long,
}  # fmt: skip
PERIOD = re.compile(r"\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}")
