"""The commands about the numbers: one short function per verb."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from harmtax import console
from harmtax.options import Json, Memory, Out, Quiet, Spill

if TYPE_CHECKING:
    from harmtax.figures.publication import Publication

By = Annotated[
    tuple[str, ...],
    Parameter(help="Dimensions, separated by commas; give it again for a further breakdown."),
]


Prior = Annotated[
    tuple[Path, ...],
    Parameter(name="--prior", help="An earlier publication, its evidence beside it; oldest first."),
]
Filed = Annotated[
    tuple[Path, ...], Parameter(name="--filing", help="What statutory wrote: exact by law.")
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
    partial: Annotated[
        bool, Parameter(negative="", help="Make what merge adds up: no exact medians.")
    ] = False,
    memory: Memory = None,
    spill: Spill = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Count and rate by chosen dimensions and period; the result is not for publication."""
    import harmtax
    from harmtax.figures.engine import DuckDB

    console.keep_apart([output], datasets)
    observations = harmtax.aggregate(
        *datasets, period=period, by=breakdowns(by), metrics=listed(metrics) or None,
        partial=partial, engine=DuckDB(memory_limit=memory, spill=spill),
    )  # fmt: skip
    with console.written_to(output) as target:
        assert target is not None
        observations.write(target)
    if not observations.table.num_rows:
        print(f"harmtax: nothing fell into the period {period}: 0 observations", file=sys.stderr)
    quiet = quiet or target != output
    console.show({"observations": observations.table.num_rows, "files": [str(output)]}, json, quiet)
    return 0


