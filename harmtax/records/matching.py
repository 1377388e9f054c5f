"""Where a pattern matches in a column of texts, as cheaply as its form allows."""

from __future__ import annotations

import re
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

# Of a column with few different values only these are matched, not every row.
SAMPLE, FEW = 512, 256
# So many of some characters, such as ^[a-z]{1,5}$, the pattern of most identifiers.
_RUN = re.compile(
    r"\^\[(?P<members>(?:[A-Za-z0-9]-[A-Za-z0-9]|[A-Za-z0-9_])+-?)\]"
    r"\{(?P<least>[0-9]+),(?P<most>[0-9]+)\}\$"
)


def matches(column: pa.Array, pattern: str) -> pa.BooleanArray:
    """Where a pattern of the schema matches; null where nothing stands.

    Such a pattern is anchored at both ends and names its characters one by one, so that all engines
    of regular expressions agree on it.
    """
    run = _RUN.fullmatch(pattern)
    if run is not None:
        return _is_run(column, _members(run["members"]), int(run["least"]), int(run["most"]))
    if not _is_simple(pattern):
        match = re.compile(pattern).fullmatch
        found = [None if text is None else match(text) is not None for text in column.to_pylist()]
        return pa.array(found, pa.bool_())
    if len(column.slice(0, SAMPLE).unique()) > FEW:
        return pc.match_substring_regex(column, pattern)
    encoded = column.dictionary_encode()
    return pc.match_substring_regex(encoded.dictionary, pattern).take(encoded.indices)


def _is_run(column: pa.Array, members: str, least: int, most: int) -> pa.BooleanArray:
    """Whether nothing is left of a text when some characters are cut off at both its ends."""
    lengths = pc.binary_length(column)
    fits = pc.and_(pc.greater_equal(lengths, least), pc.less_equal(lengths, most))
    return pc.and_(fits, pc.equal(pc.binary_length(pc.ascii_trim(column, members)), 0))


@cache
def _members(written: str) -> str:
    """The characters of a class such as A-Z0-9_-."""
    return re.sub("(.)-(.)", lambda ends: "".join(map(chr, _between(*ends.groups()))), written)


def _between(first: str, last: str) -> range:
    return range(ord(first), ord(last) + 1)


@cache
def _is_simple(pattern: str) -> bool:
    """Whether Arrow's regular expressions can say it; they count to a thousand only."""
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        return False
    return True
