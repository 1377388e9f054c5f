"""Where a finding points: paths into a record, the fields at their end, and the values shown there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache

from harmtax._generated.constraints import RECORDS
from harmtax.shapes import Field

# A value or a name longer than this says no more than its beginning does.
SHOWN = 120
# No valid identifier is longer; people look records up by them.
IDENTIFIER = 500
CUT = "…"


def pointer(*steps: str | int) -> str:
    """A JSON Pointer (RFC 6901) to a field or a member of a list.

    A name far longer than any field is cut: nobody can point there, and findings stay small.
    """
    named = (cut(str(step)) for step in steps)
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in named)


def field_name(path: str) -> str:
    """The name of the field that a path leads to or into, "" for the whole record."""
    name = path.split("/", 2)[1] if path.startswith("/") else ""
    return name.replace("~1", "/").replace("~0", "~")


def field_of(record_type: str, path: str) -> Field | None:
    """The field that a path leads to, or None."""
    return fields_of(record_type).get(field_name(path))


@cache
def fields_of(record_type: str) -> Mapping[str, Field]:
    """The fields of a record type by name."""
    return {field.name: field for field in RECORDS[record_type].fields}


def shown(record_type: str, path: str, value: object) -> str | None:
    """A value as a finding may show it: as JSON, cut short, and never of a restricted field."""
    field = field_of(record_type, path)
    # An unknown field may be a misspelt restricted one, so its value stays out as well.
    if value is None or field is None or field.audience == "restricted":
        return None
    # What is cut off need not be written as JSON first.
    part = value[: SHOWN + 1] if isinstance(value, str) else value
    return cut(json.dumps(part, ensure_ascii=False, default=str))


def whole(shown_value: str | None) -> object:
    """The value that `shown` wrote, or None when it was cut short or is not there."""
    if shown_value is None or shown_value.endswith(CUT):
        return None
    return json.loads(shown_value)


def cut(text: str, most: int = SHOWN) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= most else text[: most - 1] + CUT