def merge(
    parts: Annotated[tuple[Path, ...], Parameter(help="Observations, or folders of submissions.")],
    /,
    *,
    output: Out,
    by: By = (),
    profile: Annotated[
        Path | None, Parameter(help="TOML file: category = tier; raises tiers, lowers none.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Put the figures of several reporters together; say who is in, superseded, side by side and why.

    Exit code 1, and nothing is written, when a submission does not verify.
    """
    from harmtax.figures import merging
    from harmtax.figures.profiles import read

    console.keep_apart([output], [*parts, profile])
    found, broken = merging.read(parts)
    if broken:
        wrong = [f"{path}: {len(findings)} findings" for path, findings in broken.items()]
        console.show({"broken": wrong, "files": []}, json, False)
        return 1
    wanted = breakdowns(by) or None
    made = merging.merged(found, wanted, read(profile) if profile else None)
    with console.written_to(output) as target:
        assert target is not None
        made.write(target)
    names = ("reporter_id", "service_id", "period", "revision")
    facts: dict[str, object] = {
        word: [" ".join(str(each[name]) for name in names) for each in made.about[word]]
        for word in ("parts", "superseded")
    }
    facts["side_by_side"] = [
        f"{each['metric']} {each['period']}: {each['why']}" for each in made.about["side_by_side"]
    ]
    if profile:
        facts["not_lowered"] = [
            f"{each['line']}: {each['category']} stays {each['tier']} for {' and '.join(each['treatments'])}"
            for each in made.about["kept_tiers"]
        ]
    facts |= {"observations": made.table.num_rows, "files": [str(output)]}
    console.show(facts, json, quiet or target != output)
    return 0


def listed(text: str) -> tuple[str, ...]:
    """The parts of a text that commas separate."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def breakdowns(by: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The breakdowns that the option --by asks for, one each time it is given."""
    return [listed(each) for each in by]


def publish(
    publication: Annotated[Path, Parameter(help="What protect or statutory wrote.")],
    /,
    *,
    output: Annotated[
        tuple[Path, ...],
        Parameter(
            name=["--output", "-o"],
            help="A file, its ending the look: .html, .xlsx, .csv, .parquet, .sdmx.csv, .eu.zip, .eu.xlsx.",
        ),
    ],
    language: Annotated[
        str, Parameter(name=["--language", "--lang"], help="Language of the labels.")
    ] = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Write a protected publication as files for people and programs.

    Give -o once for each file. The template of the EU takes only what statutory wrote; a filing that
    breaks its rules is written, the rules are told, and the exit code is 1.
    """
    import harmtax
    from harmtax.figures.publication import Publication

    console.keep_apart(output, [publication])
    found = Publication.read(publication)
    written = harmtax.publish(found, output, language=language)
    console.show({"files": [str(path) for path in written]}, json, quiet)
    return _tell_breaches(found) if found.basis is not None else 0


def statutory(
    observations: Annotated[Path, Parameter(help="Observations that aggregate wrote.")],
    /,
    *,
    basis: Annotated[str, Parameter(help="The law that asks for exact figures, with its article.")],
    output: Out,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Keep observations exact for a filing that is exact by law; only the template of that law takes it."""
    from harmtax.figures import protection
    from harmtax.figures.metrics import Observations

    console.keep_apart([output], [observations])
    found = protection.statutory(Observations.read(observations), basis=basis)
    with console.written_to(output) as target:
        assert target is not None
        found.write(target)
    quiet = quiet or target != output
    console.show({"observations": found.table.num_rows, "files": [str(output)]}, json, quiet)
    return 0


def _tell_breaches(publication: Publication) -> int:
    """Says which rules of the template a filing breaks; the filer decides, and the receiver will ask."""
    from harmtax.figures.report.eu_template import findings

    broken = findings(publication)
    for each in broken:
        place = f"{each.part}, row {each.row}, column {each.column}"
        print(f"{place}: {each.message} ({each.rule})", file=sys.stderr)
    return 1 if broken else 0


def protect(
    observations: Annotated[Path, Parameter(help="Observations that aggregate or merge wrote.")],
    /,
    *,
    output: Out,
    policy: Annotated[
        Path | None, Parameter(help="TOML file: k, plans, max_hidden, zeros, insiders ...")
    ] = None,
    prior: Prior = (),
    filing: Filed = (),
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Hide every number from which a small one could be worked out, and prove it.

    Writes the publication, and beside it the evidence, which is as restricted as the records. What was
    published or filed before belongs to what everybody knows: name all of it.
    """
    import harmtax
    from harmtax.errors import BadUse
    from harmtax.figures.metrics import Observations
    from harmtax.figures.policy import Policy
    from harmtax.figures.protection import keep

    if str(output) == console.STDOUT:
        raise BadUse("the evidence stands beside the publication; name a file: -o PUBLICATION")
    console.keep_apart([output], [observations, policy, *prior, *filing])
    chosen = Policy.read(policy) if policy else Policy()
    found = harmtax.protect(Observations.read(observations), chosen, prior=prior, filings=filing)
    files = [str(path) for path in keep(found, output)]
    taken = next(each for each in found.about["tries"] if each["taken"])
    shown = sum(each["shown"] for each in found.about["tables"])
    hidden = sum(each["hidden"] for each in found.about["tables"])
    plan = ["+".join(each) or "total" for each in taken["plan"]]
    facts = {"plan": plan, "shown": shown, "hidden": hidden, "tries": len(found.about["tries"])}
    console.show(facts | {"files": files}, json, quiet)
    return 0


def audit(
    publication: Annotated[Path, Parameter(help="What protect wrote.")],
    /,
    *,
    prior: Prior = (),
    filing: Filed = (),
    evidence: Annotated[
        Path | None, Parameter(help="The restricted evidence: checked in whole numbers as well.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Say what anybody can work out of a publication; exit code 1 when a small number is not safe."""
    import harmtax
    from harmtax.figures import protection
    from harmtax.figures.disclosure.evidence import Evidence
    from harmtax.figures.publication import Publication

    found = Publication.read(publication)
    told = harmtax.audit(found, prior=prior, filings=filing)
    small = [f"{each.name}: {each.low} to {each.high}" for each in told if each.small]
    bounded = sum(each.high is not None for each in told)
    facts: dict[str, object] = {
        "hidden or left over": len(told),
        "bounded": bounded,
        "small": small,
    }
    unproven: list[str] = []
    if evidence is not None:
        proof = Evidence.read(evidence)
        unproven = protection.check(found, proof, prior=prior, filings=filing)
        facts["unproven"] = unproven
    console.show(facts, json, quiet)
    return 1 if small or unproven else 0


VERBS = (aggregate, merge, publish, statutory, protect, audit)
