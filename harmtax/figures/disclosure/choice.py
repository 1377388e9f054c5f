"""The choice of a plan: from observations to a publication, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from harmtax.errors import BadUse, Disclosive
from harmtax.figures.disclosure import programme
from harmtax.figures.disclosure.attempt import REPORTER, Attempt, attempt, finest, longest
from harmtax.figures.disclosure.cells import Cell
from harmtax.figures.disclosure.claims import criterion
from harmtax.figures.disclosure.corrections import small_changes, versions
from harmtax.figures.disclosure.evidence import Evidence
from harmtax.figures.disclosure.knowledge import Circle
from harmtax.figures.disclosure.marking import marked
from harmtax.figures.disclosure.plan import Plan, from_fine_to_coarse
from harmtax.figures.disclosure.provenance import FEW, provenance
from harmtax.figures.disclosure.releases import Release, linked, promises, read
from harmtax.figures.disclosure.rows import PARTLY, Row, apart, rows, values
from harmtax.figures.disclosure.verdict import prove
from harmtax.figures.metrics import Observations
from harmtax.figures.policy import Policy
from harmtax.figures.publication import STATUTORY, Publication

# The number of reporters is told from here on.
NAMED = 3


def protected(
    observations: Observations, policy: Policy, prior: Sequence[Path], filings: Sequence[Path]
) -> Publication:
    """As `harmtax.figures.protection.protect`, for which the solver is there."""
    listed = rows(observations.table)
    truth = values(listed)
    earlier = [*read(prior), *read(filings, STATUTORY)]
    for period in sorted({cell.period for cell in truth}):
        promises(policy, linked(earlier, period))
    alone = apart(observations.table, listed)
    # A plan that changes for a period already begun would be taken apart by subtraction.
    plans = _plans(truth, policy, earlier)
    corrected = _corrections(truth, plans[0], earlier, policy, alone)
    try:
        chosen = _chosen(truth, plans, policy, earlier, alone)
    except BadUse as error:
        if PARTLY not in observations.table["status"].to_pylist():
            raise
        raise BadUse(
            f"{error}; some numbers are partly covered: where reporters file periods of different length,"
            " publish these apart"
        ) from None
    plan, attempts, tries = chosen
    evidence = _joined(each.evidence for each in attempts)
    about = _about(observations, policy, plan, attempts, evidence, earlier, listed)
    about |= {"tries": tries, "corrections": corrected}
    hidden = {cell for each in attempts for cell in each.hidden}
    table = marked(observations.table, listed, plan, hidden, policy)
    publication = Publication(table, policy, MappingProxyType(about), evidence=evidence)
    if left := prove(publication, evidence, earlier):
        raise Disclosive(_words("the proof does not hold for", left, plan))
    return publication


def _chosen(
    truth: Mapping[Cell, int],
    plans: Sequence[Plan],
    policy: Policy,
    earlier: Sequence[Release],
    alone: frozenset[Cell],
) -> tuple[Plan, list[Attempt], list[dict[str, Any]]]:
    """The first plan that hides no more than the policy allows, or the last that can be proven.

    Where the small numbers alone are more than that, a plan is tried only if no later one can be proven.
    """
    tries: list[dict[str, Any]] = []
    good: list[tuple[Plan, list[Attempt], int]] = []
    failed: tuple[Plan, list[str]] | None = None
    waiting = [(plan, False) for plan in plans]
    while waiting:
        plan, again = waiting.pop(0)
        least = _least(truth, plan, policy.k)
        if not again and plan != plans[-1] and not _within(least, policy):
            tries.append(_try(plan, least, proven=False) | {"reason": "small numbers alone"})
            continue
        try:
            attempts = _attempts(truth, plan, policy, earlier, alone)
        except Circle:
            # Only what was published before can make it a matter of this plan alone.
            if not earlier or plan == plans[-1]:
                raise
            continue
        left = [name for each in attempts for name in each.failed]
        shares = _shares(attempts)
        tries.append(_try(plan, shares, proven=not left))
        if left:
            failed = failed or (plan, left)
        else:
            good.append((plan, attempts, len(tries) - 1))
            if again or _within(shares, policy):
                break
        if not waiting and not good:
            told = [each["plan"] for each in tries if "reason" in each]
            waiting = [
                (each, True) for each in reversed(plans) if each.told() in told and not again
            ]
    if not good:
        assert failed is not None
        raise Disclosive(_words("no plan of tables hides", failed[1], failed[0]))
    plan, attempts, at = good[-1]
    tries[at]["taken"] = True
    return plan, attempts, tries


def _try(plan: Plan, shares: tuple[float, float], *, proven: bool) -> dict[str, Any]:
    hidden, mass = shares
    return {
        "plan": plan.told(),
        "hidden": hidden,
        "mass": mass,
        "proven": proven,
        "taken": False,
    }


def _within(shares: tuple[float, float], policy: Policy) -> bool:
    hidden, mass = shares
    return hidden <= policy.max_hidden and mass <= policy.max_mass


def _least(truth: Mapping[Cell, int], plan: Plan, k: int) -> tuple[float, float]:
    """The shares that a plan hides in any case: those of its small numbers."""
    mine = {cell: n for cell, n in truth.items() if n and plan.publishes(cell.codes)}
    small = sum(n < k for n in mine.values())
    lowest = [mine[cell] for cell in finest(mine)]
    return _share(small, len(mine)), _share(sum(n for n in lowest if n < k), sum(lowest))


def _plans(truth: Mapping[Cell, int], policy: Policy, earlier: Sequence[Release]) -> list[Plan]:
    begun = {cell.period for cell in truth}
    for release in reversed(earlier):
        if release.use != STATUTORY and release.plan and release.periods & begun:
            return [Plan(release.plan)]
    if policy.plans:
        return [Plan(each) for each in policy.plans]
    return from_fine_to_coarse(tuple(name for name, _ in cell.codes) for cell in truth)


def _attempts(
    truth: Mapping[Cell, int],
    plan: Plan,
    policy: Policy,
    earlier: Sequence[Release],
    alone: frozenset[Cell],
) -> list[Attempt]:
    """Each period in turn; a longer one knows the shorter ones of the same publication."""
    done: list[Attempt] = []
    for period in sorted({cell.period for cell in truth}, key=longest):
        before = [*earlier, *(each.release(plan, policy) for each in done)]
        done.append(attempt(truth, period, plan, policy, linked(before, period), alone))
    return done


def _shares(attempts: Sequence[Attempt]) -> tuple[float, float]:
    """The share of numbers other than zero that is hidden, and of what the finest tables count."""
    hidden = sum(len(each.hidden) for each in attempts)
    shown = sum(1 for each in attempts for value in each.shown.values() if value)
    lost = total = 0
    for each in attempts:
        for cell in finest({**each.shown, **each.hidden}):
            lost += each.hidden.get(cell, 0)
            total += each.hidden.get(cell, each.shown.get(cell, 0))
    return _share(hidden, hidden + shown), _share(lost, total)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _corrections(
    truth: Mapping[Cell, int],
    plan: Plan,
    earlier: Sequence[Release],
    policy: Policy,
    alone: frozenset[Cell],
) -> int:
    """How many numbers changed since they were told; small changes are refused or counted."""
    now = {cell: n for cell, n in truth.items() if plan.publishes(cell.codes)}
    small = small_changes(now, plan, earlier, policy.k, alone)
    if small and policy.corrections == "refused":
        raise Disclosive(
            f"the revision would show a change of fewer than {policy.k} in {_few(small)}; revise at fixed"
            ' dates and all together, with corrections = "listed" in the policy'
        )
    periods = {cell.period for cell in now}
    return sum(cell.period in periods for cell in versions(now, plan, earlier).changed())


def _joined(all_: Iterable[Evidence]) -> Evidence:
    listed = list(all_)
    witnesses: dict[str, tuple[Mapping[str, int], ...]] = {}
    for each in listed:
        for who, moves in each.witnesses.items():
            witnesses[who] = (*witnesses.get(who, ()), *moves)
    return Evidence(
        values={name: n for each in listed for name, n in each.values.items()},
        witnesses=witnesses,
        floors={name: n for each in listed for name, n in each.floors.items()},
        revealed={name: pair for each in listed for name, pair in each.revealed.items()},
        reasons={name: why for each in listed for name, why in each.reasons.items()},
    )


def _about(
    observations: Observations,
    policy: Policy,
    plan: Plan,
    attempts: Sequence[Attempt],
    evidence: Evidence,
    earlier: Sequence[Release],
    listed: Sequence[Row],
) -> dict[str, Any]:
    moves = sum(map(len, evidence.witnesses.values()))
    return provenance(observations, policy.k) | {
        "k": policy.k,
        "criterion": criterion(policy.k),
        "plan": plan.told(),
        "prior": [each.told() for each in earlier if each.use != STATUTORY],
        "filings": [each.told() for each in earlier if each.use == STATUTORY],
        "solver": programme.told(),
        "witnesses": {"digest": evidence.digest(), "tables": moves},
        "tables": list(_counts(attempts)),
        "revealed": sorted(evidence.revealed.keys() & _shown_before(earlier)),
        "bounded": len(evidence.revealed.keys() - _shown_before(earlier)),
        "reporters": _reporters(listed),
        "configuration": {"policy": policy.told()},
    }


def _shown_before(earlier: Sequence[Release]) -> set[str]:
    return {cell.name for release in earlier for cell in release.shown}


def _counts(attempts: Sequence[Attempt]) -> Iterator[dict[str, Any]]:
    """How many numbers of each table are shown and hidden."""
    found: dict[tuple[str, str, tuple[str, ...]], list[int]] = {}
    for each in attempts:
        for at, cells in enumerate((each.shown, each.hidden)):
            for cell in cells:
                names = tuple(name for name, _ in cell.codes)
                found.setdefault((cell.quantity, cell.period, names), [0, 0])[at] += 1
    for (quantity, period, names), (shown, hidden) in sorted(found.items()):
        yield {
            "metric": quantity, "period": period, "breakdown": list(names), "shown": shown, "hidden": hidden
        }  # fmt: skip


def _reporters(listed: Sequence[Row]) -> int | None:
    found = {code for row in listed for name, code in row.top.codes if name == REPORTER}
    return len(found) if len(found) >= FEW else None


def _words(what: str, left: Sequence[str], plan: Plan) -> str:
    listed = sorted({"+".join(each) or "total" for each in plan.breakdowns})
    return (
        f"{what} {_few(left)} in the tables {', '.join(listed)};"
        " publish fewer dimensions together, or only the top categories (top:category)"
    )


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
