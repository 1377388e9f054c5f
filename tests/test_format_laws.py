"""Every format in the registry keeps the laws of formats, and the check of the laws finds who does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import harmtax
from harmtax import Incident, RemovalRequest, testing
from harmtax.records import formats
from harmtax.records.formats.format import Decoded, Expressed, Format, Loss
from harmtax.records.record import Record
from tests.rows import exposure, incident

HOME = Path(__file__).resolve().parent.parent
EXAMPLES = HOME / "docs" / "formats" / "examples"
DUMPS = Path(harmtax.__file__).parent / "data"
LEAN = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
FILES = {
    "dsa": EXAMPLES / "answer.json",
    "dsa-single": EXAMPLES / "answer.json",
    "dsa-v1": DUMPS / "dsa-v1.csv",
    "dsa-v2": DUMPS / "dsa-v2.csv",
    "ozone": EXAMPLES / "ozone.json",
    "mastodon": EXAMPLES / "mastodon.json",
    "activitypub": EXAMPLES / "flags.json",
    "ncmec": EXAMPLES / "ncmec.json",
}
WRITTEN = [name for name in formats.names() if formats.named(name).encode is not None]


def record_of(format: Format) -> type[Record]:
    return RemovalRequest if format.records == ("RemovalRequest",) else Incident


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_format_writes_keeps_the_laws(name: str) -> None:
    @LEAN
    @given(st.lists(testing.records(Incident), max_size=4))
    def holds(rows: list[dict[str, Any]]) -> None:
        testing.check_format(formats.named(name), rows)

    holds()


def test_every_format_that_is_read_only_has_a_file_here() -> None:
    read_only = {name for name in formats.names() if formats.named(name).encode is None}
    assert read_only <= set(FILES)


@pytest.mark.parametrize("name", sorted(FILES))
def test_what_a_format_reads_keeps_the_laws(name: str) -> None:
    format_ = formats.named(name)
    testing.check_format(format_, files=[FILES[name].read_bytes()], record=record_of(format_))


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_foreign_file_is_recognised_by_its_first_bytes(name: str) -> None:
    record = record_of(formats.named(name)).table()
    found = formats.recognised(FILES[name].read_bytes()[:65536], "input", record)
    assert found.name == ("dsa" if name == "dsa-single" else name)


# --- who breaks a law is found --------------------------------------------------------------------------

MISP = formats.named("misp")
NDJSON = formats.named("ndjson")


def _forgets(row: Any, record: Any) -> Expressed:
    assert MISP.express is not None
    found = MISP.express(row, record)
    assert found.row is not None
    event: Any = found.row["Event"]
    return found._replace(row={"Event": {**event, "Tag": []}})


def _silent(row: Any, record: Any) -> Expressed:
    return Expressed(None)


def _wavering() -> Callable[..., Expressed]:
    calls = iter(range(10**6))

    def express(row: Any, record: Any) -> Expressed:
        return Expressed({"Event": {"Tag": [], "date": str(next(calls))}})

    return express


def _halved(batch: Any, record: Any) -> Any:
    return iter(list(NDJSON.decode(batch, record))[::2])


def _dropping(batch: Any, record: Any) -> Any:
    for each in NDJSON.decode(batch, record):
        yield Decoded({**(each.row or {}), "revision": 9})


def _two_lines(batch: Any, record: Any) -> Any:
    for each in NDJSON.decode(batch, record):
        yield each._replace(losses=(Loss("revision", "exact"), Loss("revision", "dropped")))


@pytest.mark.parametrize(
    ("format", "law"),
    [
        (replace(MISP, express=_silent), "told why"),
        (replace(MISP, express=_wavering()), "expressed the same way"),
        (replace(MISP, read=lambda row, record: Decoded({})), "comes back as from a file"),
        (replace(NDJSON, decode=_halved), "as many records come back"),
        (replace(NDJSON, decode=_dropping), "loses nothing"),
        (
            replace(formats.named("iab"), express=lambda row, record: Expressed({"id": "x"})),
            "one line",
        ),
    ],
)
def test_a_format_that_breaks_a_law_outward_is_told_which(format: Format, law: str) -> None:
    rows = [incident(), incident(incident_id="i-2")]
    with pytest.raises(AssertionError, match=law):
        testing.check_format(format, rows)


@pytest.mark.parametrize(
    ("decode", "law"), [(_halved, "decoded once"), (_two_lines, "one line of the account")]
)
def test_a_format_that_breaks_a_law_inward_is_told_which(decode: Any, law: str) -> None:
    content = json.dumps(incident()).encode() + b"\n" + json.dumps(incident()).encode() + b"\n"
    with pytest.raises(AssertionError, match=law):
        testing.check_format(replace(NDJSON, decode=decode), files=[content])


def test_a_format_is_asked_only_for_records_that_it_holds() -> None:
    with pytest.raises(AssertionError, match="holds no Exposure"):
        testing.check_format(MISP, [exposure()], record=harmtax.Exposure)


def test_a_format_that_loses_more_is_told_by_the_residue_to_have_lost_it() -> None:
    testing.check_format(replace(MISP, express=_forgets), [incident()])
