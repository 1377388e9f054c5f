"""The words that are translated: what English says, and what one language has for it so far.

A language is a folder of `schema/translations/` with one file per part. A file states who has looked at it
(`review`) and holds entries by element. An entry has one text for each English text, and under `of` the
digest of the English texts that it translates; where that digest no longer holds, English has changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harmtax.standard.english import KINDS, digest, texts_of

from schema.writers.source import Refused, known, plain

Texts = Mapping[str, str]
English = Mapping[str, Mapping[str, Texts]]
# The parts of a language and the elements of the standard that each translates.
SAY = "say"
PARTS = {
    "report": "report",
    "categories": "categories",
    "codelists": "code_lists",
    "places": "code_lists",
    "records": "record_types",
    "rules": "rules",
    "metrics": "metrics",
}
PLACES = ("CountryCode", "LanguageCode")
REVIEWS = ("machine_draft", "adopted", "reviewed")
SOURCE = "en"
LICENCE = "Licence: CC BY 4.0."
NOTES = {
    "machine_draft": "A machine draft that no speaker has reviewed; docs/languages.md tells how to."
    f" {LICENCE}",
    "adopted": "Taken over as it is from the source, under its licence.",
    "reviewed": LICENCE,
}


@dataclass(frozen=True)
class Entry:
    """The texts of one element in one language, and the digest of the English that they translate."""

    texts: Texts
    of: str
    # `by` and `day` of whoever reviewed this entry, or its `status`; empty where that of the file holds.
    review: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """One file of a language: its review as a whole, and its entries by element."""

    review: str
    entries: Mapping[str, Entry]
    source: str = ""


def english(elements: Mapping[str, Mapping[str, Any]], schema: Path) -> dict[str, dict[str, Texts]]:
    """The English texts by part and element, in the order of the schema.

    `elements` are those of the snapshot; the sentences of the reports stand in a file of their own.
    """
    said = plain(schema / "translations" / SOURCE / "report.yaml")["say"]
    found: dict[str, dict[str, Texts]] = {part: {} for part in PARTS}
    found["report"] = {key: {SAY: text} for key, text in said.items()}
    for name, facts in elements.items():
        kind, _, key = name.partition("/")
        texts = texts_of(name, facts)
        if (part := _part(kind, key)) is not None and texts:
            found[part][key or kind] = texts
    return found


def _part(kind: str, key: str) -> str | None:
    if kind == "code_lists":
        name, inner, _ = key.partition("/")
        return "places" if inner and name in PLACES else "codelists"
    return {element: part for part, element in PARTS.items()}.get(kind)


def located(element: str) -> tuple[str, str] | None:
    """Part and key of the entry that translates an element; None where its words are not translated."""
    kind, _, key = element.partition("/")
    part = _part(kind, key)
    return (part, key or kind) if part else None


def element(part: str, key: str) -> str:
    """The name of the element in the snapshot that an entry of a part translates."""
    return key if key == PARTS[part] else f"{PARTS[part]}/{key}"


def is_stale(entry: Entry, now: Texts) -> bool:
    """Whether the English that an entry translates has changed since."""
    return entry.of != digest({kind: now.get(kind, "") for kind in entry.texts})


def status_of(part: Part, entry: Entry) -> str:
    """Who has looked at an entry: what it says itself, or what its file says."""
    return entry.review.get("status", "reviewed") if entry.review else part.review


def missing(entry: Entry | None, now: Texts) -> tuple[str, ...]:
    """The kinds of text that an entry lacks."""
    return tuple(kind for kind in now if entry is None or kind not in entry.texts)


def read(path: Path) -> Part:
    """One file of a language; one that does not exist has no entries. Raises Refused."""
    if not path.exists():
        return Part("machine_draft", {})
    where = f"translations/{path.parent.name}/{path.name}"
    node = plain(path)
    known(where, node, {"review", "source", "texts"})
    if node.get("review") not in REVIEWS:
        raise Refused(f"{where}: review is one of {', '.join(REVIEWS)}")
    entries = {key: _entry(f"{where}: {key}", each) for key, each in (node["texts"] or {}).items()}
    return Part(node["review"], entries, node.get("source", ""))


def _entry(where: str, node: Mapping[str, Any]) -> Entry:
    known(where, node, {SAY, *KINDS, "of", "review"})
    if not isinstance(node.get("of"), str):
        raise Refused(f"{where}: `of` is missing; use: python -m schema.translate")
    review = node.get("review") or {}
    if isinstance(review, str) and review in REVIEWS:
        review = {"status": review}
    elif review and (isinstance(review, str) or set(review) != {"by", "day"}):
        raise Refused(f"{where}: a review says by whom and on which day")
    texts = {kind: node[kind] for kind in (SAY, *KINDS) if kind in node}
    for kind, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            raise Refused(f"{where}: {kind} is not a text")
    return Entry(texts, node["of"], {key: str(told) for key, told in review.items()})


def written(part: Part) -> str:
    """The text of a file: the entries in their order, one text a line."""
    lines = [f"# {NOTES[part.review]}", f"review: {part.review}"]
    if part.source:
        lines.append(f"source: {_quoted(part.source)}")
    lines.append("texts:")
    for key, entry in part.entries.items():
        lines.append(f"  {_quoted(key) if key in ('no', 'none') else key}:")
        lines += [f"    {kind}: {_quoted(text)}" for kind, text in entry.texts.items()]
        lines.append(f"    of: {_quoted(entry.of)}")
        if "status" in entry.review:
            lines.append(f"    review: {entry.review['status']}")
        elif entry.review:
            by, day = _quoted(entry.review["by"]), entry.review["day"]
            lines.append(f"    review: {{by: {by}, day: {day}}}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text in quotation marks; JSON is a part of YAML."""
    return json.dumps(text, ensure_ascii=False)
