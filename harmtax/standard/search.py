"""Finds categories by words that somebody types, in a language of the standard.

A word counts where it stands, and the more the fewer categories have it. What people say who do not know the
words of the standard stands beside the translations (`schema/translations/search.yaml`). What a category
excludes counts for the code that it names in brackets: "a minor is depicted (CSE)" finds CSE.
"""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from harmtax.standard.languages import asked_as, language
from harmtax.standard.taxonomy import Category, categories, category

# How much a word counts in a title, among what people type, in the definition, the notes, and where another
# category sends its reader here.
TITLE, TYPED, DEFINITION, NOTE, SENT = 4, 3, 2, 1, 1
# Categories with less than this share of the best are not shown.
SHARE = 0.5
# Letters by which one form of a word may be longer than another, and the shortest word that has forms.
ENDING, SHORTEST = 3, 4
# From here on scripts that need no blank between words.
IDEOGRAPHS = "\u2e80"
_WORD = re.compile(r"\w+")
_SENDS = re.compile(r"([^()（）]+)[(（]([^()（）]*)[)）]")  # noqa: RUF001
_CODE = re.compile(r"[A-Z]{3}(?:-[A-Z]{3})?")


class _Field(NamedTuple):
    weight: int
    text: str
    words: frozenset[str]


def search(text: str, most: int = 10, tag: str = "en") -> tuple[Category, ...]:
    """Categories that the words of a text mean, best first; near spellings where there are none.

    Capitals, accents and endings make no difference, and a word that no category has counts against none.
    Raises BadUse for a language that is not known.
    """
    tag = language(tag)
    codes = {each.code: each for each in categories()}
    if (exact := text.strip().upper()) in codes:
        return (codes[exact], *codes[exact].children)[:most]
    words = [part for word in _WORD.findall(_plain(text)) for part in _parts(word, tag)]
    scores = _scores(words, tag)
    best = max(scores.values(), default=0.0)
    order = {code: place for place, code in enumerate(codes)}
    found = [code for code, score in scores.items() if score and score >= SHARE * best]
    found.sort(key=lambda code: (-scores[code], order[code]))
    return tuple(category(code) for code in (found or _near(text, tag))[:most])


def _scores(words: list[str], tag: str) -> dict[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    index = _index(tag)
    for word in dict.fromkeys(words):
        weights = {
            code: max((field.weight for field in fields if _has(field, word)), default=0)
            for code, fields in index.items()
        }
        some = sum(weight > 0 for weight in weights.values())
        for code, weight in weights.items():
            if weight:
                found[code] += weight * math.log((len(index) + 1) / some)
    return found


def _has(field: _Field, word: str) -> bool:
    """Whether a field has a word that was typed, in this or another form."""
    if len(word) < 2:
        return False
    if word[0] >= IDEOGRAPHS:
        return word in field.text
    if len(word) < SHORTEST:
        return field.weight == TYPED and word in field.words
    return any(_is_form(word, own) for own in field.words) or (
        # Words put together, as in German.
        field.weight == TYPED
        and any(len(own) >= SHORTEST and word.startswith(own) for own in field.words)
    )


def _parts(word: str, tag: str) -> list[str]:
    """A word itself, or what people type that stands in it where words are not set apart."""
    if word[0] < IDEOGRAPHS:
        return [word]
    typed = {own for fields in _index(tag).values() for own in fields[1].words if len(own) > 1}
    found = {own for own in typed if own in word}
    longest = [own for own in found if not any(own != more and own in more for more in found)]
    return sorted({word, *longest})


def _is_form(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= SHORTEST and long.startswith(short) and len(long) - len(short) <= ENDING


@lru_cache
def _index(tag: str) -> Mapping[str, tuple[_Field, ...]]:
    """The fields of each category in a language."""
    sent: defaultdict[str, list[str]] = defaultdict(list)
    for each in categories():
        for text, codes in _sends(each.told("excludes", tag).text):
            for code in codes:
                sent[code].append(text)
    return {
        each.code: (
            _field(TITLE, each.told("title", tag).text),
            _field(TYPED, " ".join(asked_as(each.code, tag))),
            _field(DEFINITION, each.told("definition", tag).text),
            _field(NOTE, each.told("includes", tag).text),
            _field(SENT, " ".join(sent[each.code])),
        )
        for each in categories()
    }


def _sends(excludes: str) -> Iterator[tuple[str, list[str]]]:
    """What is excluded, and the codes that it belongs to."""
    for text, where in _SENDS.findall(excludes):
        yield text, _CODE.findall(where)


def _field(weight: int, text: str) -> _Field:
    plain = _plain(text)
    return _Field(weight, plain, frozenset(_WORD.findall(plain)))


def _near(text: str, tag: str) -> list[str]:
    names = {_plain(name): c.code for c in categories() for name in (c.title(tag), c.code)}
    close = difflib.get_close_matches(_plain(text), names, 5, cutoff=0.5)
    return list(dict.fromkeys(names[name] for name in close))


def _plain(text: str) -> str:
    """Small letters without accents."""
    apart = unicodedata.normalize("NFD", text.casefold())
    kept = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", kept)
