"""Slots: where a code or a name is written, what is right there, and what was probably meant."""

from __future__ import annotations

from functools import cache, lru_cache
from os.path import commonprefix
from typing import NamedTuple

from harmtax._generated.constraints import CODES
from harmtax._generated.foreign import FORMATS
from harmtax.errors import BadUse
from harmtax.records.findings.spellings import Spellings, plain, words
from harmtax.shapes import ForeignFormat, RecordType

# As much alike must a spelling be to be proposed, and so much more than the next one.
_ALIKE, _LEAD = 0.8, 0.05


class Slot(NamedTuple):
    """Where something is written: a column of a foreign format, a field of ours, or else as a name."""

    format: str = ""
    name: str = ""

    def known(self, record: RecordType) -> tuple[str, ...]:
        """What is right there. Raises BadUse for a slot that is not there or has no codes."""
        if self.format:
            return self._foreign()
        if not self.name:
            return tuple(each.name for each in record.fields)
        codes = next((each.codes for each in record.fields if each.name == self.name), None)
        if codes is None:
            raise BadUse(f"{record.name} has no field {self.name!r} with a code list")
        return CODES[codes]

    def _foreign(self) -> tuple[str, ...]:
        found = foreign(self.format)
        if found is None:
            raise BadUse(f"{self.format!r} is no foreign format; leave format and column empty")
        codes = next((each.codes for each in found.columns if each.name == self.name), None)
        if codes is None:
            raise BadUse(f"{self.format} has no column {self.name!r} with a code list")
        return found.codes[codes]


NAMES = Slot()


def foreign(format_name: str) -> ForeignFormat | None:
    """The description of a foreign format; None for a format of our own."""
    return FORMATS.get(format_name.replace("-", "_"))


@lru_cache(maxsize=10_000)
def nearest(written: str, known: tuple[str, ...]) -> tuple[str, str]:
    """The one of `known` that was probably meant, and why: code or near. Empty texts in case of doubt."""
    # Long codes share their beginning, which says nothing about which of them is meant.
    start = commonprefix(known).rpartition("_")[0]  # noqa: RUF071 - of letters, not of paths
    short = {each.removeprefix(start): each for each in known}
    same = [each for name, each in short.items() if plain(written) in (plain(name), plain(each))]
    if same:
        return same[0], "code"
    text = written[len(start) :] if written.upper().startswith(start.upper()) else written
    # A word more or less ("not") is no slip of the pen.
    near = [
        like
        for like in _spellings(tuple(short)).near(text, _ALIKE)
        if not (words(text) < words(like.name) or words(text) > words(like.name))
    ]
    if not near or (len(near) > 1 and near[0].ratio - near[1].ratio < _LEAD):
        return "", ""
    return short[near[0].name], "near"


@cache
def _spellings(names: tuple[str, ...]) -> Spellings:
    return Spellings(names)
