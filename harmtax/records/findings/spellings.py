"""Finds the names that somebody may have meant by what was written.

Comparing two texts letter by letter is slow, and a file may hold as many wrong spellings as records. So
pairs of letters say first which few names are worth the comparison.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from heapq import nlargest
from typing import NamedTuple

_GAPS = re.compile(r"[\s_\-]+")
# Nobody misspells a name by writing a whole sentence.
_LONGEST = 100
_COMPARED = 5
# With fewer pairs in common two texts are not alike.
_SHARED = 0.15


def plain(text: str) -> str:
    """The text without case, spaces, hyphens and underscores."""
    return _GAPS.sub("", text).casefold()


def words(text: str) -> frozenset[str]:
    """The words of a text or code, without case."""
    return frozenset(_GAPS.split(text.casefold())) - {""}


class Likeness(NamedTuple):
    """A name and how like it the written text is, from 0 to 1."""

    name: str
    ratio: float


class Spellings:
    """Names that can be found by a text that resembles them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(dict.fromkeys(names))
        self._holders: dict[str, list[int]] = {}
        for place, name in enumerate(self._names):
            for pair in _pairs(name.casefold()):
                self._holders.setdefault(pair, []).append(place)

    def near(self, written: str, least: float) -> list[Likeness]:
        """The names whose likeness is at least `least`, the most like first."""
        text = written.strip().casefold()
        if not text or len(text) > _LONGEST:
            return []
        # The matcher prepares its second text once, and compares it with any number of first ones.
        matcher = SequenceMatcher(None, "", text, autojunk=False)
        likes = (Likeness(name, _ratio(matcher, name, least)) for name in self._worth(text))
        return sorted((like for like in likes if like.ratio >= least), key=_rank)

    def _worth(self, text: str) -> Iterator[str]:
        """The few names that share most of their pairs of letters with the text."""
        pairs = _pairs(text)
        shared = Counter(place for pair in pairs for place in self._holders.get(pair, ()))
        length = len(text)

        shares = ((many / (length + len(self._names[at])), -at) for at, many in shared.items())
        best = nlargest(_COMPARED, (each for each in shares if each[0] >= _SHARED))
        yield from (self._names[-at] for _, at in best)


def _pairs(text: str) -> frozenset[str]:
    # The ends count as well: short codes have little else to be known by.
    framed = f" {text} "
    return frozenset(framed[at : at + 2] for at in range(len(framed) - 1))


def _ratio(matcher: SequenceMatcher[str], name: str, least: float) -> float:
    matcher.set_seq1(name.casefold())
    return matcher.ratio() if matcher.real_quick_ratio() >= least else 0.0


def _rank(like: Likeness) -> tuple[float, str]:
    return -like.ratio, like.name
