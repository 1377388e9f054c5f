"""Lines of words for pictures, in which nothing wraps by itself."""

from __future__ import annotations

import re
from unicodedata import east_asian_width

# A letter of Chinese, Japanese or Korean takes the place of two.
_WIDE = "WF"
# Words with the space before them; wide letters may part anywhere.
_PIECES = re.compile(r"\s*[\u1100-\uffdc]|\s*[^\s\u1100-\uffdc]+")


def wrapped(text: str, most: int) -> list[str]:
    """The text in lines of at most `most` narrow letters; a longer word has a line of its own."""
    lines = [""]
    for piece in _PIECES.findall(text):
        if lines[-1] and width(lines[-1]) + width(piece) > most:
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    return lines


def width(text: str) -> int:
    """How many narrow letters take as much room."""
    return sum(2 if east_asian_width(letter) in _WIDE else 1 for letter in text)
