"""What we write is read by tools of others, and what we read is what those tools take for their own.

The tools live in an environment of their own, as some of them pin what ours pins otherwise. Without it
these tests are skipped on a laptop; `make test` builds it.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pyarrow.ipc
import pytest

import harmtax
from harmtax import RemovalRequest
from harmtax._generated.crosswalks import CROSSWALKS
from harmtax._generated.foreign import FORMATS
from harmtax._generated.taxonomy import CATEGORIES
from harmtax.records import formats
from harmtax.records.formats import machine_tags
from harmtax.sampling.choosers import RandomChooser
from harmtax.sampling.rows import draw_row
from tests.rows import incident

HOME = Path(__file__).resolve().parent.parent
EXAMPLES = HOME / "docs" / "formats" / "examples"
PEERS = Path(os.environ.get("HARMTAX_PEERS", HOME / ".venv-peers" / "bin" / "python"))
SERVICE = {"reporter_id": "north", "service_id": "north-video"}


@pytest.fixture(autouse=True)
def _peers() -> None:
    if not PEERS.exists() and not os.environ.get("CI"):
        pytest.skip("the tools of others are not installed; `make test` installs them")


def read_back(kind: str, path: Path) -> Any:
    """What the tool of somebody else finds in a file."""
    reader = Path(__file__).with_name("read_back.py")
    command = [str(PEERS), "-W", "ignore", str(reader), kind, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=path.parent)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def drawn() -> list[dict[str, Any]]:
    """Two records of each category."""
    rows = []
    for number, category in enumerate([each.code for each in CATEGORIES] * 2):
        pins = {"category": category, "incident_id": f"i-{number}"}
        rows.append(draw_row("Incident", RandomChooser(Random(number)), pins))
    return rows


def converted(tmp_path: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    source, target = tmp_path / "in.ndjson", tmp_path / "out"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    harmtax.convert(source, target, name)
    return target


def test_stix_bundles_are_parsed_and_keep_the_schemas_of_oasis(tmp_path: Path) -> None:
    rows = drawn()
    found = read_back("stix", converted(tmp_path, "stix", rows))
    assert found["errors"] == []
    told = [next(iter(each["extensions"].values())) for each in found["incidents"]]
    assert [each["category"] for each in told] == [row["category"] for row in rows]


def test_misp_reads_events_and_their_tags(tmp_path: Path) -> None:
    rows = drawn()
    events = read_back("misp", converted(tmp_path, "misp", rows))
    assert [each["date"] for each in events] == [row["content_date"] for row in rows]
    for row, event in zip(rows, events, strict=True):
        assert event["tags"] == [str(tag) for _, tag in machine_tags.tags(row)]


def test_every_tag_of_an_event_is_in_the_taxonomy_that_misp_loads(tmp_path: Path) -> None:
    taxonomy = read_back("machinetag", HOME / "exports" / "next" / "misp" / "machinetag.json")
    assert taxonomy["name"] == "harmtax" and taxonomy["version"] == 200
    events = read_back("misp", converted(tmp_path, "misp", drawn()))
    assert {tag for event in events for tag in event["tags"]} <= set(taxonomy["tags"])


def test_a_catalogue_of_the_content_taxonomy_knows_every_topic(tmp_path: Path) -> None:
    rows = [
        row for row in drawn() if row["incident_status"] in ("actioned", "violation_not_actioned")
    ]
    items = read_back("iab", converted(tmp_path, "iab", rows))
    assert len(items) > 20
    assert all(path[0] == "Sensitive Topics" for item in items for path in item)


def test_every_topic_of_the_crosswalk_has_the_name_that_the_catalogue_gives_it(
    tmp_path: Path,
) -> None:
    codes = list(FORMATS["iab"].codes["IabSensitiveTopic"])
    path = tmp_path / "items"
    path.write_text(json.dumps({"catswithsuitability": [{"id": code} for code in codes]}))
    [names] = read_back("iab", path)
    assert len(names) == len(codes) == len({tuple(name) for name in names})
    paired = [str(pair.theirs).split("/") for pair in CROSSWALKS["iab"]]
    assert {code for column, *rest in paired if column == "content" for code in rest} <= set(codes)


@pytest.mark.parametrize("name", ["ozone", "mastodon", "activitypub"])
def test_the_reports_of_the_examples_are_such_to_the_tools_of_those_who_send_them(
    name: str, tmp_path: Path
) -> None:
    path = EXAMPLES / ("flags.json" if name == "activitypub" else f"{name}.json")
    theirs = read_back(name, path)
    target = tmp_path / "out"
    declared = SERVICE | {"outcome": "no_violation"}
    harmtax.convert(path, target, "ndjson", format=name, record=RemovalRequest, defaults=declared)
    ours = [json.loads(line) for line in target.read_text().splitlines()]
    if name == "activitypub":
        assert theirs == {"kinds": ["Flag"], "objects": ours[0]["item_count"] + 1}
        return
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        if name == "mastodon":
            assert mine["item_count"] == other["posts"]
            assert mine["received_at"].removesuffix("Z") == other["at"].removesuffix("+00:00")
        else:
            assert mine["item_count"] == (other["kind"] == "com.atproto.repo.strongRef")


@pytest.mark.parametrize("name", ["ndjson", "json", "csv", "parquet", "arrow"])
def test_our_own_formats_are_read_by_others(name: str, tmp_path: Path) -> None:
    rows = [incident(), incident(incident_id="i-2", views_before_action=7)]
    path = converted(tmp_path, name, rows)
    if name == "arrow":
        with pyarrow.ipc.open_file(path) as file:
            table = pl.from_arrow(file.read_all())
    else:
        read = {"ndjson": pl.read_ndjson, "json": pl.read_json, "csv": pl.read_csv}
        table = read.get(name, pl.read_parquet)(path)
    assert isinstance(table, pl.DataFrame)
    assert table["incident_id"].to_list() == ["i-1", "i-2"]
    assert table["views_before_action"].to_list() == [None, 7]
    assert formats.named(name).express is None
