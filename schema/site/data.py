"""A category as JSON and as Turtle, beside its page."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from schema.site.matter import Matter

KINDS = ("title", "definition", "includes", "excludes")
_SUBJECT = re.compile(r"<https://w3id\.org/harmtax/CategoryCode/([^>]+)> a skos:Concept")


def files(matter: Matter) -> Mapping[str, str]:
    """The text of each file by its path in the site."""
    turtle = (matter.home / "exports" / "next" / "skos.ttl").read_text(encoding="utf-8")
    head, *blocks = turtle.strip().split("\n\n")
    found = {}
    for block in blocks:
        subject = _SUBJECT.match(block)
        if subject:
            found[f"taxonomy/{subject[1]}.ttl"] = f"{head}\n\n{block}\n"
    for name in matter.of("category"):
        code = name.partition("/")[2]
        told = json.dumps(_json(matter, name, code), ensure_ascii=False, indent=1)
        found[f"taxonomy/{code}.json"] = told + "\n"
    return found


def _json(matter: Matter, name: str, code: str) -> Mapping[str, object]:
    """Everything about one category: its facts, its words in each language, its pairs with other lists."""
    return {
        "harmtax_version": matter.now.version,
        "code": code,
        **matter.now.elements[name],
        "languages": {
            tag: {kind: tongue.plain(name, kind) for kind in KINDS if tongue.has(name, kind)}
            for tag, tongue in matter.tongues.items()
        },
        "crosswalks": {
            crosswalk: [
                {"predicate": pair.predicate, "theirs": pair.theirs, "when": pair.when}
                for pair in pairs
                if pair.ours == code and pair.code_list == "CategoryCode"
            ]
            for crosswalk, pairs in matter.pairs.items()
        },
    }
