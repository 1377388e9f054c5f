"""One flaw of the standard, and the kinds of flaws that there are.

`schema/lint.yaml` has one rule for each kind; the build refuses a kind without one.
"""

from __future__ import annotations

from typing import NamedTuple

KINDS = (
    "equal_definitions", "overlapping_definitions", "circular_definition", "missing_words",
    "like_titles", "long_title", "twin_lists",
    "nothing_excluded", "unknown_code", "unanswered_exclusion", "cycle",
    "unreachable_rule", "implied_rule", "implied_line", "unusable", "undecided",
    "no_example", "no_crosswalk_row", "idle_waiver",
)  # fmt: skip


class Flaw(NamedTuple):
    """Something that is wrong with an element, by its name.

    `detail` ends the sentence that begins with "Here"; `others` are the further elements that it names.
    """

    kind: str
    element: str
    detail: str = ""
    others: tuple[str, ...] = ()
