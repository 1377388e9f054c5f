"""Protection: from observations to a publication, and what a reader can still work out of one."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from harmtax.errors import BadUse, Disclosive, MissingExtra
from harmtax.figures.disclosure.evidence import Evidence, beside
from harmtax.figures.disclosure.interval import Interval
from harmtax.figures.metrics import Observations
from harmtax.figures.policy import Policy
from harmtax.figures.publication import STATUTORY, Publication

_NEEDED = ("highspy", "numpy")


def protect(
    observations: Observations,
    policy: Policy | None = None,
    *,
    prior: Sequence[Path] = (),
    filings: Sequence[Path] = (),
) -> Publication:
    """The observations with every number hidden from which a small one could be worked out.

    `prior` are earlier publications with their evidence beside them, in the order in which they
    appeared; `filings` are statutory publications. All of them are known to the attacker. The plans of
    tables of the policy are tried from fine to coarse. The evidence of the result proves it in whole
    numbers, and was checked; it is as restricted as the records.

    Raises MissingExtra without the solver, Disclosive when nothing may be published, BadUse for
    observations or plans that do not hold together, Unreadable for earlier files.
    """
    _need("protecting figures for publication")
    from harmtax.figures.disclosure.choice import protected

    return protected(observations, policy or Policy(), prior, filings)


def statutory(observations: Observations, *, basis: str) -> Publication:
    """The observations as they are, for a filing that is exact by law; `basis` names the law.

    Only the template of that law takes it, and every other publication counts it as known. Raises
    BadUse without a legal basis.
    """
    from harmtax.figures.disclosure.provenance import exact

    if not basis.strip():
        raise BadUse("a statutory publication names its legal basis")
    about = exact(observations) | {"basis": basis.strip()}
    return Publication(observations.table, Policy(), MappingProxyType(about), basis.strip())


def audit(
    publication: Publication, *, prior: Sequence[Path] = (), filings: Sequence[Path] = ()
) -> list[Interval]:
    """What anybody can work out of the hidden numbers, by the public numbers alone.

    `prior` and `filings` are read for what they show; no evidence is asked for. Raises MissingExtra
    without the solver, Disclosive where the numbers contradict each other.
    """
    _need("auditing a publication")
    from harmtax.figures.disclosure.cells import Cell
    from harmtax.figures.disclosure.filed import Sum
    from harmtax.figures.disclosure.intervals import intervals
    from harmtax.figures.disclosure.releases import filed, plans, told
    from harmtax.figures.disclosure.rows import apart, rows

    shown, hidden = told(publication)
    mine = shown.keys() | hidden
    sums: list[Sum] = []
    exact: set[Cell] = set()
    tables = plans(publication)
    lone = apart(publication.table, rows(publication.table))
    for path in (*prior, *filings):
        earlier = Publication.read(path)
        more, less = told(earlier)
        sums += filed(earlier, more)[0]
        exact |= more.keys() if earlier.use == STATUTORY else set()
        lone |= apart(earlier.table, rows(earlier.table))
        tables |= {
            period: [*tables.get(period, ()), *each] for period, each in plans(earlier).items()
        }
        shown, hidden = {**more, **shown}, hidden | less
    hideable = publication.policy.zeros == "hideable"
    gone = frozenset(hidden - shown.keys())
    return intervals(shown, gone, publication.policy.k, hideable, sums, exact - mine, tables, lone)


def check(
    publication: Publication,
    evidence: Evidence,
    *,
    prior: Sequence[Path] = (),
    filings: Sequence[Path] = (),
) -> list[str]:
    """The names of the small quantities that the evidence does not prove; none is the proof.

    Adds whole numbers; a programme is solved only for a least or greatest value that the evidence
    claims, and for nothing else, so that the solver need not be there. Raises Unreadable for earlier
    files, BadUse for evidence of another publication, or that claims what the numbers do not tell.
    """
    _need("checking a publication", _NEEDED[1:])
    from harmtax.figures.disclosure.releases import read
    from harmtax.figures.disclosure.verdict import prove

    if evidence.digest() != publication.about.get("witnesses", {}).get("digest"):
        raise BadUse("the evidence belongs to another publication: its digest differs")
    return prove(publication, evidence, [*read(prior), *read(filings, STATUTORY)])


def keep(publication: Publication, path: Path) -> list[Path]:
    """Writes a publication and, where it has hidden numbers, its evidence beside it.

    The evidence comes first, so that no publication ever lies there without. Raises Unreadable, and
    Disclosive for a publication whose evidence is not at hand.
    """
    if publication.basis is None:
        if not isinstance(publication.evidence, Evidence):
            raise Disclosive("a publication is written together with its evidence")
        publication.evidence.write(path)
        publication.write(path)
        return [path, beside(path)]
    publication.write(path)
    return [path]


def _need(purpose: str, modules: Sequence[str] = _NEEDED) -> None:
    for name in modules:
        if find_spec(name) is None:
            raise MissingExtra("publish", purpose)
