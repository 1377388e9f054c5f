"""Releases: what the attacker has from earlier publications and from filings that are exact by law."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from harmtax.errors import BadUse
from harmtax.figures.disclosure.cells import Cell, months
from harmtax.figures.disclosure.evidence import Evidence, beside
from harmtax.figures.disclosure.filed import Sum, sums
from harmtax.figures.disclosure.plan import Plan
from harmtax.figures.disclosure.printing import prints
from harmtax.figures.disclosure.rows import additive, apart, rows, values
from harmtax.figures.policy import Policy
from harmtax.figures.publication import STATUTORY, Publication


@dataclass(frozen=True, slots=True, eq=False)
class Release:
    """One earlier publication or filing: its cells that are shown, those that are hidden, its proof.

    `policy` is what it promised, and `prior` are the digests of those before it; `apart` are
    totals that are no sums. Of a filing `filed` are the
    rows of its template that are sums, and `within` the cells that they are of.
    """

    path: str
    digest: str
    use: str
    shown: Mapping[Cell, int]
    hidden: frozenset[Cell]
    plan: tuple[tuple[str, ...], ...]
    evidence: Evidence | None = None
    policy: Policy = field(default_factory=Policy)
    prior: frozenset[str] = frozenset()
    apart: frozenset[Cell] = frozenset()
    filed: tuple[Sum, ...] = ()
    within: Mapping[Cell, int] = field(default_factory=dict)

    @property
    def periods(self) -> set[str]:
        return {cell.period for cell in [*self.shown, *self.hidden, *self.within]}

    def told(self) -> dict[str, Any]:
        """Where it comes from, for the metadata of a publication."""
        return {"file": self.path, "digest": self.digest, "use": self.use}

    def values(self) -> dict[Cell, int]:
        """All its cells with their true values."""
        held = {} if self.evidence is None else self.evidence.values
        return dict(self.shown) | {cell: held[cell.name] for cell in self.hidden}

    def finer(self) -> dict[Cell, int]:
        """The cells of finer tables that tie its tables together, which it does not publish."""
        if self.evidence is None:
            return {}
        hidden = {cell.name for cell in self.hidden}
        held = {
            Cell.named(name): n for name, n in self.evidence.values.items() if name not in hidden
        }
        return {
            cell: n
            for cell, n in held.items()
            if cell not in self.shown and not self._publishes(cell)
        }

    def _publishes(self, cell: Cell) -> bool:
        return cell.period not in self.periods or Plan(self.plan).publishes(cell.codes)


def read(paths: Sequence[Path], use: str | None = None) -> list[Release]:
    """The releases of some files, the earliest and shortest period first; each content once.

    A publication that hides numbers needs its evidence beside it. Raises Unreadable, and BadUse for a
    file of another use.
    """
    found: dict[str, Release] = {}
    for path in paths:
        publication = Publication.read(path)
        if use is not None and publication.use != use:
            raise BadUse(f"{path} is a {publication.use}, and a {use} is asked for")
        release = _release(path, publication)
        found.setdefault(release.digest, release)
    return _ordered(sorted(found.values(), key=_when))


def _ordered(releases: Sequence[Release]) -> list[Release]:
    """Each release after those that it names as earlier; else of two of one period the later named one."""
    waiting, found = list(releases), list[Release]()
    while waiting:
        digests = {each.digest for each in waiting}
        ready = [each for each in waiting if not each.prior & digests]
        # Nothing can name a file that was made after it, so that one is always ready.
        found.append(ready[0] if ready else waiting[0])
        waiting.remove(found[-1])
    return found


def _release(path: Path, publication: Publication) -> Release:
    shown, absent = told(publication)
    proof = Evidence.read(beside(path)) if absent else None
    if proof is not None and proof.digest() != publication.about.get("witnesses", {}).get("digest"):
        raise BadUse(f"{beside(path)} is not the evidence of {path}: its digest differs")
    # A number may also be null because nobody reported it; of a hidden one the evidence has the value.
    hidden = frozenset(cell for cell in absent if proof and cell.name in proof.values)
    rows_of, within = filed(publication, shown)
    return Release(
        path=path.name,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        use=publication.use,
        shown=shown,
        hidden=hidden,
        plan=tuple(tuple(each) for each in publication.about.get("plan", ())),
        evidence=proof,
        policy=publication.policy,
        prior=frozenset(each["digest"] for each in publication.about.get("prior", ())),
        apart=apart(publication.table, rows(publication.table)),
        filed=rows_of,
        within=within,
    )


def told(publication: Publication) -> tuple[dict[Cell, int], frozenset[Cell]]:
    """The counted cells of a publication: those shown with their values, and those hidden.

    Of a filing the template of its law is public, and not the figures that it was filled from.
    """
    if publication.use == STATUTORY:
        exact = values(rows(publication.table))
        alone = {cell for each in sums(exact) for cell in _alone(each)}
        return {c: n for c, n in exact.items() if c in alone or prints(c)}, frozenset()
    shown: dict[Cell, int] = {}
    absent: set[Cell] = set()
    suppressed = publication.hidden.to_pylist()
    for row, hides in zip(rows(publication.table), suppressed, strict=True):
        for cell, value in ((row.top, row.numerator), (row.bottom, row.denominator)):
            if cell is None or not additive(cell):
                continue
            if value is not None:
                if shown.setdefault(cell, value) != value or value < 0:
                    raise BadUse(f"{cell.name} is {shown[cell]} and {value} in the publication")
            elif hides:
                absent.add(cell)
    # A cell that any row shows is not hidden by another that leaves it out.
    return shown, frozenset(absent - shown.keys())


def plans(publication: Publication) -> dict[str, list[Plan]]:
    """By period the tables that a publication tells; of a filing there are none."""
    if publication.use == STATUTORY:
        return {}
    plan = Plan(tuple(tuple(each) for each in publication.about.get("plan", ())))
    return {period: [plan] for period in pc.unique(publication.table["period"]).to_pylist()}


def filed(
    publication: Publication, shown: Mapping[Cell, int]
) -> tuple[tuple[Sum, ...], dict[Cell, int]]:
    """The rows of a filing that are sums of several cells, and the exact values of those cells.

    Of a publication that is no filing there are none. `shown` are the cells that it shows.
    """
    if publication.use != STATUTORY:
        return (), {}
    exact = values(rows(publication.table))
    several = tuple(each for each in sums(exact) if not _alone(each))
    within = {cell: exact[cell] for each in several for cell, _ in each.terms}
    return several, {cell: n for cell, n in within.items() if cell not in shown}


def _alone(each: Sum) -> list[Cell]:
    """The cell of a row that has only one."""
    return [cell for cell, sign in each.terms if len(each.terms) == 1 and sign == 1]


def linked(releases: Sequence[Release], period: str) -> list[Release]:
    """The releases whose periods overlap with this one, directly or over others."""
    found: list[Release] = []
    reached = {period}
    while True:
        more = [
            each
            for each in releases
            if each not in found
            and any(_overlap(one, other) for one in each.periods for other in reached)
        ]
        if not more:
            return [each for each in releases if each in found]
        found += more
        reached |= {each for release in more for each in release.periods}


def promises(policy: Policy, releases: Iterable[Release]) -> None:
    """Raises BadUse for a policy that promises less than an earlier publication of the same time did.

    What that one hid is hidden still, but the new tables would be proven against weaker words. Zeros that
    one policy hides and another shows tell what the first one hid.
    """
    for each in releases:
        if each.use == STATUTORY:
            continue
        was = each.policy
        for word, less in (
            (f"k = {was.k}", policy.k < was.k),
            ("insiders = true", was.insiders and not policy.insiders),
            (f'zeros = "{was.zeros}"', policy.zeros != was.zeros),
        ):
            if less:
                raise BadUse(
                    f"{each.path} promises {word} for the same time, and the policy does not: a later"
                    " publication may not promise less"
                )


def _overlap(one: str, other: str) -> bool:
    (first, size), (start, length) = months(one), months(other)
    return first < start + length and start < first + size


def _when(release: Release) -> tuple[int, int]:
    ends = [months(period) for period in release.periods] or [(0, 0)]
    return max(size for _, size in ends), min(first for first, _ in ends)
