"""Asks the tree of categories: where a code stands, what rolls up into it, which tier it has."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from harmtax._generated.constraints import CODES
from harmtax._generated.taxonomy import CATEGORIES, TIERS
from harmtax.errors import UnknownCode
from harmtax.shapes import CategoryRow
from harmtax.standard.languages import Told, tell

_ROWS = {row.code: row for row in CATEGORIES}
_PRECEDENCE = {row.code: place for place, row in enumerate(CATEGORIES, 1)}
# Shorter words of a search, such as "of" and "de", decide nothing where no category has all words.
_TELLING = 4


class Tier(NamedTuple):
    """A suitability tier and why it holds; `tier` is None for a category that has none."""

    tier: str | None
    basis: str | None
    reason: str


class Category(NamedTuple):
    """One category of the taxonomy."""

    row: CategoryRow

    @property
    def code(self) -> str:
        """The stable identifier."""
        return self.row.code

    @property
    def definition(self) -> str:
        """What the category means."""
        return self.row.definition

    @property
    def precedence(self) -> int:
        """Its place in the coding rule, from 1; the first category that fits is the right one."""
        return _PRECEDENCE[self.code]

    @property
    def parent(self) -> Category | None:
        """The category above, or None at the top."""
        return category(self.row.parent) if self.row.parent is not None else None

    @property
    def children(self) -> tuple[Category, ...]:
        """The categories directly below, in order of precedence."""
        return tuple(Category(row) for row in CATEGORIES if row.parent == self.code)

    @property
    def descendants(self) -> tuple[Category, ...]:
        """Everything below, in order of precedence."""
        return tuple(
            Category(row) for row in CATEGORIES if row is not self.row and self in _line(row.code)
        )

    @property
    def roll_up(self) -> tuple[Category, ...]:
        """The path on which a count rolls up: the category itself, then its ancestors."""
        return tuple(_line(self.code))

    @property
    def is_live(self) -> bool:
        """Whether new records may use the code."""
        return self.row.status == "active"

    def title(self, language: str = "en") -> str:
        """The title in a language, or in English. Raises BadUse for a language that is not known."""
        return self.told("title", language).text

    def definition_in(self, language: str = "en") -> str:
        """The definition in a language, or in English. Raises BadUse for a language that is not known."""
        return self.told("definition", language).text

    def told(self, kind: str, language: str = "en") -> Told:
        """A text (title, definition, includes, excludes) in a language, and who has looked at it."""
        return tell(f"categories/{self.code}", kind, language)

    def tier(self, treatment: str = "unknown") -> Tier:
        """The tier of a violation of this category under a treatment, with its reason."""
        return tier(self.code, treatment)


def category(code: str) -> Category:
    """The category of a code. Raises UnknownCode with near codes."""
    if code not in _ROWS:
        near = difflib.get_close_matches(code.upper(), _ROWS, 2)
        raise UnknownCode(code, "CategoryCode", near)
    return Category(_ROWS[code])


def categories() -> tuple[Category, ...]:
    """All categories in order of precedence."""
    return tuple(Category(row) for row in CATEGORIES)


def tops() -> tuple[Category, ...]:
    """The categories without a parent, in order of precedence."""
    return tuple(Category(row) for row in CATEGORIES if row.parent is None)


def tier(code: str, treatment: str = "unknown") -> Tier:
    """The suitability tier of (category, treatment). Raises UnknownCode."""
    row = category(code).row
    if treatment not in CODES["Treatment"]:
        near = difflib.get_close_matches(treatment, CODES["Treatment"], 2)
        raise UnknownCode(treatment, "Treatment", near)
    if (code, treatment) not in TIERS:
        return Tier(None, None, f"{code} has no base tier")
    found, basis = TIERS[code, treatment]
    if row.absolute_floor:
        reason = f"{code} is at the floor whatever the treatment"
    elif basis == "assumed":
        reason = f"the treatment is unknown, so the base tier of {code} is assumed"
    else:
        reason = (
            f"the treatment {treatment} sets the tier; the base tier of {code} is {row.base_tier}"
        )
    return Tier(found, basis, reason)


def search(text: str, most: int = 10, language: str = "en") -> tuple[Category, ...]:
    """Categories whose code, title, definition or notes hold the words, best first.

    Where none has all of them, those with most of the longer words; near spellings last. Capitals and
    accents make no difference. Raises BadUse for a language that is not known.
    """
    words = _plain(text).split()
    texts = {row.code: _texts(row.code, language) for row in CATEGORIES}
    ranked = [
        (rank, code) for code, told in texts.items() if (rank := _rank(told, words)) is not None
    ]
    ranked = ranked or list(_partly(texts, [word for word in words if _is_telling(word)]))
    ranked.sort(key=lambda pair: (pair[0], _PRECEDENCE[pair[1]]))
    found = [code for _, code in ranked]
    return tuple(category(code) for code in (found or _near(text, language))[:most])


def _rank(texts: tuple[str, ...], words: list[str]) -> int | None:
    """Which of the texts is the first to have all words; the last one is everything together."""
    for rank, text in enumerate((*texts, " ".join(texts))):
        if words and all(word in text for word in words):
            return rank
    return None


def _partly(texts: dict[str, tuple[str, ...]], words: list[str]) -> Iterator[tuple[int, str]]:
    """Categories with as many of the words as any has, and minus their number."""
    counts = {code: sum(word in " ".join(told) for word in words) for code, told in texts.items()}
    best = max(counts.values(), default=0)
    yield from ((-best, code) for code, count in counts.items() if best and count == best)


def _is_telling(word: str) -> bool:
    return len(word) >= _TELLING or not word.isascii()


def _near(text: str, language: str) -> list[str]:
    names = _names(language)
    close = difflib.get_close_matches(_plain(text), names, 5, cutoff=0.5)
    return list(dict.fromkeys(names[name] for name in close))


@lru_cache
def _names(language: str) -> dict[str, str]:
    return {_plain(name): c.code for c in categories() for name in (c.title(language), c.code)}


@lru_cache
def _texts(code: str, language: str) -> tuple[str, ...]:
    """Code, title, definition and notes of a category, without capitals and accents."""
    told = category(code).told
    notes = f"{told('includes', language).text} {told('excludes', language).text}"
    found = (code, told("title", language).text, told("definition", language).text, notes)
    return tuple(map(_plain, found))


def _plain(text: str) -> str:
    """Small letters without accents."""
    apart = unicodedata.normalize("NFD", text.casefold())
    kept = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return unicodedata.normalize("NFC", kept)


def _line(code: str) -> Iterator[Category]:
    node: str | None = code
    while node is not None:
        yield Category(_ROWS[node])
        node = _ROWS[node].parent
