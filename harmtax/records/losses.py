"""The account of losses: what a conversion did to each field, how often, and to which records first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harmtax.records.formats.format import Loss

# So many records are named for each line of an account.
NAMED = 3


@dataclass(frozen=True, slots=True)
class Lost:
    """How often a conversion did the same to one field, and the first records that it was done to.

    `given` is the code or the remark that was stated, `became` the code that stands in its place; `way`
    is in for what came to us, out for what left. The empty field stands for the whole record.
    """

    field: str
    kind: str
    given: str
    became: str
    count: int
    records: tuple[str, ...] = ()
    way: str = "in"


class Account:
    """Counts losses as they come; what is counted for nothing is not told."""

    def __init__(self, way: str = "in") -> None:
        self._way = way
        self._counts: dict[Loss, int] = {}
        self._records: dict[Loss, list[str]] = {}

    def add(self, loss: Loss, count: int, records: Iterable[str | None] = ()) -> None:
        """Counts one loss so many times more; `records` are the first that it was done to."""
        self._counts[loss] = self._counts.get(loss, 0) + count
        self._records.setdefault(loss, [])
        for each in records:
            self.name(loss, each)

    def name(self, loss: Loss, record: str | None) -> None:
        """Names a record that a loss was done to, unless enough are named."""
        named = self._records[loss]
        if record is not None and record not in named and len(named) < NAMED:
            named.append(record)

    def is_named(self, loss: Loss) -> bool:
        """Whether enough records are named for a loss already."""
        return len(self._records.get(loss, ())) == NAMED

    def update(self, lost: Iterable[Lost]) -> None:
        """Counts what another account told."""
        for each in lost:
            loss = Loss(each.field, each.kind, each.given, each.became)
            self.add(loss, each.count, each.records)

    def remove(self, losses: Iterable[Loss]) -> None:
        """Takes back one record's losses, which is no part of the result after all."""
        for loss in losses:
            self._counts[loss] -= 1

    def __iter__(self) -> Iterator[Lost]:
        """The lines of the account in the order of their fields and kinds."""
        for loss in sorted(self._counts):
            if self._counts[loss]:
                yield Lost(*loss, self._counts[loss], tuple(self._records[loss]), self._way)


def read(lines: Sequence[Mapping[str, Any]]) -> Iterator[Lost]:
    """The lines of an account from JSON types."""
    for each in lines:
        yield Lost(**{**each, "records": tuple(each["records"])})
