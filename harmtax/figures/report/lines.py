"""Lines of words for pictures, in which nothing wraps by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from unicodedata import east_asian_width

# A letter of Chinese, Japanese or Korean takes the place of two.
_WIDE = "WF"
# Words with the space before them; wide letters may part anywhere.
_PIECES = re.compile(r"\s*[\u1100-\uffdc]|\s*[^\s\u1100-\uffdc]+")


def wrapped(text: str, most: int) -> list[str]:
    """The text in lines of at most `most` narrow letters; a word that is longer is cut."""
    lines = [""]
    for piece in _cut(_PIECES.findall(text), most):
        if lines[-1] and width(lines[-1]) + width(piece) > most:
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece if lines[-1] else piece.lstrip()
    return lines


def _cut(pieces: Iterable[str], most: int) -> Iterator[str]:
    """The pieces; one that is too long is cut shorter than it must be, for it may be all capitals."""
    room = max(most * 3 // 4, 2)
    for piece in pieces:
        too_long = width(piece.lstrip()) > most
        while too_long and width(piece.lstrip()) > room:
            fits = next(at for at in range(len(piece), 0, -1) if width(piece[:at].lstrip()) <= room)
            yield piece[:fits]
            piece = piece[fits:]
        yield piece


def width(text: str) -> int:
    """How many narrow letters take as much room."""
    return sum(2 if east_asian_width(letter) in _WIDE else 1 for letter in text)
