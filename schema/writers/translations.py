"""Writes the words of each language: a file that the package reads when it is asked for, and a table for all.

The files of the languages stand in `schema/translations/`; see `wording` for their form. What a language
lacks stays out of its file; what the standard has no more stays out too and is listed by the gate.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harmtax.shapes import Language, MetricRow

from schema.writers import standard
from schema.writers.literals import module
from schema.writers.plan import Plan
from schema.writers.source import Refused, known, plain
from schema.writers.wording import (
    PARTS,
    SOURCE,
    English,
    Entry,
    Part,
    Texts,
    element,
    english,
    is_stale,
    read,
    status_of,
)
from schema.writers.wording_lint import places

WORDS = "harmtax/_generated/words"
NOTES = ("includes", "excludes")
KNOWN = ("name", "group", "point", *NOTES)
Asked = Mapping[str, list[str]]
HEAD = ("language", "element", "text", "wording", "status", "reviewed_by", "reviewed_on", "source")
Parts = Mapping[str, Part]


def write(plan: Plan, schema: Path, metrics: Sequence[MetricRow]) -> dict[str, str]:
    """The text of each file by its path. Raises Refused with file and key."""
    now = english(standard.snapshot(plan, schema, metrics)["elements"], schema)
    heads, parts = languages(schema), translated(schema)
    heads_of = {
        tag: Language(head["name"], head["group"], head["point"], _review(parts.get(tag)))
        for tag, head in heads.items()
    }
    asked = _asked(schema, list(heads), {row.code for row in plan.categories})
    files = {f"{WORDS}/{SOURCE}.json": _source(now, asked[SOURCE])}
    files |= {
        f"{WORDS}/{tag}.json": _words(tag, each, now, asked[tag]) for tag, each in parts.items()
    }
    return files | {
        "harmtax/_generated/languages.py": module(
            "The languages of the standard by their tags.",
            "from harmtax.shapes import Language",
            {"LANGUAGES": ("dict[str, Language]", heads_of)},
        ),
        "exports/next/translations.csv": _table(parts, now),
    }


def languages(schema: Path) -> dict[str, dict[str, str]]:
    """Name of each language, its numbers and the words before notes; English first. Raises Refused."""
    path = schema / "translations" / "languages.yaml"
    heads: dict[str, dict[str, str]] = plain(path)
    for tag, head in heads.items():
        if set(head) != set(KNOWN):
            raise Refused(f"{path.name}: {tag} has {', '.join(KNOWN)}, and no more")
    if next(iter(heads)) != SOURCE:
        raise Refused(f"{path.name}: {SOURCE} stands first")
    return heads


def translated(schema: Path) -> dict[str, Parts]:
    """The parts of each language but English. Raises Refused for a folder or a file that nobody reads."""
    folder = schema / "translations"
    tags = list(languages(schema))
    known("translations", {each.name: None for each in folder.iterdir() if each.is_dir()}, tags)
    for path in folder.glob("*/*"):
        if path.suffix != ".yaml" or path.stem not in PARTS:
            raise Refused(f"translations/{path.parent.name}/{path.name}: no part of a language")
    return {
        tag: {name: read(folder / tag / f"{name}.yaml") for name in PARTS}
        for tag in tags
        if tag != SOURCE
    }


def fresh(plan: Plan, schema: Path, metrics: Sequence[MetricRow]) -> dict[str, dict[str, Texts]]:
    """By language and element the texts that translate what English says now; a note says its kind."""
    now = english(standard.snapshot(plan, schema, metrics)["elements"], schema)
    heads = languages(schema)
    return {
        tag: {
            element(name, key): _noted(entry.texts, heads[tag])
            for name, part in parts.items()
            for key, entry in part.entries.items()
            if key in now[name] and not is_stale(entry, now[name][key])
        }
        for tag, parts in translated(schema).items()
    }


def _noted(texts: Texts, head: Mapping[str, str]) -> Texts:
    """The same with the word before each note that says which kind of note it is."""
    return {
        kind: f"{head[kind]}: {text}" if kind in NOTES else text for kind, text in texts.items()
    }


def _review(parts: Parts | None) -> str:
    """Who looked at the sentences of the reports: a draft as long as one of them is a draft."""
    if parts is None:
        return "source"
    report = parts["report"]
    drafts = [each for each in report.entries.values() if status_of(report, each) != "reviewed"]
    return "reviewed" if report.entries and not drafts else "machine_draft"


def _asked(schema: Path, tags: list[str], codes: set[str]) -> dict[str, Asked]:
    """By language and category what people type who do not know the words of the standard."""
    told = plain(schema / "translations" / "search.yaml")
    concepts, chosen = told["concepts"], told["categories"]
    for name, row in concepts.items():
        if set(row) != set(tags):
            raise Refused(f"search.yaml: {name} is not in every language")
    known("search.yaml: categories", chosen, codes)
    for code, names in chosen.items():
        known(f"search.yaml: {code}", dict.fromkeys(names), concepts)
    return {
        tag: {
            code: [w for name in names for w in concepts[name][tag]]
            for code, names in chosen.items()
        }
        for tag in tags
    }


def _source(now: English, asked: Asked) -> str:
    texts = {element(name, key): each for name in PARTS for key, each in now[name].items()}
    return _lines({"texts": texts, "search": asked})


def _words(tag: str, parts: Parts, now: English, asked: Asked) -> str:
    """One language: texts, digests of their English, the status where it is not a draft, the search."""
    texts, of, status = {}, {}, {}
    for name, key, entry, english_texts in _entries(parts, now):
        for kind, text in entry.texts.items():
            if name == "report" and places(text) != places(english_texts.get(kind, "")):
                where = f"translations/{tag}/{name}.yaml: {key}"
                raise Refused(f"{where}: other places in braces than in English")
        path = element(name, key)
        texts[path], of[path] = entry.texts, entry.of
        found = "stale" if is_stale(entry, english_texts) else status_of(parts[name], entry)
        if found != "machine_draft":
            status[path] = found
    gone = {
        element(name, key): entry.of
        for name, part in parts.items()
        for key, entry in part.entries.items()
        if key not in now[name]
    }
    return _lines({"texts": texts, "of": of, "status": status, "left_over": gone, "search": asked})


def _entries(parts: Parts, now: English) -> Iterator[tuple[str, str, Entry, Texts]]:
    """What translates an element of the standard, in the order of the standard."""
    for name, part in parts.items():
        for key, texts in now[name].items():
            if key in part.entries:
                yield name, key, part.entries[key], texts


def _lines(groups: Mapping[str, Mapping[str, Any]]) -> str:
    """JSON with one element a line, so that a difference shows the element."""
    told = []
    for group, entries in groups.items():
        lines = [f"{_json(key)}: {_json(each)}" for key, each in entries.items()]
        told.append(f"{_json(group)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{" + ",\n".join(told) + "}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _table(spoken: Mapping[str, Parts], now: English) -> str:
    """All texts of the standard in all languages, without the sentences of the reports."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(HEAD)
    for name in PARTS:
        for key, texts in now[name].items() if name != "report" else ():
            path = element(name, key)
            writer.writerows(
                (SOURCE, path, kind, text, "source", "", "", "") for kind, text in texts.items()
            )
    for tag, parts in spoken.items():
        for name, key, entry, texts in _entries(parts, now):
            if name == "report":
                continue
            part = parts[name]
            stale = is_stale(entry, texts)
            tail = (
                "stale" if stale else status_of(part, entry),
                entry.review.get("by", ""),
                entry.review.get("day", ""),
                part.source,
            )
            writer.writerows(
                (tag, element(name, key), kind, text, *tail) for kind, text in entry.texts.items()
            )
    return buffer.getvalue()
