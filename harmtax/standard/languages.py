"""The words of the standard in its languages, and what is known about each translation.

A text is asked for by the name of its element, as `changes.yaml` has it (`categories/IIA-NUD`), its kind and
a language. Where a language lacks it, English stands in and says so. Words are read when they are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from harmtax._generated.languages import LANGUAGES
from harmtax.errors import BadUse
from harmtax.standard.english import digest, texts_of

SOURCE = "en"
_SENTENCE = "say"
_TAGS = {each.casefold(): each for each in LANGUAGES}
# How many elements a line names.
_FIRST = 3


class Told(NamedTuple):
    """A text and where it comes from.

    `status` is source (English), machine_draft, adopted, reviewed, stale (English changed since), or
    missing: then the text is the English one.
    """

    text: str
    status: str

    @property
    def marked(self) -> str:
        """The text with a mark in brackets where it is not the translation of today's English."""
        mark = {"missing": " [en]", "stale": " [?]"}.get(self.status, "")
        return self.text + (mark if self.text else "")


class Gap(NamedTuple):
    """An element that a language does not say as English does now; `fault` is missing, stale or left_over."""

    language: str
    element: str
    fault: str
    kinds: tuple[str, ...] = ()


class _Words(NamedTuple):
    texts: Mapping[str, Mapping[str, str]]
    of: Mapping[str, str]
    status: Mapping[str, str]
    left_over: Mapping[str, str]
    search: Mapping[str, list[str]]


def languages() -> tuple[str, ...]:
    """The tags of the languages (BCP 47), English first."""
    return tuple(LANGUAGES)


def language(tag: str) -> str:
    """The tag as the standard spells it; case does not matter (BCP 47, section 2.1.1). Raises BadUse."""
    found = _TAGS.get(tag.casefold())
    if found is None:
        known = ", ".join(LANGUAGES)
        raise BadUse(f"there are no words in the language {tag!r}; there are: {known}")
    return found


def tell(element: str, kind: str, tag: str = SOURCE) -> Told:
    """A text of an element in a language, or the English one with the status `missing`.

    An element or a kind of text that the standard does not have gives an empty text. Raises BadUse for a
    language that the standard does not have.
    """
    tag = language(tag)
    english = _words(SOURCE).texts.get(element, {}).get(kind, "")
    if tag == SOURCE:
        return Told(english, "source")
    words = _words(tag)
    text = words.texts.get(element, {}).get(kind)
    if text is None:
        return Told(english, "missing" if english else "source")
    return Told(text, words.status.get(element, "machine_draft"))


def texts(element: str, tag: str = SOURCE) -> dict[str, Told]:
    """All texts of an element in a language, by kind; none for an element that the standard lacks."""
    return {kind: tell(element, kind, tag) for kind in _words(SOURCE).texts.get(element, {})}


def named(name: str) -> str | None:
    """The element that somebody means by a code, a rule, a metric, LIST/CODE or TYPE/field; or None."""
    known = _words(SOURCE).texts
    kinds = ("categories", "rules", "metrics", "record_types", "code_lists")
    return next((path for kind in kinds if (path := f"{kind}/{name}") in known), None)


def title(element: str, tag: str = SOURCE) -> str:
    """The title of an element in a language, or the English one."""
    return tell(element, "title", tag).text


def sentence(key: str, tag: str = SOURCE) -> Told:
    """A sentence of the reports, whose places are still to be filled."""
    return tell(f"report/{key}", _SENTENCE, tag)


def sentences() -> tuple[str, ...]:
    """The keys of the sentences of the reports."""
    texts = _words(SOURCE).texts
    return tuple(name.removeprefix("report/") for name in texts if name.startswith("report/"))


def asked_as(code: str, tag: str = SOURCE) -> tuple[str, ...]:
    """What people type who look for a category and do not know its words; no terms of the standard."""
    return tuple(_words(language(tag)).search.get(code, ()))


def missing_and_stale(
    elements: Mapping[str, Mapping[str, object]], tags: tuple[str, ...] = ()
) -> Iterator[Gap]:
    """What the languages lack of a standard, by language in its order; `elements` as in `standard.json`.

    A text is stale when the English that it translates has changed, left over when the element is gone.
    """
    english = {name: texts_of(name, facts) for name, facts in elements.items()}
    for tag in tags or languages()[1:]:
        words = _words(language(tag))
        for name, now in english.items():
            has = words.texts.get(name, {})
            if lacking := tuple(kind for kind in now if kind not in has):
                yield Gap(tag, name, "missing", lacking)
            if has and words.of[name] != digest({kind: now.get(kind, "") for kind in has}):
                yield Gap(tag, name, "stale", tuple(has))
        gone = [*words.left_over, *(name for name in words.texts if not name.startswith("report/"))]
        yield from (Gap(tag, name, "left_over") for name in gone if name not in english)


def told(elements: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """A line for each language that lacks something: how much of what, and the first few elements."""
    gaps = list(missing_and_stale(elements))
    for tag in languages()[1:]:
        for fault in ("missing", "stale", "left_over"):
            found = [gap.element for gap in gaps if (gap.language, gap.fault) == (tag, fault)]
            more = f" and {len(found) - _FIRST} more" if len(found) > _FIRST else ""
            if found:
                yield f"{tag}, {fault.replace('_', ' ')}: {', '.join(found[:_FIRST])}{more}"


@lru_cache
def _words(tag: str) -> _Words:
    from importlib.resources import files

    path = files("harmtax") / "_generated" / "words" / f"{tag}.json"
    told = json.loads(path.read_bytes())
    return _Words(*(told.get(group, {}) for group in _Words._fields))
