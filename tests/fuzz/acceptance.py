"""Fuzz target: every reading of the same bytes says the same.

    python tests/fuzz/acceptance.py -max_total_time=60 CORPUS_DIR

needs atheris; flags are those of libFuzzer. An empty or missing folder is filled with seeds first.
Whatever makes two readings differ is written to a file called `crash-...`, which replays the case when
it is given in the place of the folder.

The readings of a file's lines:

- the kernel, `gate.judge`, as it runs by default;
- the kernel with HARMTAX_ACCEPTOR=none, where the row reading judges every line;
- `explain` on each line, decoded by itself, which asks neither formats nor gate;
- Python's own `json`, strictly, which only says whether a line can be read.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

HOME = Path(__file__).resolve().parent.parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(HOME))


def _watched() -> AbstractContextManager[Any]:
    """Lets the fuzzer see which lines of the readings a case reaches."""
    if __name__ != "__main__":
        return nullcontext()
    import atheris  # type: ignore[import-untyped]

    return atheris.instrument_imports(include=["harmtax.records"])  # type: ignore[no-any-return]


with _watched():
    import msgspec
    import pyarrow as pa

    from harmtax._generated.models import Incident
    from harmtax.records import gate
    from harmtax.records.formats.ndjson import NDJSON
    from harmtax.records.record import explain, schema
    from tests.fuzz import corpus
    from tests.fuzz.mutation import mutated

MARK = b"\xef\xbb\xbf"
# Beyond this many brackets the depth at which a decoder gives up is its own affair.
DEEP = 100
# How many changed copies of a case are read along with it.
COPIES = 40
SWITCH = "HARMTAX_ACCEPTOR"
FIELDS = schema(Incident)
_READ = {"time": datetime.fromisoformat, "date": date.fromisoformat}

Fault = tuple[str, str, str]


class Verdict(NamedTuple):
    """What one reading says of one line: its findings, and the values of an accepted record."""

    findings: frozenset[Fault]
    values: Mapping[str, object] | None

    @property
    def accepted(self) -> bool:
        return all(severity != "error" for severity, _, _ in self.findings)


class Disagreement(AssertionError):
    """Two readings say different things."""


_UNREADABLE = Verdict(frozenset({("error", "unreadable", "")}), None)


def check(content: bytes) -> None:
    """Reads a file in every way. Raises Disagreement."""
    table = judged(content)
    with _acceptor("none"):
        if not table.equals(judged(content)):
            raise Disagreement(f"the acceptor changes what is said of {content[:2000]!r}")
    lines = split(content)
    if table.column("_raw").to_pylist() != lines:
        raise Disagreement(f"{table.num_rows} records in {len(lines)} lines of {content[:2000]!r}")
    for number, (line, verdict) in enumerate(zip(lines, verdicts(table), strict=True), 1):
        _compare(number, line, verdict)


def _compare(number: int, line: bytes, verdict: Verdict) -> None:
    told = explained(line)
    if line.count(b"[") + line.count(b"{") > DEEP:
        same = verdict.accepted == told.accepted
    else:
        same = verdict == told and (told == _UNREADABLE) is not is_object(line)
    if not same:
        raise Disagreement(
            f"line {number}, {line[:2000]!r}: the kernel says {verdict}, alone {told}"
        )


# --- the kernel -------------------------------------------------------------------------------------


def judged(content: bytes) -> pa.Table:
    """The judged batches of a file as one table."""
    batches = list(gate.judge(NDJSON.scan(io.BytesIO(content), "fuzz"), Incident, NDJSON))
    names = gate.judged_schema(Incident)
    # How many lines were suspects is no part of the result, and it stands in the metadata.
    plain = [batch.replace_schema_metadata(names.metadata) for batch in batches]
    return pa.Table.from_batches(plain, names)


def verdicts(table: pa.Table) -> Iterator[Verdict]:
    """What the kernel said of each line."""
    rows = table.select(FIELDS.names).to_pylist()
    for row, found in zip(rows, table.column("_findings").to_pylist(), strict=True):
        findings = frozenset((each["severity"], each["rule"], each["path"]) for each in found or ())
        verdict = Verdict(findings, {name: v for name, v in row.items() if v is not None})
        if not verdict.accepted and verdict.values:
            raise Disagreement(f"a rejected record has values: {verdict}")
        yield verdict if verdict.accepted else verdict._replace(values=None)


@contextmanager
def _acceptor(name: str) -> Iterator[None]:
    before = os.environ.get(SWITCH)
    os.environ[SWITCH] = name
    try:
        yield
    finally:
        if before is None:
            del os.environ[SWITCH]
        else:
            os.environ[SWITCH] = before


# --- line by line -----------------------------------------------------------------------------------


def split(content: bytes) -> list[bytes]:
    """The lines of a file: each ends with LF, the last one perhaps without."""
    lines = content.removeprefix(MARK).split(b"\n")
    return lines if lines[-1] else lines[:-1]


def explained(line: bytes) -> Verdict:
    """What the row reading says of a line by itself."""
    try:
        row = msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _UNREADABLE
    if not isinstance(row, dict):
        return _UNREADABLE
    findings = frozenset((f.severity, f.rule, f.path) for f in explain(row, Incident))
    verdict = Verdict(findings, None)
    return verdict._replace(values=_values(row)) if verdict.accepted else verdict


def _values(row: Mapping[str, Any]) -> dict[str, object]:
    """The values of an accepted row as the columns hold them."""
    return {
        field.name: _READ[field.kind](row[field.name]) if field.kind in _READ else row[field.name]
        for field in Incident.table().fields
        if row.get(field.name) is not None
    }


def is_object(line: bytes) -> bool:
    """Whether Python's own reader takes the line for a JSON object (RFC 8259) that can be written."""
    try:
        value = json.loads(
            line.decode(), parse_constant=_refused, parse_float=_double, object_pairs_hook=_sayable
        )
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict)


def _sayable(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object, once even what a later pair of the same name hides can be said in UTF-8."""
    # A lone surrogate is read, but no UTF-8 can say it.
    json.dumps(pairs, ensure_ascii=False).encode()
    return dict(pairs)


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def _double(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("beyond a double")
    return number


# --- the fuzzer -------------------------------------------------------------------------------------


def spread(content: bytes) -> bytes:
    """The content with changed copies of itself before it, the same for the same content.

    A batch costs the kernel nearly the same whether it holds one line or fifty.
    """
    random = Random(zlib.crc32(content))
    # A byte order mark counts at the start of a file only.
    body = content.removeprefix(MARK)
    mark = content[: len(content) - len(body)]
    copies = [mutated(body, _words(), random) for _ in range(COPIES)]
    return mark + b"\n".join([*copies, body])


@cache
def _words() -> tuple[bytes, ...]:
    return tuple(corpus.words())


def main(arguments: Sequence[str]) -> None:
    """Runs atheris; does not return."""
    import atheris

    for folder in [Path(each) for each in arguments[1:] if not each.startswith("-")][:1]:
        if not folder.is_file():
            corpus.fill(folder)
    with tempfile.NamedTemporaryFile("wb", suffix=".dict", delete=False) as words:
        words.write(corpus.dictionary())
    atheris.Setup([*arguments, f"-dict={words.name}"], lambda content: check(spread(content)))
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
