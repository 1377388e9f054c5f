"""The checks of the EU's server, written a second time and in another way, so that two must agree.

From the store request and the documentation of the interface: one function per field in the manner of a
web form, with codes taken from the columns. It shares no line with `formats.receiver`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from harmtax._generated.foreign import FORMATS

FORMAT = FORMATS["dsa_v2"]
LENGTHS = {
    "decision_visibility_other": 500,
    "decision_monetary_other": 500,
    "content_type_other": 500,
    "illegal_content_legal_ground": 500,
    "illegal_content_explanation": 2000,
    "incompatible_content_ground": 500,
    "incompatible_content_explanation": 2000,
    "category_specification_other": 500,
    "decision_facts": 5000,
    "source_identity": 500,
    "puid": 500,
}
REQUIRED = (
    "decision_ground", "content_type", "category", "content_date", "application_date", "decision_facts",
    "source_type", "automated_detection", "automated_decision", "puid",
)  # fmt: skip
LISTS = (
    "decision_visibility", "category_addition", "category_specification", "content_type",
    "territorial_scope",
)  # fmt: skip
GROUNDS = {
    "DECISION_GROUND_ILLEGAL_CONTENT": ("illegal_content_legal_ground", "illegal_content_explanation"),
    "DECISION_GROUND_INCOMPATIBLE_CONTENT": (
        "incompatible_content_ground", "incompatible_content_explanation",
    ),
}  # fmt: skip
OTHERS = {
    "decision_visibility": ("DECISION_VISIBILITY_OTHER", "decision_visibility_other"),
    "decision_monetary": ("DECISION_MONETARY_OTHER", "decision_monetary_other"),
    "content_type": ("CONTENT_TYPE_OTHER", "content_type_other"),
}
DAYS = {
    "content_date": (date(2000, 1, 1), date(2038, 1, 1)),
    "application_date": (date(2020, 1, 1), date(2038, 1, 1)),
    "end_date_visibility_restriction": (date.min, date(2038, 1, 1)),
    "end_date_monetary_restriction": (date.min, date(2038, 1, 1)),
    "end_date_service_restriction": (date.min, date(2038, 1, 1)),
    "end_date_account_restriction": (date.min, date(2038, 1, 1)),
}
DECISIONS = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")


def refused(statement: Mapping[str, Any]) -> set[str]:
    """The fields for which the server would refuse a statement; it trims texts before it looks."""
    trimmed = {
        n: v.strip().strip("\u200b\ufeff") if isinstance(v, str) else v
        for n, v in statement.items()
    }
    return set(_refused({name: value for name, value in trimmed.items() if value != ""}))


def _refused(sent: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name in REQUIRED if not sent.get(name))
    if not any(sent.get(name) for name in DECISIONS):
        yield "decision_visibility"
    for name, most in LENGTHS.items():
        if not 0 < len(sent.get(name, "x")) <= most:
            yield name
    for column in FORMAT.columns:
        value = sent.get(column.name)
        if value is None or column.codes is None:
            continue
        members = value if column.name in LISTS else [value]
        if not isinstance(members, list) or not set(members) <= set(FORMAT.codes[column.codes]):
            yield column.name
    for field, (code, text) in OTHERS.items():
        if code in (sent.get(field) or ()) and not sent.get(text):
            yield text
    for name in GROUNDS.get(sent.get("decision_ground", ""), ()):
        if not sent.get(name):
            yield name
    for name, (first, last) in DAYS.items():
        if name in sent and not _is_day(sent[name], first, last):
            yield name
    if not re.fullmatch(r"[a-zA-Z0-9-_]+", sent.get("puid", "x"), re.ASCII):
        yield "puid"
    known = {column.interface or column.name for column in FORMAT.columns if not column.made_by}
    yield from sent.keys() - known


def _is_day(text: str, first: date, last: date) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return False
    try:
        return first <= date.fromisoformat(text) <= last
    except ValueError:
        return False
