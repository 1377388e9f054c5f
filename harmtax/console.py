"""What the commands share at the terminal: streams, printed outcomes, progress."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from harmtax.records.intake import Outcome, Progress

# The parser would take a lone hyphen for an option that it does not know.
STDIN, STDOUT = "/dev/stdin", "/dev/stdout"
OUTPUT = ("-o", "--output")


def named_streams(tokens: Sequence[str]) -> list[str]:
    """The tokens with lone hyphens named: the output after -o, the input elsewhere."""
    before = ("", *tokens)
    return [
        (STDOUT if last in OUTPUT else STDIN) if token == "-" else _joined(token)
        for last, token in zip(before, tokens, strict=False)
    ]


def _joined(token: str) -> str:
    option, _, value = token.partition("=")
    return f"{option}={STDOUT}" if option in OUTPUT and value == "-" else token


def source_of(sources: Sequence[str]) -> Any:
    """What the words of a command name as its source. Raises BadUse when there is none."""
    from harmtax.errors import BadUse

    if not sources:
        raise BadUse("name at least one file, or - for standard input")
    if sys.stdin is None and STDIN in sources:
        raise BadUse("standard input is closed")
    return [sys.stdin.buffer if each == STDIN else each for each in sources]


@contextmanager
def written_to(output: Path | None) -> Iterator[Path | None]:
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


def keep_apart(outputs: Iterable[Path], inputs: Iterable[Path | None]) -> None:
    """Raises BadUse when an output is one of the inputs, lies within one, or is named twice."""
    from harmtax.errors import BadUse

    taken: set[Path] = set()
    read = [each.resolve() for each in inputs if each is not None]
    for output in outputs:
        place = output.resolve()
        if str(output) != STDOUT and (place in taken or {place, *place.parents} & set(read)):
            raise BadUse(
                f"{output} is read or written already; choose another place for the result"
            )
        taken.add(place)


@contextmanager
def dataset_to(output: Path, quarantine: Path | None) -> Iterator[Path]:
    """The folder of a dataset; for a lone hyphen its one part goes to standard output in the end.

    Raises BadUse when the quarantine would have no place.
    """
    if str(output) != STDOUT:
        yield output
        return
    if quarantine is None:
        from harmtax.errors import BadUse

        raise BadUse("say where rejected records go: --quarantine FOLDER")
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "dataset"
        [part] = (Path(folder) / "dataset").glob("*.parquet")
        with part.open("rb") as stream:
            shutil.copyfileobj(stream, sys.stdout.buffer)


@contextmanager
def watching(quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """Shows how far a run has come on a terminal; in a pipe, or when quiet, there is nothing to call."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich import progress
    from rich.console import Console

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.TaskProgressColumn(),
        progress.TextColumn("{task.fields[rate]}"),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Bars(bar).show


class _Bars:
    """One bar per input, in bytes, since the number of its records is not known before."""

    def __init__(self, bar: Any) -> None:
        self._bar = bar
        self._tasks: dict[str, Any] = {}

    def show(self, told: Progress) -> None:
        if told.name not in self._tasks:
            self._tasks[told.name] = self._bar.add_task(told.name, total=told.size, rate="")
        task = self._tasks[told.name]
        seconds = self._bar.tasks[task].elapsed or 0
        rate = f"{told.rows / seconds:,.0f} records/s" if seconds > 0 else ""
        self._bar.update(task, completed=told.taken, total=told.size, rate=rate)


def tell(
    outcome: Outcome,
    look: str,
    json: bool,
    quiet: bool,
    to: TextIO | None = None,
    lang: str = "en",
) -> None:
    """Prints an outcome: its findings in a look, and, in the text, what was read and written.

    Raises BadUse for a look or a language that is not known.
    """
    from harmtax.records.findings import looks, wording

    chosen = looks.named("json" if json else look)
    if quiet and not json:
        return
    to = to or sys.stdout
    if chosen is looks.named("text"):
        rejected = f"{outcome.rejected} rejected"
        print(f"{outcome.rows} records: {outcome.accepted} accepted, {rejected}", file=to)
    with wording.in_language(lang):
        to.writelines(chosen(outcome.groups, facts(outcome)))
    if chosen is looks.named("text"):
        print("\n".join(_footer(outcome)), file=to)
    elif not json:
        # A table of findings has no place for what was waived.
        print("".join(f"{line}\n" for line in _waivers(outcome)), end="", file=sys.stderr)


