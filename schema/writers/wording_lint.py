"""What is wrong with a translation on its face: codes or places lost, English left, other terms."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from schema.writers.source import Refused, plain
from schema.writers.wording import Texts

# A concept: the English words for it, the forms of each language, and the exceptions under `but`.
Terms = Mapping[str, Mapping[str, Any]]

# What stays as it is in every language: codes of categories, rules and metrics, names with an underscore,
# and what stands in places, such as {count}.
KEPT = re.compile(r"\b(?:HT-R[0-9]{2}|[A-Z]{3}-[A-Z]{3}|M[0-9]{2})\b|\b[a-z]+(?:_[a-z0-9]+)+\b")
NAMES = re.compile(rf"{KEPT.pattern}|\{{[^}}]*\}}")
# Short texts may be the same in two languages ("Audio", "Code", "Status"), and so are names ("Take It Down").
LEFT = 3


def faults(texts: Texts, english: Texts) -> Iterator[str]:
    """Each thing that is wrong with the texts of one entry, in words."""
    for kind, text in texts.items():
        if kind not in english:
            yield f"{kind}: English has no such text"
            continue
        source = english[kind]
        if not text.strip():
            yield f"{kind}: empty"
        if text != " ".join(text.split(" ")).strip() or "\n" in text:
            yield f"{kind}: blanks at an end, or a line break"
        if places(text) != places(source):
            yield f"{kind}: other places in braces than in English"
        named, told = set(KEPT.findall(source)), set(KEPT.findall(_spelt(text)))
        if named - told:
            yield f"{kind}: without {', '.join(sorted(named - told))}, which English names"
        if told - named:
            yield f"{kind}: with {', '.join(sorted(told - named))}, which English does not name"
        if text == source and _small(source.split()) >= LEFT:
            yield f"{kind}: still English"
        elif kind != "title" and (rest := _english_run(text, source)):
            yield f"{kind}: English is left standing: {rest!r}"


def places(text: str) -> set[str | None]:
    """What a text is filled in with."""
    try:
        return {place for _, place, _, _ in string.Formatter().parse(text) if place is not None}
    except ValueError:
        return {None}


def _spelt(text: str) -> str:
    """With a blank around what is written in other letters, so that a code beside them ends a word."""
    return re.sub(r"[^\x00-\x7f]", " ", text)


def _small(words: list[str]) -> int:
    """How many of the words are in small letters, and so no names."""
    return sum(word.isalpha() and word.islower() for word in words)


def _english_run(text: str, source: str) -> str:
    """The first five words in a row that stand in the English text too, or nothing."""
    words = source.split()
    for start in range(len(words) - 4):
        run = " ".join(words[start : start + 5])
        if run in text and _small(run.split()) > LEFT:
            return run
    return ""


def terms(path: Path, languages: set[str]) -> Terms:
    """The table of terms. Raises Refused when a concept lacks a language or names an unknown one."""
    found: Terms = plain(path)
    for concept, row in found.items():
        if set(row) - {"but"} != languages - {"en"} | {"english"}:
            raise Refused(f"{path.name}: {concept} needs english and each language, and no more")
        if unknown := set(row.get("but", {})) - languages:
            raise Refused(f"{path.name}: {concept}: but names {', '.join(sorted(unknown))}")
    return found


@cache
def _uses(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?i)\b(?:{'|'.join(map(re.escape, words))})\b")


def off_terms(key: str, texts: Texts, english: Texts, table: Terms, language: str) -> Iterator[str]:
    """Where English uses a concept word and the translation none of the forms of its language."""
    for concept, row in table.items():
        if key in row.get("but", {}).get(language, ()):
            continue
        uses = _uses(tuple(row["english"]))
        for kind, text in texts.items():
            # A code, a field or a place named as such is no use of the word.
            source = NAMES.sub(" ", english.get(kind, ""))
            said = text.casefold()
            if uses.search(source) and not any(form.casefold() in said for form in row[language]):
                yield f"{kind}: {concept} is {' or '.join(row[language])}"
