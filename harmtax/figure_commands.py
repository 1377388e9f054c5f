"""The commands about the numbers: one short function per verb."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from harmtax import console
from harmtax.options import Json, Memory, Out, Quiet, Spill

By = Annotated[
    tuple[str, ...],
    Parameter(help="Dimensions, separated by commas; give it again for a further breakdown."),
]


def add(app: App) -> None:
    """Adds the verbs to the command line."""
    for verb in VERBS:
        app.command(verb)


def aggregate(
    datasets: Annotated[tuple[Path, ...], Parameter(help="Datasets that validate wrote.")],
    /,
    *,
    output: Out,
    period: Annotated[str, Parameter(help="month, quarter, half, year, or one such as 2026-Q1.")],
    by: By = (),
    metrics: Annotated[str, Parameter(help="Metrics, separated by commas; all if left out.")] = "",
    memory: Memory = None,
    spill: Spill = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Count and rate by chosen dimensions and period; the result is not for publication."""
    import harmtax
    from harmtax.figures.engine import DuckDB

    observations = harmtax.aggregate(
        *datasets, period=period, by=sum(breakdowns(by), ()), metrics=listed(metrics) or None,
        engine=DuckDB(memory_limit=memory, spill=spill),
    )  # fmt: skip
    with console.written_to(output) as target:
        assert target is not None
        observations.write(target)
    quiet = quiet or target != output
    console.show({"observations": observations.table.num_rows, "files": [str(output)]}, json, quiet)
    return 0


def listed(text: str) -> tuple[str, ...]:
    """The parts of a text that commas separate."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def breakdowns(by: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The breakdowns that the option --by asks for, one each time it is given."""
    return [listed(each) for each in by]


VERBS = (aggregate,)
