"""The commands about the versions of the standard: one short function per verb."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from harmtax import console
from harmtax.options import Json, Look

if TYPE_CHECKING:
    from harmtax.records.findings import Group
    from harmtax.standard.lint import Judged, Report
    from harmtax.standard.versions import Gate

Exports = Annotated[
    Path, Parameter(name="--exports", help="Folder of the exports, one per version.")
]
EXPORTS = Path("exports")


def add(taxonomy: App) -> None:
    """Gives the verbs to the command `taxonomy`."""
    for verb in (diff, check, changelog, lint):
        taxonomy.command(verb)
    taxonomy.command(release, name="release")


def diff(
    old: Annotated[str, Parameter(help="A version, next, a folder of exports or a file.")],
    new: Annotated[str, Parameter(help="The newer one, likewise.")],
    /,
    *,
    exports: Exports = EXPORTS,
    markdown: Annotated[bool, Parameter(name="--markdown", negative="")] = False,
    json: Json = False,
) -> int:
    """Tell what differs between two versions, and what that asks of the version number.

    Parameters
    ----------
    markdown
        Print Markdown.
    """
    from harmtax.standard import changelog as words
    from harmtax.standard import release as room
    from harmtax.standard import verdict, versions

    judged = verdict.verdict(room.find(old, exports), room.find(new, exports))
    if json:
        print(console.as_json(versions.facts(judged)))
    elif markdown:
        print(words.markdown(judged), end="")
    else:
        print("\n".join(words.lines(judged)))
    return 0


def check(*, exports: Exports = EXPORTS, json: Json = False) -> int:
    """Hold the working schema against the last release: version, and entries of changes.yaml.

    Prints the entries that are missing, ready to paste, and what each language lacks or has outrun. Exit
    code 1 when something is undeclared, declared and not true, never allowed, or when the version is too
    low; a translation may follow later.
    """
    from harmtax.standard import versions

    gate = versions.check(exports)
    if json:
        print(console.as_json(_facts(gate)))
    else:
        print("\n".join(_told(gate)))
    return 1 if gate.problems else 0


def _facts(gate: Gate) -> dict[str, object]:
    from harmtax.standard import languages, versions

    gaps = languages.missing_and_stale(gate.working.elements)
    return {
        "version": gate.working.version,
        "live": gate.live,
        "verdict": versions.facts(gate.verdict) if gate.verdict else None,
        "problems": [each._asdict() for each in gate.problems],
        "block": gate.block,
        "languages": [each._asdict() for each in gaps],
    }


def _told(gate: Gate) -> list[str]:
    from harmtax.standard import changelog as words
    from harmtax.standard import languages

    where = "the schema beside the exports" if gate.live else "what was last built"
    told = [f"version {gate.working.version}, read from {where}"]
    told += words.lines(gate.verdict) if gate.verdict else ["nothing was released before"]
    told += [f"{each.kind}: {each.message}" for each in gate.problems]
    if gate.block:
        told += [
            "",
            "For schema/changes.yaml, at the top of `versions` or of the newest block:",
            gate.block,
        ]
    elif not gate.problems:
        told.append("everything that differs is declared")
    return [*told, *languages.told(gate.working.elements)]


def changelog(
    *,
    exports: Exports = EXPORTS,
    output: Annotated[
        Path | None, Parameter(name=["--output", "-o"], help="Write it there.")
    ] = None,
) -> int:
    """Print what changed from version to version as a Markdown page."""
    from harmtax import files
    from harmtax.standard import changelog as words
    from harmtax.standard import release as room

    names = [*room.frozen(exports), room.WORKING]
    told = [room.find(name, exports) for name in names if (exports / name).exists()]
    # A working version that is released already is told once.
    released = {each.version for each in told[:-1]}
    page = words.page(
        [e for e in told[:-1] or told] + [e for e in told[-1:] if e.version not in released]
    )
    if output is None:
        print(page, end="")
        return 0
    with files.replacing(output) as stream:
        stream.write(page.encode())
    return 0


def release(
    version: Annotated[str, Parameter(help="The version to release, X.Y.Z.")],
    /,
    *,
    exports: Exports = EXPORTS,
) -> int:
    """Freeze the exports that are worked on as a release; a released one is never touched again."""
    from harmtax.standard import freezing

    print(f"released: {freezing.freeze(version, exports)}")
    return 0


def lint(
    version: Annotated[
        str | None,
        Parameter(help="A version, next, a folder or a file; the working schema if left out."),
    ] = None,
    /,
    *,
    exports: Exports = EXPORTS,
    everything: Annotated[bool, Parameter(name="--all", negative="")] = False,
    findings: Look = "text",
    json: Json = False,
) -> int:
    """Judge the words, links and rules of the standard itself; exit code 1 when there are errors.

    Parameters
    ----------
    everything
        Show in the text what is worth knowing or waived as well.
    """
    from harmtax.records.findings import looks
    from harmtax.standard import evidence, release, versions
    from harmtax.standard import lint as room

    chosen = looks.named("json" if json else findings)
    where = release.place(version or release.WORKING, exports)
    live = versions.live(exports) if version is None else None
    folder = where if where.is_dir() else where.parent
    report = room.lint(live or release.read(where), evidence.read(folder))
    if chosen is looks.named("text"):
        shown = [e for e in report.found if everything or e.severity in ("error", "warning")]
        print("\n".join(_judged(report, "the schema" if live else str(where))))
        print("".join(chosen([_group(each) for each in shown], {})), end="")
    else:
        run = {"version": report.version, "unseen": list(report.unseen), "waivers": _waived(report)}
        print("".join(chosen([_group(each) for each in report.found], run)), end="")
    return 1 if report.of("error") else 0


def _judged(report: Report, where: str) -> Iterator[str]:
    from harmtax.standard.lint import SEVERITIES

    counts = ", ".join(f"{len(report.of(each))} {each}" for each in SEVERITIES)
    yield f"version {report.version}, read from {where}: {counts}"
    for name in report.unseen:
        yield f"not judged: there is no {name} in the export"


def _group(judged: Judged) -> Group:
    """A flaw in the form that all findings have; its path is the name of the element."""
    from harmtax.records.findings import Finding, Group, Place
    from harmtax.standard.release import kind_of

    flaw = judged.flaw
    detail = (
        f"{flaw.detail}; waived: {judged.reason.removesuffix('.')}"
        if judged.reason
        else flaw.detail
    )
    found = Finding(
        judged.rule.id, judged.severity, kind_of(flaw.element), f"/{flaw.element}", detail=detail
    )
    return Group(found, 1, (Place(),))


def _waived(report: Report) -> list[dict[str, object]]:
    return [
        {
            "rule": each.rule.id,
            "path": f"/{each.flaw.element}",
            "severity": each.severity,
            "reason": each.reason,
            "count": 1,
        }
        for each in report.of("waived")
    ]