def _footer(outcome: Outcome) -> Iterator[str]:
    yield from _expired(outcome)
    from harmtax.records import account_table

    yield from account_table.lines(outcome.losses)
    for path in outcome.files:
        yield f"wrote {path}"


def _waivers(outcome: Outcome) -> Iterator[str]:
    for use in outcome.waivers:
        where = use.waiver.path or "everywhere"
        yield f"waiver {use.waiver.rule} {where}, {use.count}x: {use.waiver.reason}"
    yield from _expired(outcome)


def _expired(outcome: Outcome) -> Iterator[str]:
    for each in outcome.expired:
        yield f"waiver {each.rule} expired on {each.expires} and holds no more: {each.reason}"


def facts(outcome: Outcome) -> dict[str, object]:
    """An outcome as JSON types, its findings left out."""
    from dataclasses import asdict

    return {
        "rows": outcome.rows,
        "accepted": outcome.accepted,
        "rejected": outcome.rejected,
        "losses": [asdict(lost) for lost in outcome.losses],
        "inputs": [each.facts() for each in outcome.inputs],
        "waivers": [use.facts() for use in outcome.waivers],
        "expired": [each.facts() for each in outcome.expired],
        "files": [str(path) for path in outcome.files],
    }


def day(written: str | None) -> date | None:
    """A day in the form YYYY-MM-DD. Raises BadUse."""
    from datetime import date

    from harmtax.errors import BadUse

    try:
        return date.fromisoformat(written) if written is not None else None
    except ValueError as error:
        raise BadUse(f"{written!r} is not a day in the form YYYY-MM-DD") from error


def facts_of(value: Any) -> dict[str, Any]:
    """A frozen value as JSON types."""
    from dataclasses import asdict

    return asdict(value)


def kinds_of_loss(named: str) -> tuple[str, ...]:
    """The kinds of loss in a list separated by commas. Raises UnknownCode."""
    from harmtax._generated.constraints import CODES
    from harmtax.errors import UnknownCode

    kinds = tuple(each.strip().replace("-", "_") for each in named.split(",") if each.strip())
    for kind in kinds:
        if kind not in CODES["LossKind"]:
            raise UnknownCode(kind, "LossKind")
    return kinds


def has_lost(outcome: Outcome, kinds: tuple[str, ...]) -> bool:
    """Whether an outcome counts a loss of one of the kinds."""
    return any(lost.kind in kinds for lost in outcome.losses)


def list_formats(json: bool) -> None:
    """Prints every format: which way it goes, the records that it holds, and the package it is from."""
    from harmtax._generated.constraints import RECORDS
    from harmtax.records import account_table, formats

    facts: dict[str, Any] = {}
    for name, origin, found, fault in formats.listed():
        if found is None:
            facts[f"{name} ({origin})"] = {"origin": origin, "fault": fault}
            continue
        facts[name] = {
            "title": found.title,
            "in": found.is_read,
            "out": found.encode is not None,
            "records": list(found.records or RECORDS),
            "origin": origin,
        }
    if json:
        print(as_json(facts))
        return
    rows = [("format", "in", "out", "records", "from", "what it is")]
    for name, each in facts.items():
        if "fault" in each:
            rows.append((name, "no", "no", "", each["origin"], each["fault"]))
            continue
        ways = ["yes" if each[way] else "no" for way in ("in", "out")]
        held = "all" if len(each["records"]) == len(RECORDS) else ", ".join(each["records"])
        rows.append((name, ways[0], ways[1], held, each["origin"], each["title"]))
    print(*(line.removeprefix("  ") for line in account_table.table(rows)), sep="\n")


def show(facts: dict[str, Any], json: bool, quiet: bool) -> None:
    """Prints facts, a line each or as JSON."""
    if json:
        print(as_json(facts))
    elif not quiet:
        for name, value in facts.items():
            print(f"{name}: {', '.join(value) if isinstance(value, list) else value}")


def as_json(facts: dict[str, Any]) -> str:
    """Facts as JSON that reads well."""
    import json

    return json.dumps(facts, ensure_ascii=False, indent=1)
