"""Text that is already HTML, and the one way to make it: everything else is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping

_EMPTY = frozenset({"meta", "br"})


class Markup(str):
    """HTML that needs no escaping. Only `element`, `together` and a page's own style make it."""

    __slots__ = ()


def element(tag: str, /, *content: str, **attributes: str | None) -> Markup:
    """One element; text in it and values of attributes are escaped, `None` leaves one out.

    `class_` stands for class, and a low line within a name for a hyphen.
    """
    return tagged(tag, {_spelt(key): value for key, value in attributes.items()}, *content)


def tagged(name: str, attributes: Mapping[str, str | None], *content: str) -> Markup:
    """As `element`, for attributes whose names Python cannot spell."""
    told = "".join(
        f' {key}="{html.escape(value)}"' for key, value in attributes.items() if value is not None
    )
    opened = f"<{name}{told}>"
    return Markup(opened if name in _EMPTY else f"{opened}{together(content)}</{name}>")


def together(parts: Iterable[str]) -> Markup:
    """The parts one after the other; what is not yet HTML is escaped."""
    return Markup(
        "".join(part if isinstance(part, Markup) else html.escape(part) for part in parts)
    )


def _spelt(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
