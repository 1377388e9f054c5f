"""The command line: one short function per verb. Exit codes: 0 clean, 1 the data failed, 2 bad use,
3 an input or output could not be read or written, 128 and the signal's number when one ended it."""

from __future__ import annotations

import io
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from harmtax import console, figure_commands, filing_commands, version_commands
from harmtax.options import (
    DefaultsFile,
    FailOn,
    FormatName,
    Json,
    Lang,
    Look,
    Out,
    Quiet,
    RecordType,
    Sources,
    WaiverFile,
)
from harmtax.taxonomy_commands import taxonomy

if TYPE_CHECKING:
    from harmtax.records.record import Record

app = App(
    name="harmtax",
    help="Report harmful synthetic imagery in shared words: validate, convert, aggregate.",
    suppress_keyboard_interrupt=False,
    version_flags=["--version"],
    version=lambda: __import__("harmtax").VERSION,
)
app.command(taxonomy)
version_commands.add(taxonomy)
figure_commands.add(app)
filing_commands.add(app)


@app.command
def validate(
    sources: Sources,
    /,
    *,
    output: Out,
    record: RecordType = "incident",
    format: FormatName = None,
    quarantine: Path | None = None,
    waivers: WaiverFile = None,
    defaults: DefaultsFile = None,
    fail_on: FailOn = "",
    findings: Look = "text",
    lang: Lang = "en",
    jobs: int = 1,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Validate files into a Parquet dataset and a quarantine.

    Parameters
    ----------
    output
        Folder of the dataset, or - to write its Parquet file to standard output.
    quarantine
        Folder of the rejected records; beside the dataset if left out.
    jobs
        How many processes judge at once; the result is the same.
    """
    from dataclasses import replace

    import harmtax

    _refuse_words(findings, lang)
    kinds = console.kinds_of_loss(fail_on)
    with console.dataset_to(output, quarantine) as target, console.watching(quiet) as progress:
        outcome = harmtax.validate(
            console.source_of(sources), target, format=format, record=_record(record),
            quarantine=quarantine, waivers=waivers, defaults=defaults, jobs=jobs,
            progress=progress,
        )  # fmt: skip
    if target == output:
        console.tell(outcome, findings, json, quiet, lang=lang)
    else:
        # What is not the result does not mix with it, and the folder that it came from is gone.
        kept = tuple(path for path in outcome.files if target not in path.parents)
        console.tell(replace(outcome, files=kept), findings, json, quiet, sys.stderr, lang)
    return 1 if outcome.rejected or console.has_lost(outcome, kinds) else 0


@app.command
def repair(
    quarantine: Path,
    fixes: Path | None = None,
    /,
    *,
    output: Annotated[
        Path | None, Parameter(name=["--output", "-o"], help="The dataset that they join.")
    ] = None,
    waivers: WaiverFile = None,
    findings: Look = "text",
    lang: Lang = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Suggest fixes for the records of a quarantine, or apply those that you settled on.

    Without FIXES a table of suggestions is printed: edit it, save it as CSV and give it as FIXES, with
    the dataset that the repaired records join. What still fails stays in quarantine.
    """
    from harmtax.errors import BadUse

    if fixes is None:
        return _suggest(quarantine, output)
    if output is None:
        raise BadUse("name the dataset that the repaired records join: -o DATASET")
    import harmtax

    _refuse_words(findings, lang)
    outcome = harmtax.repair(quarantine, fixes, output, waivers=waivers)
    console.tell(outcome, findings, json, quiet, lang=lang)
    return 1 if outcome.rejected else 0


def _suggest(quarantine: Path, output: Path | None) -> int:
    from harmtax.errors import BadUse
    from harmtax.records import fixes, suggestions

    if output is not None:
        raise BadUse("name the table of fixes before the dataset; without one it is only suggested")
    found = suggestions.suggested(quarantine)
    sys.stdout.write(fixes.table(found.fixes))
    for reason, count in found.left.items():
        print(f"{count} findings have no row here: {reason}", file=sys.stderr)
    return 0


@app.command
def convert(
    source: str,
    /,
    *,
    to: Annotated[str, Parameter(help="Format of the result.")],
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    record: RecordType = "incident",
    format: FormatName = None,
    defaults: DefaultsFile = None,
    residue: Path | None = None,
    restore: Path | None = None,
    fail_on: FailOn = "",
    findings: Look = "text",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Write records in another format; without --output only check what its receiver would refuse.

    Beside the result stands an account of losses as JSON.

    Parameters
    ----------
    residue
        File that keeps what the format cannot say.
    restore
        A residue kept before: the records of SOURCE become again what they were.
    """
    import harmtax

    _refuse_words(findings)
    kinds = console.kinds_of_loss(fail_on)
    with console.written_to(output) as target, console.watching(quiet) as progress:
        outcome = harmtax.convert(
            console.source_of((source,)), target, to, format=format, record=_record(record),
            defaults=defaults, residue=residue, restore=restore, progress=progress,
        )  # fmt: skip
    console.tell(outcome, findings, json, quiet or target != output)
    return 1 if outcome.rejected or console.has_lost(outcome, kinds) else 0


@app.command
def migrate(
    sources: Sources,
    /,
    *,
    output: Out,
    to: Annotated[
        str | None, Parameter(help="Version of the result; the current one if left out.")
    ] = None,
    record: RecordType = "incident",
    format: FormatName = None,
    residue: Path | None = None,
    restore: Path | None = None,
    fail_on: FailOn = "",
    findings: Look = "text",
    lang: Lang = "en",
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Write records or observations in another version of the standard, forwards or backwards.

    The suffix of the result says its format: ndjson, json, csv, parquet or arrow. Beside it stands an account
    of losses as JSON.

    Parameters
    ----------
    residue
        File that keeps what the other version cannot say.
    restore
        A residue kept before: the records become again what they were.
    """
    import harmtax

    _refuse_words(findings, lang)
    kinds = console.kinds_of_loss(fail_on)
    with console.watching(quiet) as progress:
        outcome = harmtax.migrate(
            console.source_of(sources), output, to=to or harmtax.VERSION, record=_record(record),
            format=format, residue=residue, restore=restore, progress=progress,
        )  # fmt: skip
    console.tell(outcome, findings, json, quiet, lang=lang)
    return 1 if outcome.rejected or console.has_lost(outcome, kinds) else 0


@app.command
def formats(*, json: Json = False) -> int:
    """List the formats that can be read and written, those of other packages too."""
    console.list_formats(json)
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


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line and gives the exit code; no error of ours ends in a traceback."""
    from harmtax.errors import HarmtaxError, Unreadable

    tokens = console.named_streams(sys.argv[1:] if arguments is None else arguments)
    try:
        result = app(tokens, exit_on_error=False, result_action="return_value")
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return 128 + next(iter(_ended_by), signal.SIGINT)
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


def run() -> None:
    """The console script."""
    # Arrow's own allocator gives memory back too eagerly for batches that follow each other.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What the terminal cannot show is escaped, after all the work.
            stream.reconfigure(errors="backslashreplace")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    sys.exit(main())


# The signal that ended the run, when it was another than Ctrl-C.
_ended_by: list[int] = []


def _end(number: int, _: object) -> None:
    """Whoever ends us kindly shall find nothing half-written."""
    _ended_by.append(number)
    raise KeyboardInterrupt


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


def _refuse_words(look: str, lang: str = "en") -> None:
    """A look or a language that is not known is told before the work, not after it."""
    from harmtax.records.findings import looks
    from harmtax.standard import languages

    looks.named(look)
    languages.language(lang)
