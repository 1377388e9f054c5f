"""The command line: one short function per verb. Exit codes: 0 clean, 1 the data failed, 2 bad use,
3 an input or output could not be read or written, 130 interrupted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from harmtax.records.intake import Outcome
    from harmtax.records.record import Record

app = App(
    name="harmtax",
    help="Report harmful synthetic imagery in shared words: validate, convert, aggregate.",
    suppress_keyboard_interrupt=False,
    version_flags=["--version"],
    version=lambda: __import__("harmtax").VERSION,
)
taxonomy = App(name="taxonomy", help="Read the categories.")
app.command(taxonomy)

STDIN, STDOUT = "/dev/stdin", "/dev/stdout"
Sources = Annotated[
    tuple[str, ...], Parameter(help="Files, globs, folders, or - for standard input.")
]
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]
Quiet = Annotated[
    bool, Parameter(name=["--quiet", "-q"], negative="", help="Print nothing but errors.")
]
Out = Annotated[Path, Parameter(name=["--output", "-o"], help="Where the result goes.")]
RecordType = Annotated[
    str, Parameter(name="--record", help="Record type, such as incident or exposure.")
]
FormatName = Annotated[
    str | None, Parameter(name="--format", help="Format of the input; recognised if left out.")
]


@app.command
def validate(
    sources: Sources,
    /,
    *,
    output: Out,
    record: RecordType = "incident",
    format: FormatName = None,
    quarantine: Path | None = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Validate files into a Parquet dataset and a quarantine.

    Parameters
    ----------
    quarantine
        Folder of the rejected records; beside the dataset if left out.
    """
    import harmtax

    if str(output) == STDOUT:
        from harmtax.errors import BadUse

        raise BadUse("a dataset is a folder; it cannot go to standard output")
    outcome = harmtax.validate(
        _source(sources), output, format=format, record=_record(record), quarantine=quarantine
    )
    _tell(outcome, json, quiet)
    return 1 if outcome.rejected else 0


