"""Reconciliation: a report held against the records that it claims to count, every difference explained."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from harmtax._generated.metrics import METRICS
from harmtax.figures import cells as places
from harmtax.figures import recount, statements
from harmtax.figures.absence import MISSING, Absence, absences, side, told
from harmtax.figures.cells import ADDITIVE, Cell, Question
from harmtax.figures.combination import Choice, Effect, less, solved
from harmtax.figures.engine import files
from harmtax.figures.evidence import Reading, Rows, gathered

SUPPRESSED, UNEXPLAINED = "suppressed", "unexplained"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a figure differs: a code of DifferenceCause, and `count` of the records in `ids`.

    `count` is below the number of `ids` where records are alike in every figure of the report, and above
    it where records are missing, whose ids nobody has.
    """

    cause: str
    record_type: str | None = None
    ids: tuple[str, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """A number of a report that is not made as the records make it.

    A number that is the same only because causes cancel each other out is a difference as well.
    `measure` is numerator, denominator, median_lower or median_upper; `stated` is the number of the
    report, None where it has none, `derived` that of the records.
    """

    metric_id: str
    period: str
    dimensions: Mapping[str, str]
    measure: str
    stated: int | None
    derived: int | None
    causes: tuple[Cause, ...]

    @property
    def explained(self) -> bool:
        """Whether a cause was found."""
        return all(each.cause != UNEXPLAINED for each in self.causes)


class Held(NamedTuple):
    """A report beside its records: what it states, what they give now and read as the causes say.

    `gone` says how many records of a type are there no more, `behind` who is in a hidden number.
    """

    stated: Mapping[Cell, int | None]
    derived: Mapping[Cell, int]
    proof: Mapping[Cell, int]
    rows: Mapping[str, Rows]
    gone: Mapping[str, int]
    behind: Mapping[Cell, Mapping[str, Sequence[str]]]


def reconcile(report: Path, *records: Path) -> list[Difference]:
    """Every number of a report that the records do not give, with its causes and the records behind them.

    `report` is a submission, observations, a publication, or a table of them as Parquet or CSV;
    `records` are datasets. With a submission that holds its records each is compared with its present
    form. Else the causes are looked for where there is evidence: rows that came after the report (files
    whose digest it does not name, or rows beyond those it counted), earlier revisions, rows that stand
    several times, times near midnight UTC at the edge of a period; what is still left may be records that
    the report counted and that are there no more, told by their number. A cause is given only if the causes
    together make up the difference in every figure, in one way alone, and counting the records once
    more in this way gives the report. A hidden number is told as suppressed, with
    the records that are in it.

    Raises Unreadable for a report or dataset that cannot be read, BadUse for a submission that does not
    verify.
    """
    statement = statements.read(report)
    stated = places.cells(statement.table)
    asked = places.question(stated, statement.published)
    rows = gathered(files(records), statement)
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        derived = recount.counted(room / "now", recount.tables(rows, {}), asked)
        differing = _differing(stated, derived, asked)
        hidden = [cell for cell in differing if _hidden(stated, cell)]
        counts = [*dict.fromkeys(map(_counts, hidden))]
        behind = recount.behind(room / "hidden", rows, counts) if hidden else {}
        held = Held(stated, derived, derived, rows, {}, behind)
        readings = [each for kind in rows.values() for each in kind.readings]
        evident = len(readings)
        readings += [each for kind in rows.values() for each in kind.last]
        same = not any(_delta(stated, derived, cell) for cell in differing)
        if same and not any(each.sure for each in readings):
            return list(_told(differing, held, {}, [], []))
        effects = [
            {cell: n for cell, n in each.items() if not _hidden(stated, cell)}
            for each in recount.effects(room / "apart", rows, readings, asked)
        ]
        exact = [{c: n for c, n in each.items() if not asked.is_rounded(c)} for each in effects]
        summed = [c for c in differing if c.measure in ADDITIVE and not asked.is_rounded(c)]
        wanted = {c: n for c in summed if (n := _delta(stated, derived, c))}
        choices, absent = _solved(wanted, rows, readings, exact, evident)
        choices += [Choice(at, (at,)) for each in absent.values() for at in each.late]
        chosen = {choice.reading: readings[choice.reading] for choice in choices}
        proof = recount.counted(room / "then", recount.tables(rows, chosen), asked)
    held = held._replace(proof=proof, gone={name: each.gone for name, each in absent.items()})
    by_choice = {choice.reading: effects[choice.reading] for choice in choices}
    # Causes that cancel each other out leave a number as it is, and are causes all the same.
    differing = places.shown([*{*differing, *(c for each in by_choice.values() for c in each)}])
    return list(_told(differing, held, by_choice, choices, readings))


def _solved(
    wanted: Effect,
    rows: Mapping[str, Rows],
    readings: Sequence[Reading],
    effects: Sequence[Effect],
    evident: int,
) -> tuple[list[Choice], dict[str, Absence]]:
    """The readings that a report followed, and what it counted that is not there any more."""
    gaps = {name: kind.gap for name, kind in rows.items() if kind.gap is not None}
    sure = [at for at in range(evident) if readings[at].sure and effects[at]]
    left = less(wanted, [effects[at] for at in sure])
    # That records are gone by number is known; that a clock was another one is not.
    known = absences(left, {}, effects, {name: gap for name, gap in gaps.items() if gap})
    if known and not _unmet(left, known):
        return [Choice(at, (at,)) for at in sure], known
    choices = solved(wanted, readings[:evident], effects[:evident])
    left = less(wanted, [effects[choice.reading] for choice in choices])
    last: dict[str, list[int]] = {}
    for at in range(evident, len(readings)):
        last.setdefault(readings[at].record, []).append(at)
    return choices, absences(left, last, effects, gaps) if left else {}


def _unmet(left: Effect, known: Mapping[str, Absence]) -> bool:
    """Whether numbers of other record types differ as well."""
    counted = {s.record for cell in left if (s := side(cell)) is not None}
    return not counted <= known.keys()


# --- differences --------------------------------------------------------------------------------------


def _hidden(stated: Mapping[Cell, int | None], cell: Cell) -> bool:
    return cell in stated and stated[cell] is None


def _counts(cell: Cell) -> Cell:
    """The number of the records that a number is made of: of a median, that of its durations."""
    return cell if cell.measure in ADDITIVE else cell._replace(measure=ADDITIVE[0])


def _delta(stated: Mapping[Cell, int | None], derived: Mapping[Cell, int], cell: Cell) -> int:
    """How much more the report states; a hidden number states nothing."""
    if _hidden(stated, cell):
        return 0
    return (stated.get(cell) or 0) - derived.get(cell, 0)


def _differing(
    stated: Mapping[Cell, int | None], derived: Mapping[Cell, int], asked: Question
) -> list[Cell]:
    every = {cell for cell in {*stated, *derived} if asked.asks(cell)}
    found = [
        c for c in every if _delta(stated, derived, c) or (_hidden(stated, c) and c in derived)
    ]
    return places.shown(found)


def _told(
    differing: Sequence[Cell],
    held: Held,
    effects: Mapping[int, Effect],
    choices: Sequence[Choice],
    readings: Sequence[Reading],
) -> Iterator[Difference]:
    acting: dict[Cell, list[Choice]] = {}
    for choice in choices:
        for cell in effects[choice.reading]:
            acting.setdefault(cell, []).append(choice)
    for cell in differing:
        if _hidden(held.stated, cell):
            causes: tuple[Cause, ...] = tuple(_suppressed(held.behind.get(_counts(cell), {})))
        else:
            causes = tuple(_causes(_on(cell, acting), readings))
            left = _delta(held.stated, held.proof, cell)
            missing = _missing(cell, left, held.gone) if left else None
            causes += (missing,) if missing else ()
            if not causes or (left and not missing) or not _is_countable(cell, held.rows):
                causes = (Cause(UNEXPLAINED),)
                if not _delta(held.stated, held.derived, cell):
                    # Causes that do not come out explain nothing, and here there is nothing to explain.
                    continue
        yield Difference(
            cell.metric, cell.period, dict(cell.place), cell.measure, held.stated.get(cell),
            held.derived.get(cell), causes,
        )  # fmt: skip


def _suppressed(behind: Mapping[str, Sequence[str]]) -> Iterator[Cause]:
    """The records of a hidden number by their type."""
    if not behind:
        yield Cause(SUPPRESSED)
    for record, ids in behind.items():
        yield Cause(SUPPRESSED, record, tuple(ids), len(ids))


def _missing(cell: Cell, left: int, gone: Mapping[str, int]) -> Cause | None:
    """The records that nobody has any more, where they make up the rest of a number."""
    counted = side(cell)
    if counted is None or cell.measure not in ADDITIVE:
        return None
    many = told(cell, left, gone.get(counted.record, 0))
    return Cause(MISSING, counted.record, (), many) if many else None


def _is_countable(cell: Cell, rows: Mapping[str, Rows]) -> bool:
    """Whether the given records are of the type that the metric counts."""
    return cell.metric in METRICS and METRICS[cell.metric].numerator.record in rows


def _on(cell: Cell, acting: Mapping[Cell, Sequence[Choice]]) -> Sequence[Choice]:
    """What changes a number; a median also changes with a part of what it is made from."""
    if cell.measure in ADDITIVE:
        return acting.get(cell, ())
    here, subject = set(cell.place), (cell.metric, cell.period)
    parts = [c for c in acting if c[:2] == subject and here <= set(c.place)]
    return list(dict.fromkeys(choice for each in parts for choice in acting[each]))


def _causes(acting: Sequence[Choice], readings: Sequence[Reading]) -> Iterator[Cause]:
    found: dict[tuple[str, str], list[Choice]] = {}
    for choice in acting:
        reading = readings[choice.reading]
        found.setdefault((reading.cause, reading.record), []).append(choice)
    for (cause, record), choices in sorted(found.items()):
        ids = {readings[at].id for choice in choices for at in choice.among}
        yield Cause(cause, record, tuple(sorted(ids)), len(choices))


def facts(difference: Difference) -> dict[str, Any]:
    """A difference as JSON types."""
    return {
        "metric_id": difference.metric_id,
        "period": difference.period,
        "dimensions": dict(difference.dimensions),
        "measure": difference.measure,
        "stated": difference.stated,
        "derived": difference.derived,
        "explained": difference.explained,
        "causes": [
            {"cause": c.cause, "record_type": c.record_type, "count": c.count, "ids": list(c.ids)}
            for c in difference.causes
        ],
    }


def not_given(differences: Sequence[Difference], *records: Path) -> list[str]:
    """The record types that a report counts and of which the datasets hold no file."""
    held = files(records)
    counted = {METRICS[each.metric_id].numerator.record for each in differences
               if each.derived is None and each.metric_id in METRICS}  # fmt: skip
    return sorted(counted - held.keys())


# So many ids are told to a person at once; `facts` holds all of them.
_TOLD = 20


def lines(difference: Difference) -> Iterator[str]:
    """A difference for a person to read."""
    where = (
        ", ".join(f"{name} {code}" for name, code in difference.dimensions.items()) or "in total"
    )
    stated = "hidden" if difference.stated is None else difference.stated
    derived = "nothing" if difference.derived is None else difference.derived
    yield (
        f"{difference.metric_id} {difference.period}, {where}, {difference.measure}:"
        f" the report says {stated}, the records say {derived}"
    )
    for each in difference.causes:
        of = f" of these {len(each.ids)}" if each.count < len(each.ids) else ""
        more = f" and {len(each.ids) - _TOLD} more" if len(each.ids) > _TOLD else ""
        ids = f": {', '.join(each.ids[:_TOLD])}{more}" if each.ids else ""
        counted = f" {each.count}{of} {each.record_type}" if each.record_type else ""
        yield f"    {each.cause}{counted}{ids}"
