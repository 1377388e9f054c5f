"""Hypothesis strategies for rows of the standard, and the laws of formats, for adopters and for us.

The strategies are built from the constraint tables, so that a new field, code or rule is drawn at once. Needs
the extra `testing`; without it the strategies raise MissingExtra.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from harmtax.errors import MissingExtra
from harmtax.format_laws import check_format
from harmtax.sampling.faults import broken_row, field_words, row_rules
from harmtax.sampling.rows import draw_row

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

    from harmtax.records.record import Record

__all__ = ["broken", "check_format", "records"]

T = TypeVar("T")


def records(
    record: type[Record] | str, pins: Mapping[str, object] | None = None
) -> SearchStrategy[dict[str, Any]]:
    """Valid rows of JSON types: `explain` finds no error in them, though perhaps a warning.

    `pins` holds fields whose value is fixed; None leaves a field out. Raises MissingExtra.
    """
    return _strategy(lambda choose: draw_row(record, choose, pins))


def broken(record: type[Record] | str) -> SearchStrategy[tuple[dict[str, Any], str]]:
    """Rows with a fault, each with the rule id or the word of FieldFault that `explain` finds in it.

    Raises MissingExtra.
    """
    words = (*field_words(record), *row_rules(record))

    def draw(choose: _HypothesisChooser) -> tuple[dict[str, Any], str]:
        word = choose.pick("", words)
        return broken_row(record, word, choose), word

    return _strategy(draw)


class _HypothesisChooser:
    """Lets Hypothesis decide, so that it can shrink a row that shows a defect."""

    def __init__(self, draw: DrawFn) -> None:
        from hypothesis import strategies

        self._draw, self._strategies = draw, strategies

    def pick(self, name: str, options: Sequence[T]) -> T:
        return self._draw(self._strategies.sampled_from(options))

    def number(self, name: str, low: int, high: int) -> int:
        return self._draw(self._strategies.integers(low, high))

    def chance(self, name: str, share: float) -> bool:
        # Smaller numbers are simpler to Hypothesis, and a row with fewer fields is the simpler one.
        return self.number(name, 0, 999) >= 1000 * (1 - share)


def _strategy(make: Callable[[_HypothesisChooser], T]) -> SearchStrategy[T]:
    try:
        from hypothesis import strategies
    except ImportError as error:
        raise MissingExtra("testing", "drawing rows with Hypothesis") from error

    @strategies.composite
    def drawn(draw: DrawFn) -> T:
        return make(_HypothesisChooser(draw))

    return drawn()