@app.command
def convert(
    source: str,
    /,
    *,
    to: Annotated[str, Parameter(help="Format of the result.")],
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    record: RecordType = "incident",
    format: FormatName = None,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Write records in another format; without --output only check that it can be done."""
    import harmtax

    with _written_to(output) as target:
        outcome = harmtax.convert(
            _source((source,)), target, to, format=format, record=_record(record)
        )
    _tell(outcome, json, quiet or target != output)
    return 1 if outcome.rejected else 0


@app.command
def aggregate(
    datasets: Annotated[tuple[Path, ...], Parameter(help="Datasets that validate wrote.")],
    /,
    *,
    output: Out,
    period: Annotated[str, Parameter(help="month, quarter, half, year, or one such as 2026-Q1.")],
    by: Annotated[str, Parameter(help="Dimensions, separated by commas.")] = "",
    metrics: Annotated[str, Parameter(help="Metrics, separated by commas; all if left out.")] = "",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Count and rate by chosen dimensions and period; the result is not for publication."""
    import harmtax

    observations = harmtax.aggregate(
        *datasets, period=period, by=_listed(by), metrics=_listed(metrics) or None
    )
    with _written_to(output) as target:
        assert target is not None
        observations.write(target)
    quiet = quiet or target != output
    _print({"observations": observations.table.num_rows, "files": [str(output)]}, json, quiet)
    return 0


@app.command
def formats(*, json: Json = False) -> int:
    """List the formats that can be read and written."""
    from harmtax.records import formats as registry

    found = [registry.named(name) for name in registry.names()]
    rows = {each.name: f"{each.title}, {'both ways' if each.encode else 'input'}" for each in found}
    _print(rows, json, False)
    return 0


@app.command
def demo(folder: Path = Path("harmtax-demo"), /, *, quiet: Quiet = False) -> int:
    """Run everything on bundled data, offline: validate, quarantine, aggregate, report.

    Parameters
    ----------
    folder
        Where the results go.
    """
    from harmtax import demo as room

    told = room.run(folder)
    if not quiet:
        print(told)
    return 0


@taxonomy.command
def show(code: str, /, *, treatment: str = "unknown", json: Json = False) -> int:
    """Show one category: definition, notes, place in the tree, tier.

    Parameters
    ----------
    treatment
        The treatment that the tier is computed for.
    """
    from harmtax.standard import taxonomy as room

    found = room.category(code)
    tier = found.tier(treatment)
    _print(
        {
            "code": found.code,
            "title": found.title(),
            "definition": found.definition,
            "includes": found.row.includes,
            "excludes": found.row.excludes,
            "rolls_up": " > ".join(each.code for each in reversed(found.roll_up)),
            "children": ", ".join(each.code for each in found.children) or "none",
            "precedence": found.precedence,
            "tier": f"{tier.tier or 'none'} ({tier.reason})",
            "status": found.row.status,
        },
        json,
        False,
    )
    return 0


@taxonomy.command
def tree(*, json: Json = False) -> int:
    """Print the tree of the categories."""
    from harmtax.standard import taxonomy as room

    lines = [
        (each, len(each.roll_up) - 1)
        for top in room.tops()
        for each in (top, *top.children)
    ]  # fmt: skip
    if json:
        _print({each.code: each.title() for each, _ in lines}, True, False)
    else:
        print("\n".join(f"{'  ' * depth}{each.code:<9}{each.title()}" for each, depth in lines))
    return 0


@taxonomy.command
def search(
    words: Annotated[tuple[str, ...], Parameter(help="Words to look for.")],
    /,
    *,
    json: Json = False,
) -> int:
    """Find categories by code, title or definition."""
    from harmtax.standard import taxonomy as room

    found = room.search(" ".join(words))
    _print({each.code: each.title() for each in found}, json, False)
    return 0 if found else 1


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and gives the exit code; no error of ours ends in a traceback."""
    from harmtax.errors import HarmtaxError, Unreadable

    # The parser would take a lone hyphen for an option that it does not know.
    given = sys.argv[1:] if arguments is None else arguments
    tokens = [_stream(given, place) if each == "-" else each for place, each in enumerate(given)]
    try:
        result = app(tokens, exit_on_error=False, result_action="return_value")
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not complain when it flushes.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - open until the end
        return 3
    except Unreadable as error:
        return _failed(error, 3)
    except HarmtaxError as error:
        return _failed(error, 2)
    except OSError as error:
        return _failed(error, 3)
    except Exception as error:
        from cyclopts import CycloptsError

        if isinstance(error, CycloptsError):
            return 2
        raise
    return result if isinstance(result, int) else 0


def _stream(tokens: list[str], place: int) -> str:
    """What a lone hyphen stands for: the output after -o, the input elsewhere."""
    is_output = place > 0 and tokens[place - 1] in ("-o", "--output")
    return STDOUT if is_output else STDIN


def run() -> None:
    """The console script."""
    sys.exit(main())


def _failed(error: Exception, code: int) -> int:
    print(f"harmtax: {error}", file=sys.stderr)
    return code


def _record(name: str) -> type[Record]:
    from harmtax._generated import models
    from harmtax._generated.constraints import RECORDS
    from harmtax.errors import BadUse

    names = {each.casefold(): each for each in RECORDS}
    wanted = name.replace("-", "").replace("_", "").casefold()
    if wanted not in names:
        raise BadUse(f"the record type {name!r} is not known; known: {', '.join(sorted(names))}")
    found = getattr(models, names[wanted])
    return found  # type: ignore[no-any-return]


def _source(sources: tuple[str, ...]) -> Any:
    from harmtax.errors import BadUse

    if not sources:
        raise BadUse("name at least one file, or - for standard input")
    if sources == (STDIN,):
        return sys.stdin.buffer
    return list(sources)


@contextmanager
def _written_to(output: Path | None) -> Iterator[Path | None]:
    """The file to write; a lone hyphen is a temporary one that then goes to standard output."""
    if output is None or str(output) != STDOUT:
        yield output
        return
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "output"
        yield target
        with target.open("rb") as stream:
            shutil.copyfileobj(stream, sys.stdout.buffer)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _tell(outcome: Outcome, json: bool, quiet: bool) -> None:
    if json:
        print(_json(_summary(outcome)))
    elif not quiet:
        from harmtax.records.findings import text

        print(f"{outcome.rows} records: {outcome.accepted} accepted, {outcome.rejected} rejected")
        if outcome.groups:
            print(text(outcome.groups))
        for lost in outcome.losses:
            print(f"loss: {lost.field} {lost.kind} {lost.value}, {lost.count}x")
        for path in outcome.files:
            print(f"wrote {path}")


def _summary(outcome: Outcome) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "rows": outcome.rows,
        "accepted": outcome.accepted,
        "rejected": outcome.rejected,
        "findings": [
            {**group.finding.row(), "count": group.count, "places": list(group.places)}
            for group in outcome.groups
        ],
        "losses": [asdict(lost) for lost in outcome.losses],
        "inputs": [each._asdict() for each in outcome.inputs],
        "files": [str(path) for path in outcome.files],
    }


def _print(facts: dict[str, Any], json: bool, quiet: bool) -> None:
    if json:
        print(_json(facts))
    elif not quiet:
        for name, value in facts.items():
            print(f"{name}: {', '.join(value) if isinstance(value, list) else value}")


def _json(facts: dict[str, Any]) -> str:
    import json

    return json.dumps(facts, ensure_ascii=False, indent=1)
