"""The commands about what is filed: one short function per verb."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from harmtax import console
from harmtax.options import Json, Look, Out, Quiet

if TYPE_CHECKING:
    from harmtax.records.findings import Finding


def add(app: App) -> None:
    """Adds the verbs to the command line."""
    for verb in VERBS:
        app.command(verb)


def seal(
    observations: Annotated[
        tuple[Path, ...], Parameter(help="Observations of the same records that aggregate wrote.")
    ],
    /,
    *,
    output: Out,
    service_type: Annotated[str, Parameter(help="Kind of service, such as online_platform.")],
    revision: int = 1,
    revision_reason: str | None = None,
    records: Annotated[
        tuple[Path, ...], Parameter(help="A dataset that is filed as well; once for each.")
    ] = (),
    reporter: str | None = None,
    service: str | None = None,
    period: str | None = None,
    as_of: str | None = None,
    findings: Look = "text",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Seal figures as what one reporter files for one service and period: a folder with a manifest.

    Parameters
    ----------
    output
        Folder of the submission; one that holds something else is never touched.
    revision
        Counts the corrections; the highest is in force.
    revision_reason
        Why the figures were corrected; needed for a revision above 1.
    reporter
        Who files, where the figures hold several or do not say.
    service
        What is reported on, likewise.
    period
        The period, where the figures hold several.
    as_of
        When clocks are read (2026-04-01T00:00:00Z); the end of the period if left out.
    """
    import harmtax
    from harmtax.errors import NotSealed
    from harmtax.figures.observations import Observations

    given = [Observations.read(path) for path in observations]
    try:
        manifest = harmtax.seal(
            given, output, service_type=service_type, revision=revision,
            revision_reason=revision_reason, records=records, reporter=reporter, service=service,
            period=period, as_of=as_of,
        )  # fmt: skip
    except NotSealed as error:
        _tell(error.findings, "json" if json else findings, quiet and not json)
        return 1
    facts: dict[str, Any] = {"digest": manifest.digest, "files": sorted(manifest.files)}
    told = {"left_out": manifest.left_out, "warnings": manifest.warnings}
    facts |= {name: counts if json else _counts(counts) for name, counts in told.items() if counts}
    console.show(facts, json, quiet)
    return 0


def verify(
    submissions: Annotated[tuple[Path, ...], Parameter(help="Folders that seal wrote.")],
    /,
    *,
    findings: Look = "text",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Verify submissions: every file by name, size, digest and count, and the rules about the whole."""
    from dataclasses import replace

    import harmtax

    found = [
        replace(each, source=str(path / each.source) if each.source else str(path))
        for path in submissions
        for each in harmtax.verify(path)
    ]
    _tell(found, "json" if json else findings, quiet and not json)
    broken = any(each.severity == "error" for each in found)
    if not (broken or json or quiet):
        print("\n".join(f"{path} holds" for path in submissions))
    return 1 if broken else 0


def reconcile(
    report: Annotated[
        Path, Parameter(help="A submission, observations, a publication, or a table as CSV.")
    ],
    records: Annotated[tuple[Path, ...], Parameter(help="Datasets that validate wrote.")],
    /,
    *,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Hold a report against its records: each figure that differs, why, and the ids behind it."""
    import harmtax
    from harmtax.figures import reconciliation

    found = harmtax.reconcile(report, *records)
    open_ = sum(not each.explained for each in found)
    absent = reconciliation.not_given(found, *records)
    if json:
        facts = [reconciliation.facts(each) for each in found]
        print(console.as_json({"unexplained": open_, "not_given": absent, "differences": facts}))
    elif not quiet:
        for each in found:
            print("\n".join(reconciliation.lines(each)))
        print(f"{len(found)} differences, {open_} unexplained")
        if absent:
            print(f"the report counts {', '.join(absent)}, of which no records were given")
    return 1 if open_ else 0


def _tell(found: Iterable[Finding], look: str, silent: bool) -> None:
    from harmtax.records.findings import Tally, looks

    chosen = looks.named(look)
    tally = Tally()
    tally.add(found)
    if not silent:
        sys.stdout.writelines(chosen(tally.groups(), {}))


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())


VERBS = (seal, verify, reconcile)
