"""Intervals: what a reader of public numbers can work out of a hidden one."""

from __future__ import annotations

from typing import NamedTuple


class Interval(NamedTuple):
    """What the public numbers say of one hidden quantity.

    `quantity` is a metric, with `/of` for its denominator; `codes` are its dimensions. `rest` is empty for
    a number of the tables; else it names what is left of that number by subtraction. The quantity is at
    least `low` and at most `high`; null where there is no end, or none below `low` plus k. Bounds of a
    linear programme prove that a number is open, never that it is safe.
    """

    quantity: str
    period: str
    codes: tuple[tuple[str, str], ...]
    rest: str
    low: int
    high: int | None
    small: bool
    """Whether everybody can tell that it is from 1 to k - 1."""

    @property
    def name(self) -> str:
        """The quantity in words of the standard."""
        listed = ", ".join(f"{name}={code}" for name, code in self.codes) or "total"
        return f"{self.quantity} {self.period} {listed}" + (
            f", less its {self.rest}" if self.rest else ""
        )
