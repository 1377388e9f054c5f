"""Formats of other packages: what goes wrong in their code is told as theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from harmtax.errors import BadUse, HarmtaxError
from harmtax.records.formats.format import Format

_CALLED, _DRAWN = (
    ("encode", "express", "read", "recognise", "translate"),
    ("decode", "judge", "rows", "scan"),
)


def guarded(format: Format, origin: str) -> Format:
    """The format with each of its functions under watch: what they raise becomes BadUse with its origin.

    Errors of ours and of the system pass.
    """
    who = f"the format {format.name!r} of {origin}"
    watched: dict[str, Any] = {}
    for watch, names in ((_called, _CALLED), (_drawn, _DRAWN)):
        for name in names:
            function = getattr(format, name)
            watched[name] = None if function is None else partial(watch, who, name, function)
    return replace(format, **watched)


def _called(who: str, what: str, function: Callable[..., Any], *given: Any) -> Any:
    try:
        return function(*given)
    except (HarmtaxError, OSError):
        raise
    except Exception as error:
        raise _failed(who, what, error) from error


def _drawn(who: str, what: str, function: Callable[..., Any], *given: Any) -> Iterator[Any]:
    try:
        yield from function(*given)
    except (HarmtaxError, OSError):
        raise
    except Exception as error:
        raise _failed(who, what, error) from error


def _failed(who: str, what: str, error: Exception) -> BadUse:
    return BadUse(f"{who} failed in {what}: {type(error).__name__}: {error}")
