"""The step of a histogram that holds the median: its error bound, where the exact median is not known."""

from __future__ import annotations

import pyarrow as pa

from harmtax._generated.constraints import DIMENSION_ROWS
from harmtax._generated.metrics import METRICS
from harmtax.figures.observations import KEY
from harmtax.figures.sides import STEP

_PLACE = [name for name in KEY if name != STEP]
_STEPS = DIMENSION_ROWS[STEP].steps
_LOWER = {code: 0 if at == 0 else (_STEPS[at - 1][1] or 0) for at, (code, _) in enumerate(_STEPS)}


def is_median(metric: str) -> bool:
    """Whether a metric is the middle of durations."""
    return metric in METRICS and METRICS[metric].numerator.duration is not None


def with_intervals(table: pa.Table, *, only_histograms: bool = False) -> pa.Table:
    """The observations with the medians that their histograms tell, in whole seconds.

    A median lies above the end of the step before and not above the end of its own, which is absent
    for the open last step. Whole seconds are rounded down, so that the lower bound is the end of the
    step before. `only_histograms` leaves a median without a histogram as it is.
    """
    rows = table.select([*_PLACE, STEP, "numerator"]).to_pylist()
    wanted = {n for n, row in enumerate(rows) if is_median(row["metric_id"])}
    if not wanted:
        return table
    counts: dict[tuple[object, ...], dict[str, int]] = {}
    for n in wanted:
        if (code := rows[n][STEP]) is not None:
            counts.setdefault(_place(rows[n]), {})[code] = rows[n]["numerator"] or 0
    lower: list[int | None] = table["median_lower"].to_pylist()
    upper: list[int | None] = table["median_upper"].to_pylist()
    for n in wanted:
        if rows[n][STEP] is None and (_place(rows[n]) in counts or not only_histograms):
            lower[n], upper[n] = interval(counts.get(_place(rows[n]), {}))
    for name, found in (("median_lower", lower), ("median_upper", upper)):
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(name), pa.array(found, pa.int64()))
    return table


def interval(counts: dict[str, int]) -> tuple[int | None, int | None]:
    """The bounds of the lower of the two middle values of a histogram; absent for an empty one."""
    total, seen = sum(counts.values()), 0
    for code, upper in _STEPS:
        seen += counts.get(code, 0)
        if total and 2 * seen >= total:
            return _LOWER[code], upper
    return None, None


def _place(row: dict[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in _PLACE)
