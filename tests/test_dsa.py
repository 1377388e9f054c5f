"""Statements of reasons become incidents, or say why not. The rows are real ones (CC BY 4.0)."""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import harmtax
from harmtax import Incident, explain
from harmtax._generated.foreign import FORMATS
from harmtax.errors import BadUse
from harmtax.records import formats
from harmtax.records.formats.format import Decoded, Loss

DATA = Path(str(files("harmtax"))) / "data"
DUMPS = {"dsa-v1": DATA / "dsa-v1.csv", "dsa-v2": DATA / "dsa-v2.csv"}


def decoded(name: str, content: bytes) -> list[Decoded]:
    format_ = formats.named(name)
    return [
        each
        for batch in format_.scan(io.BytesIO(content), "dump")
        for each in format_.decode(batch, Incident.table())
    ]


def statement(version: str = "dsa-v2", **changes: str) -> Decoded:
    """The first real statement with some cells changed."""
    with DUMPS[version].open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        row = {**next(reader), **changes}
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(row))
    writer.writeheader()
    writer.writerow(row)
    [found] = decoded(version, text.getvalue().encode())
    return found


@pytest.mark.parametrize("name", DUMPS)
def test_a_dump_is_recognised_by_its_header(name: str) -> None:
    head = DUMPS[name].read_bytes()[:65536]
    assert formats.recognised(head, "dump", Incident.table()).name == name


