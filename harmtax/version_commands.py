"""The commands about the versions of the standard: one short function per verb."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from harmtax import console
from harmtax.options import Json

if TYPE_CHECKING:
    from harmtax.standard.versions import Gate

Exports = Annotated[
    Path, Parameter(name="--exports", help="Folder of the exports, one per version.")
]
EXPORTS = Path("exports")


def add(taxonomy: App) -> None:
    """Gives the verbs to the command `taxonomy`."""
    for verb in (diff, check, changelog):
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

    Prints the entries that are missing, ready to paste. Exit code 1 when something is undeclared, declared
    and not true, never allowed, or when the version is too low.
    """
    from harmtax.standard import versions

    gate = versions.check(exports)
    if json:
        print(console.as_json(_facts(gate)))
    else:
        print("\n".join(_told(gate)))
    return 1 if gate.problems else 0


def _facts(gate: Gate) -> dict[str, object]:
    from harmtax.standard import versions

    return {
        "version": gate.working.version,
        "live": gate.live,
        "verdict": versions.facts(gate.verdict) if gate.verdict else None,
        "problems": [each._asdict() for each in gate.problems],
        "block": gate.block,
    }


def _told(gate: Gate) -> list[str]:
    from harmtax.standard import changelog as words

    where = "the schema" if gate.live else "what was last built"
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
    return told


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
