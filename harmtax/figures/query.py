"""The SQL text of the metrics: made from their table alone, in words that DuckDB and Spark share.

Every side of a metric becomes a relation `told`: period, dimensions, amount. The rows of both sides are
put one below the other and grouped, which joins them one to one and takes absent dimensions as equal.
Sums are of whole numbers; a median is a value that occurs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from harmtax._generated.constraints import RECORDS, VERSION
from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CLOSURE, TIERS
from harmtax.figures import levels as room
from harmtax.figures.exposures import ALL_DAYS, KIND, PART, SHAPE, touched
from harmtax.figures.levels import Level
from harmtax.figures.sides import STEP, SUBJECT, TIER, TIER_OF, day, dim, key, latest, named
from harmtax.figures.tellings import LEAST, MOST, Telling, several, tellings
from harmtax.shapes import MetricRow, Quantity
from harmtax.standard.condition import quoted

TOP, BOTTOM = "numerator", "denominator"
NUMBERS = (TOP, BOTTOM, "numerator_lower", "numerator_upper", "median_lower", "median_upper")


class Plan:
    """What is asked: the metrics with their levels, the grain, the record types that are there.

    `exact` asks for medians; without it only their histograms are told.
    """

    def __init__(
        self, metrics: Sequence[MetricRow], breakdowns: Sequence[Sequence[str]], grain: str,
        held: Set[str], exact: bool = True,
    ) -> None:  # fmt: skip
        self.metrics, self.grain, self.held, self.exact = metrics, grain, held, exact
        self.levels = {m.id: room.fitting(breakdowns, m.numerator.dimensions) for m in metrics}
        self.by = room.all_of(level for found in self.levels.values() for level in found)


def text(plan: Plan) -> str:
    """One SELECT with metric_id, period, the asked dimensions and the step, the numbers and status.

    Of record types that the datasets hold a count of nothing is zero, of the others it is absent.
    """
    parts = dict(_tables()) | _records(plan)
    told: dict[Quantity, Telling] = {}
    for telling in tellings(_asked(plan), plan.by, plan.grain, plan.exact):
        parts |= telling.relations
        told |= dict.fromkeys(telling.sides, telling)
    spread = {
        n for side in told for n in plan.by if n in side.dimensions and room.is_spread(side, n)
    }
    parts = room.relations(n for n in plan.by if n in spread) | parts
    listed = ",\n".join(f"{name} AS ({body})" for name, body in parts.items())
    answers = "\nUNION ALL\n".join(part for m in plan.metrics for part in _metric(m, plan, told))
    return f"WITH {listed}\n{answers}"


def sides(metric: MetricRow) -> Iterator[tuple[str, Quantity]]:
    """The numerator and, where there is one, the denominator, each under its name."""
    yield TOP, metric.numerator
    if metric.denominator is not None:
        yield BOTTOM, metric.denominator


def zero(side: Quantity) -> bool:
    """Whether nothing found means none: of records themselves, and of a field that each of them has."""
    if side.sum is None:
        return True
    field = next(field for field in RECORDS[side.record].fields if field.name == side.sum)
    return field.required and key(side.record).span is None


def apart(metric: MetricRow) -> bool:
    """Whether each reporter states both sides for itself, so that one of them may be missing."""
    if metric.denominator is None:
        return False
    same = metric.denominator.record == metric.numerator.record
    return not same or not all(zero(side) for _, side in sides(metric))


def _tables() -> Iterator[tuple[str, str]]:
    tiers = [(*pair, tier) for pair, (tier, _) in TIERS.items()]
    yield "tiers", room.values(tiers, (*TIER_OF, TIER))
    yield "closure", room.values(CLOSURE, ("part", "code"))


def _records(plan: Plan) -> dict[str, str]:
    """The latest records of each type, and the periods that they lie in.

    Both are read for all metrics of the standard, so that leaving one out changes no other.
    """
    used: dict[str, list[Quantity]] = {}
    for metric in (*METRICS.values(), *plan.metrics):
        for _, side in sides(metric):
            used.setdefault(side.record, []).append(side)
    parts: dict[str, str] = {}
    found = []
    for record in sorted(used.keys() & plan.held):
        parts |= dict(latest(record, used[record], set(plan.by)))
        if key(record).span:
            found.append(touched(record, plan.grain))
        for each in sorted({day(side) for side in used[record]}):
            # Few days stand behind many records, and a name is dear to make.
            found.append(
                f"SELECT {named('day', plan.grain)} AS period FROM"
                f" (SELECT DISTINCT {each} AS day FROM latest_{record} AS r) AS days"
            )
    union = " UNION ".join(found or ["SELECT CAST(NULL AS STRING) AS period"])
    # With WHERE in place of HAVING DuckDB would make and test the name for every record.
    parts["periods"] = (
        f"SELECT period FROM ({union}) AS found GROUP BY period HAVING COUNT(period) > 0"
    )
    return parts


def _asked(plan: Plan) -> dict[Quantity, tuple[tuple[Level, ...], bool]]:
    """Each side that can be told, with its levels and whether it is told by subject."""
    asked: dict[Quantity, tuple[tuple[Level, ...], bool]] = {}
    for metric in plan.metrics:
        for _, side in sides(metric):
            if side.record in plan.held:
                levels, by_subject = asked.get(side, ((), False))
                fitting = [x for x in plan.levels[metric.id] if set(x) <= set(side.dimensions)]
                every = dict.fromkeys((*levels, *fitting))
                asked[side] = (tuple(every), by_subject or apart(metric))
    return asked


def _metric(metric: MetricRow, plan: Plan, told: dict[Quantity, Telling]) -> Iterator[str]:
    there = [(name, side) for name, side in sides(metric) if side in told]
    rows = [_rows(metric, name, side, plan, told[side]) for name, side in there]
    if not rows:
        return
    dims = [dim(name) for name in plan.by]
    source = " UNION ALL ".join(rows)
    if apart(metric):
        source = _by_subject(metric, source, ["period", *dims])
    nothing = [_nothing(name, plan) for name, side in there if zero(side)]
    source = " UNION ALL ".join([source, *nothing])
    bottom = metric.denominator
    lacks = [f"{dim(n)} IS NULL" for n in plan.by if bottom and n not in bottom.dimensions]
    sums = [
        f"CAST(SUM({name}) AS BIGINT) AS {name}"
        for name in (TOP, BOTTOM, "lower", "upper", "figures")
    ]
    grouped = ", ".join(["period", *dims])
    inner = (
        f"SELECT {grouped}, {', '.join(sums)}, MAX(median) AS median, MAX(lacks) AS lacks,"
        f" MAX(partly) AS partly FROM ({source}) AS told GROUP BY {grouped}"
    )
    zeros = {name: side in told and zero(side) for name, side in sides(metric)}
    yield _answer(metric, plan, inner, zeros, lacks)
    if metric.numerator.duration and metric.numerator in told:
        yield _histogram(metric, plan, told[metric.numerator])


def _rows(metric: MetricRow, name: str, side: Quantity, plan: Plan, telling: Telling) -> str:
    """The rows of one side at the levels of the metric."""
    amounts = ", ".join(
        f"CAST({telling.columns[side] if each == name else 'NULL'} AS BIGINT) AS {each}"
        for each in (TOP, BOTTOM)
    )
    subject = ", ".join(
        f"CAST({c if telling.by_subject else 'NULL'} AS STRING) AS {c}" for c in SUBJECT
    )
    wanted = [x for x in plan.levels[metric.id] if set(x) <= set(side.dimensions)]
    # What crosses a period has no amount, and is told all the same.
    where = [] if telling.exposed else [f"{telling.columns[side]} IS NOT NULL"]
    if len(wanted) < len(telling.levels):
        where.append(f"({' OR '.join(_at(level, plan.by) for level in wanted)})")
    facts = telling.facts(side, top=name == TOP)
    facts += f", {telling.coverage}{_there(metric, name)}" if apart(metric) else ""
    return (
        f"SELECT period{_dims(plan)}, {subject}, {amounts}, {facts}"
        f" FROM {telling.name}{' WHERE ' + ' AND '.join(where) if where else ''}"
    )


def _there(metric: MetricRow, here: str) -> str:
    """Which kinds of figure are there on the side `here`; absent on the other."""
    return "".join(
        f", CAST({f'{KIND}_{at}' if name == here else 'NULL'} AS BIGINT) AS {name}_{at}"
        for name, side in sides(metric)
        for at, _ in enumerate(several(side))
    )


def _short(metric: MetricRow, name: str) -> str:
    """Whether a side that adds up several kinds of figure lacks one of them."""
    side = dict(sides(metric))[name]
    there = [f"COALESCE({name}_{at}, 0)" for at, _ in enumerate(several(side))]
    if not there:
        return "FALSE"
    return f"({name} IS NOT NULL AND {' + '.join(there)} < {len(there)})"


def _dims(plan: Plan) -> str:
    return "".join(f", {dim(name)}" for name in plan.by)


def _at(level: Level, by: Level) -> str:
    tests = [f"{dim(n)} IS {'NOT ' if n in level else ''}NULL" for n in by]
    return f"({' AND '.join(tests)})" if tests else "TRUE"


def _by_subject(metric: MetricRow, rows: str, grouped: Sequence[str]) -> str:
    """Each subject's two numbers side by side, so that it shows who states only one of them.

    It also shows whose two numbers are about other parts or other days.
    """
    by = ", ".join([*grouped, *SUBJECT])
    torn, uneven = _torn(metric), _uneven(metric)
    sums = {name: name for name in (TOP, BOTTOM, "lower", "upper")}
    sums |= {"tops": f"CASE WHEN {TOP} IS NOT NULL THEN figures END"}
    sums |= {"bottoms": f"CASE WHEN {BOTTOM} IS NOT NULL THEN figures END"}
    spans = f"MIN({LEAST}) AS {LEAST}, MAX({MOST}) AS {MOST}, MAX({ALL_DAYS}) AS {ALL_DAYS}"
    every = [f"{n}_{at}" for n, side in sides(metric) for at, _ in enumerate(several(side))]
    spans += "".join(f", MAX({each}) AS {each}" for each in every)
    parts = (
        f"SELECT {by}, {SHAPE}, {_added(sums)}, {spans}, MAX(partly) AS partly FROM ({rows}) AS told"
        f" GROUP BY {by}, {PART}, {SHAPE}"
    )
    inner = (
        f"SELECT {by}, {_added({name: name for name in sums})}, {spans}, MAX(partly) AS partly,"
        f" MIN({SHAPE}) AS first_shape, MAX({SHAPE}) AS last_shape,"
        f" {', '.join(f'MAX({test}) AS {name}' for name, test in torn.items())}"
        f" FROM ({parts}) AS parts GROUP BY {by}"
    )
    alike = "first_shape = last_shape"
    return (
        f"SELECT {by}, {TOP}, {BOTTOM},"
        f" CASE WHEN {TOP} IS NOT NULL AND ({BOTTOM} IS NULL OR ({alike} AND bare = 1)"
        f" OR {_short(metric, BOTTOM)}) THEN 1 ELSE 0 END AS lacks,"
        f" CASE WHEN partly = 1 OR ({TOP} IS NULL AND {BOTTOM} IS NOT NULL) OR {uneven}"
        f" OR {_short(metric, TOP)}"
        " THEN 1 ELSE 0 END AS partly, lower, upper, CAST(NULL AS BIGINT) AS median,"
        " CASE WHEN bottoms > tops OR tops IS NULL THEN bottoms ELSE tops END AS figures"
        f" FROM ({inner}) AS subjects"
    )


def _added(sums: Mapping[str, str]) -> str:
    return ", ".join(f"CAST(SUM({each}) AS BIGINT) AS {name}" for name, each in sums.items())


def _torn(metric: MetricRow) -> dict[str, str]:
    """Of a part: whether it has a numerator alone, and whether its two numbers do not fit each other."""
    if not all(key(side.record).span for _, side in sides(metric)):
        return {"bare": "0", "torn": "0"}
    bare = f"{TOP} IS NOT NULL AND ({BOTTOM} IS NULL OR {_short(metric, BOTTOM)})"
    other = f"{TOP} IS NULL AND {BOTTOM} IS NOT NULL"
    return {
        "bare": f"CASE WHEN {bare} THEN 1 ELSE 0 END",
        "torn": f"CASE WHEN ({bare}) OR ({other}) OR {LEAST} <> {MOST} OR {_short(metric, TOP)}"
        " THEN 1 ELSE 0 END",
    }


def _uneven(metric: MetricRow) -> str:
    """Whether the days behind two numbers differ: part by part, or where the parts differ, all of them.

    What is stated for a span of days is held against records for the whole period.
    """
    spans = [bool(key(side.record).span) for _, side in sides(metric)]
    if all(spans):
        return (
            "(first_shape = last_shape AND torn = 1)"
            f" OR (first_shape <> last_shape AND {LEAST} <> {MOST})"
        )
    return f"{LEAST} <> {ALL_DAYS} OR {MOST} <> {ALL_DAYS}" if any(spans) else "FALSE"


def _nothing(name: str, plan: Plan) -> str:
    """A zero for the total of every period."""
    dims = "".join(f", CAST(NULL AS STRING) AS {dim(n)}" for n in plan.by)
    subject = ", ".join(f"CAST(NULL AS STRING) AS {c}" for c in SUBJECT)
    amounts = ", ".join(
        f"CAST({'0' if each == name else 'NULL'} AS BIGINT) AS {each}" for each in (TOP, BOTTOM)
    )
    return f"SELECT period{dims}, {subject}, {amounts}, {Telling.NONE} FROM periods"


def _answer(
    metric: MetricRow, plan: Plan, inner: str, zeros: dict[str, bool], lacks: Sequence[str]
) -> str:
    """The numbers of a metric with their status."""
    none = "CAST(0 AS BIGINT)"
    top = f"COALESCE({TOP}, {none})" if zeros[TOP] else TOP
    # A side that lacks a dimension has no number for the parts, which is not the same as zero.
    whole = " AND ".join(lacks) or "TRUE"
    bottom = (
        f"COALESCE({BOTTOM}, CASE WHEN {whole} THEN {none} END)" if zeros.get(BOTTOM) else BOTTOM
    )
    lone = not metric.mergeable and metric.numerator.sum is not None
    stated = {
        TOP: top, BOTTOM: bottom, "numerator_lower": "lower", "numerator_upper": "upper",
        "median_lower": "median", "median_upper": "median",
    }  # fmt: skip
    numbers = [
        f"CASE WHEN figures <= 1 THEN {e} END AS {n}"
        if lone and n in NUMBERS[:4]
        else f"{e} AS {n}"
        for n, e in stated.items()
    ]
    return (
        f"SELECT {_whose(metric)}, period{_names(plan)},"
        f" CAST(NULL AS STRING) AS {STEP}, {', '.join(numbers)},"
        f" {_status(metric, top, bottom, lone)} AS status FROM ({inner}) AS told"
    )


def _whose(metric: MetricRow) -> str:
    return f"{quoted(VERSION)} AS harmtax_version, {quoted(metric.id)} AS metric_id"


def _names(plan: Plan) -> str:
    return "".join(f', {dim(name)} AS "{name}"' for name in plan.by)


def _status(metric: MetricRow, top: str, bottom: str, lone: bool) -> str:
    cases = ["WHEN figures > 1 THEN 'not_comparable'"] if lone else []
    if metric.denominator is not None:
        cases.append(f"WHEN {bottom} IS NULL THEN 'missing_denominator'")
    cases.append(f"WHEN {top} IS NULL THEN 'not_applicable'")
    if metric.denominator is not None:
        cases.append("WHEN lacks = 1 THEN 'missing_denominator'")
    cases.append("WHEN partly = 1 THEN 'partly_covered'")
    if metric.denominator is not None:
        cases.append(f"WHEN {bottom} = 0 THEN 'not_applicable'")
    if metric.numerator.duration:
        cases.append(f"WHEN {top} = 0 THEN 'not_applicable'")
    return f"CASE {' '.join(cases)} ELSE 'normal' END"


def _histogram(metric: MetricRow, plan: Plan, telling: Telling) -> str:
    """How many durations fall into each step, at every level of the metric."""
    order = ", ".join(
        f"CAST(amount AS BIGINT) AS {TOP}" if n == TOP else f"CAST(NULL AS BIGINT) AS {n}"
        for n in NUMBERS
    )
    return (
        f"SELECT {_whose(metric)}, period{_names(plan)}, {STEP}, {order},"
        f" 'normal' AS status FROM {telling.name}_steps"
    )
