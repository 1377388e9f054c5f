"""Readers of times and days in exactly one written form; pydantic alone accepts several."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from pydantic_core import PydanticCustomError


def moment(pattern: str) -> Callable[[object], datetime]:
    """A reader of times in exactly one written form; pydantic alone accepts several."""
    form = re.compile(pattern)

    def read(value: object) -> datetime:
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.astimezone(UTC)
        if isinstance(value, str) and form.fullmatch(value):
            try:
                return datetime.fromisoformat(value)
            except ValueError:
                pass
        raise PydanticCustomError("time", "not a time in the form YYYY-MM-DDThh:mm:ssZ")

    return read


def day(pattern: str) -> Callable[[object], date]:
    """A reader of days in exactly one written form."""
    form = re.compile(pattern)

    def read(value: object) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            value = value.isoformat()
        if isinstance(value, str) and form.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise PydanticCustomError("time", "not a day in the form YYYY-MM-DD")

    return read