@pytest.mark.parametrize("name", DUMPS)
def test_a_light_dump_is_recognised_and_arrives(name: str, tmp_path: Path) -> None:
    # The light dump lacks the four columns with long or repeated content.
    left_out = {
        "illegal_content_explanation", "incompatible_content_explanation", "territorial_scope",
        "decision_facts",
    }  # fmt: skip
    with DUMPS[name].open(newline="", encoding="utf-8") as file:
        rows = [{k: v for k, v in row.items() if k not in left_out} for row in csv.DictReader(file)]
    with (tmp_path / "light.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    outcome = harmtax.validate(tmp_path / "light.csv", tmp_path / "out")
    assert outcome.inputs[0].format == name
    assert outcome.accepted >= 4


def test_the_eleven_real_statements_arrive(tmp_path: Path) -> None:
    outcome = harmtax.validate(list(DUMPS.values()), tmp_path / "out", record=Incident)
    assert (outcome.rows, outcome.accepted, outcome.rejected) == (11, 10, 1)
    rows = pq.read_table(tmp_path / "out" / "Incident-00000.parquet").to_pylist()
    assert [(row["reporter_id"], row["category"]) for row in rows] == [
        ("tiktok", "OTH"),
        ("pinterest", "ASX-EXP"),
        ("google-shopping", "OTH"),
        ("tiktok", "CIV"),
        ("wallapop", "IPR"),
        ("kleinanzeigen", "FRD"),
        ("hotel-hideaway", "OTH"),
        ("hotel-hideaway", "OTH"),
        ("discord-netherlands-b-v", "OTH"),
        ("kleinanzeigen", "FRD"),
    ]
    assert {row["generation"] for row in rows} == {"unknown"}
    [repeated] = [g for g in outcome.groups if g.finding.severity == "error"]
    assert (repeated.finding.rule, repeated.finding.line) == ("HT-R22", 3)


def test_converting_statements_counts_the_same_losses_as_validating_them(tmp_path: Path) -> None:
    validated = harmtax.validate(DUMPS["dsa-v2"], tmp_path / "out", record=Incident)
    converted = harmtax.convert(DUMPS["dsa-v2"], tmp_path / "copy.ndjson", "ndjson")
    assert converted.losses == validated.losses != ()
    again = harmtax.validate(tmp_path / "copy.ndjson", tmp_path / "again")
    assert (again.accepted, again.losses) == (6, ())


def test_a_statement_with_a_web_address_in_its_text_is_masked_and_counted() -> None:
    found = statement()
    assert found.row is not None
    assert "http" not in str(found.row["ground_explanation"])
    assert "[masked]" in str(found.row["ground_explanation"])
    assert Loss("ground_explanation", "dropped", "masked") in found.losses


def test_a_deepfake_of_an_adult_becomes_intimate_image_abuse_with_declared_presumptions() -> None:
    found = statement(
        category="STATEMENT_CATEGORY_CYBER_VIOLENCE",
        category_specification='["KEYWORD_NON_CONSENSUAL_MATERIAL_DEEPFAKE"]',
    )
    assert found.row is not None
    assert found.row["category"] == "IIA"
    assert found.row["generation"] == "synthetic_unspecified"
    assert found.row["depicted_consent"] == "denied"
    assert not [f for f in explain(found.row, Incident) if f.severity == "error"]
    assert {loss.field for loss in found.losses if loss.kind == "defaulted"} >= {
        "generation", "depicted_age_group", "depicted_identifiable", "depicted_consent",
    }  # fmt: skip


def test_the_keyword_with_the_highest_precedence_names_the_category() -> None:
    found = statement(
        category="STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
        category_addition='["STATEMENT_CATEGORY_SCAMS_AND_FRAUD"]',
        category_specification='["KEYWORD_CHILD_SEXUAL_ABUSE_MATERIAL","KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS"]',
    )
    assert found.row is not None
    assert found.row["category"] == "CSE-COE"
    assert found.row["category_additional"] == ["FRD"]
    assert found.row["targeted_group"] == ["children"]
    assert not [f for f in explain(found.row, Incident) if f.severity == "error"]


def test_synthetic_media_says_how_the_imagery_came_about() -> None:
    found = statement(content_type='["CONTENT_TYPE_SYNTHETIC_MEDIA","CONTENT_TYPE_IMAGE"]')
    alone = statement(content_type='["CONTENT_TYPE_SYNTHETIC_MEDIA"]')
    assert found.row is not None and alone.row is not None
    assert found.row["content_type"] == ["image"]
    assert found.row["generation"] == alone.row["generation"] == "synthetic_unspecified"
    assert alone.row["content_type"] == ["other"]
    assert not [f for f in explain(alone.row, Incident) if f.severity == "error"]


def test_a_code_that_the_crosswalk_cannot_place_is_a_finding_not_a_silent_drop() -> None:
    found = statement(category="STATEMENT_CATEGORY_OF_TOMORROW", source_type="SOURCE_X")
    assert [(f.rule, f.origin) for f in found.findings] == [
        ("unmapped", "category"),
        ("unmapped", "source_type"),
    ]


def test_a_code_without_a_place_breaks_no_rule_that_speaks_of_it(tmp_path: Path) -> None:
    text = DUMPS["dsa-v2"].read_text(encoding="utf-8")
    path = tmp_path / "dump.csv"
    path.write_text(text.replace("DECISION_VISIBILITY_CONTENT_DISABLED", "DECISION_OF_TOMORROW"))
    outcome = harmtax.validate(path, tmp_path / "out")
    assert [g.finding.rule for g in outcome.groups if g.finding.severity == "error"] == ["unmapped"]


def test_statements_are_incidents_and_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="holds records of Incident"):
        harmtax.validate(
            DUMPS["dsa-v2"], tmp_path / "out", format="dsa-v2", record=harmtax.Exposure
        )


def test_a_cell_that_is_no_array_makes_the_statement_unreadable() -> None:
    assert [f.rule for f in statement(content_type="CONTENT_TYPE_IMAGE").findings] == ["unreadable"]


@pytest.mark.parametrize("name", DUMPS)
def test_every_column_of_a_statement_arrives_or_is_counted_as_lost(name: str) -> None:
    version = FORMATS[name.replace("-", "_")]
    for column in version.columns:
        assert column.ours or column.lost
        assert set(column.ours) <= {field.name for field in Incident.table().fields}


def test_every_pair_of_category_and_keyword_becomes_a_sound_incident() -> None:
    version = FORMATS["dsa_v2"]
    broken: list[Any] = []
    for category in version.codes["DsaCategory"]:
        for keyword in (None, *version.codes["DsaKeyword"]):
            found = statement(
                category=category,
                category_specification=f'["{keyword}"]' if keyword else "",
                # UNS is for notices only.
                source_type="SOURCE_ARTICLE_16",
            )
            assert found.row is not None and not found.findings
            errors = [f for f in explain(found.row, Incident) if f.severity == "error"]
            broken += [(category, keyword, errors)] if errors else []
    assert broken == []
