"""The three states of a number: shown (zero too), hidden, or not there for a reason. In SDMX's marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from harmtax._generated.constraints import CODES
from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CODE_LISTS

# CL_CONF_STATUS: free, and confidential. Only one mark for what is hidden: a second one would tell the small
# cells from those that cover them.
FREE, CONFIDENTIAL = "F", "C"
SIDES = ("numerator", "denominator")
SUPPRESSED, PARTLY = "suppressed", "partly_covered"
NOT_APPLICABLE, NOT_COMPARABLE = "not_applicable", "not_comparable"
# The first of the list.
NORMAL = CODES["ObservationStatus"][0]
# Both numbers may stand there, and still they make no rate.
UNRATED = ("missing_denominator", NOT_COMPARABLE)


class Number(NamedTuple):
    """A number as it is published: `value` is None where it is hidden or not there.

    `obs_status` is of SDMX's CL_OBS_STATUS, `conf_status` of CL_CONF_STATUS, `status` our own code.
    """

    value: int | None
    obs_status: str
    conf_status: str
    status: str

    @property
    def hidden(self) -> bool:
        """Whether somebody decided not to show it."""
        return self.conf_status == CONFIDENTIAL


def number(row: Mapping[str, Any], side: str) -> Number | None:
    """The numerator or the denominator of an observation; None where its metric has no such side.

    Of what does not apply no number is shown: none out of none is not a zero. A denominator that is
    there, zero too, is a number of its own.
    """
    if side == "denominator" and METRICS[row["metric_id"]].denominator is None:
        return None
    value, status = row[side], row["status"]
    if value is not None and not (side == "numerator" and status == NOT_APPLICABLE):
        # A denominator that only some have stated is there and covers a part; the reason why the other
        # side is absent says nothing about this one.
        some = side == "denominator" and status in UNRATED
        own = PARTLY if status == PARTLY or some else NORMAL
        return Number(value, _marks()[own], FREE, own)
    hidden = status == SUPPRESSED
    return Number(None, _marks()[status], CONFIDENTIAL if hidden else FREE, status)


def numbers(row: Mapping[str, Any]) -> Iterator[tuple[str, Number]]:
    """Each side that the metric of an observation has, with its name."""
    for side in SIDES:
        if (found := number(row, side)) is not None:
            yield side, found


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """An observation with no number where it does not apply."""
    return {**row, **{side: found.value for side, found in numbers(row)}}


def of_row(row: Mapping[str, Any]) -> tuple[str, str]:
    """OBS_STATUS and CONF_STATUS of an observation as a whole."""
    status = row["status"]
    return _marks()[status], CONFIDENTIAL if status == SUPPRESSED else FREE


@cache
def _marks() -> dict[str, str]:
    """Our statuses in SDMX's list, as the schema pairs them."""
    return {
        each.code: (each.meaning or "").rpartition("obsStatus-")[2]
        for each in CODE_LISTS["ObservationStatus"].codes
    }
