"""Python literals of plain values, laid out so that a diff shows the line that changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

HEADER = '''"""{title}

Written by schema/build.py from schema/; do not edit.
"""

from __future__ import annotations
'''
WIDTH = 96


def literal(value: Any, indent: int = 0) -> str:
    """The value as Python source; shape tuples are written by keyword without their defaults."""
    flat = _flat(value)
    if len(flat) + indent <= WIDTH:
        return flat
    pad = " " * (indent + 4)
    close = " " * indent
    if _is_shape(value):
        body = "".join(f"{pad}{name}={literal(item, indent + 4)},\n" for name, item in _told(value))
        return f"{type(value).__name__}(\n{body}{close})"
    if isinstance(value, Mapping):
        body = "".join(
            f"{pad}{_flat(key)}: {literal(item, indent + 4)},\n" for key, item in value.items()
        )
        return f"{{\n{body}{close}}}"
    if isinstance(value, tuple):
        body = "".join(f"{pad}{literal(item, indent + 4)},\n" for item in value)
        return f"(\n{body}{close})"
    return flat


def module(title: str, imports: str, names: Mapping[str, tuple[str, Any]]) -> str:
    """A whole generated module: `names` maps each name to its annotation and its value."""
    text = HEADER.format(title=title)
    text += f"\n{imports}\n" if imports else ""
    for name, (annotation, value) in names.items():
        text += f"\n{name}: {annotation} = {literal(value)}\n"
    return text


def _flat(value: Any) -> str:
    if _is_shape(value):
        inside = ", ".join(f"{name}={_flat(item)}" for name, item in _told(value))
        return f"{type(value).__name__}({inside})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flat(k)}: {_flat(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple):
        inside = ", ".join(_flat(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, str):
        return _quoted(value)
    return repr(value)


def _quoted(text: str) -> str:
    if "\n" in text or '"' in text or "\\" in text:
        return repr(text)
    return f'"{text}"'


def _is_shape(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _told(value: Any) -> list[tuple[str, Any]]:
    defaults = value._field_defaults
    return [
        (name, item)
        for name, item in zip(value._fields, value, strict=True)
        if name not in defaults or item != defaults[name]
    ]
