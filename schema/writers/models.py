"""Writes the pydantic models: an enum per code list, a class per record type."""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from textwrap import fill

from harmtax.shapes import CodeList, Field, RecordType

from schema.writers.codes import live
from schema.writers.literals import HEADER, literal
from schema.writers.plan import Plan
from schema.writers.source import Refused

IMPORTS = """
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BeforeValidator, Field

from harmtax.records.moments import day, moment
from harmtax.records.record import Record
"""


def write(plan: Plan) -> dict[str, str]:
    """The text of the models by its path."""
    used = dict.fromkeys(
        field.codes for record in plan.records.values() for field in record.fields if field.codes
    )
    parts = [HEADER.format(title="The models of all record types and the enums of their codes.")]
    parts.append(IMPORTS)
    parts.append(_moments(plan))
    parts += [_enum(plan.code_lists[name]) for name in used]
    parts += [_model(record) for record in plan.records.values()]
    return {"harmtax/_generated/models.py": "\n".join(parts)}


def member(code: str) -> str:
    """The name of an enum member: the code itself, never its title, so that titles may change."""
    name = code.replace("-", "_")
    if not name.isidentifier():
        raise Refused(f"code {code!r} cannot name a member in Python")
    return f"{name}_" if keyword.iskeyword(name) or hasattr(str, name) else name


def _moments(plan: Plan) -> str:
    fields = [field for record in plan.records.values() for field in record.fields]
    times = dict.fromkeys(field.pattern for field in fields if field.kind == "time")
    days = dict.fromkeys(field.pattern for field in fields if field.kind == "date")
    if len(times) > 1 or len(days) > 1:
        raise Refused("types.yaml: times and days each have one written form")
    return (
        "Time = Annotated[\n    AwareDatetime,\n    Field(strict=False),\n"
        f"    BeforeValidator(moment({literal(next(iter(times)))})),\n]\n"
        "Date = Annotated[\n    date,\n    Field(strict=False),\n"
        f"    BeforeValidator(day({literal(next(iter(days)))})),\n]\n"
    )


def _enum(codes: CodeList) -> str:
    lines = [
        "",
        f"class {codes.name}(StrEnum):",
        *_doc([f"{codes.title}. {codes.definition}"], 4),
        "",
    ]
    names = [member(code) for code in live(codes)]
    for code, name in zip(live(codes), names, strict=True):
        if names.count(name) > 1:
            raise Refused(f"code list {codes.name}: two codes give the member {name}")
        lines.append(f"    {name} = {literal(code)}")
    return "\n".join(lines) + "\n"


def _model(record: RecordType) -> str:
    told = [record.definition, "", "Attributes:"]
    lines = ["", f"class {record.name}(Record):", *_doc([*told, *_told(record)], 4), ""]
    lines.append(f"    RECORD: ClassVar[str] = {literal(record.name)}")
    lines.append("")
    lines += [line for field in record.fields for line in _field(field)]
    return "\n".join(lines) + "\n"


def _told(record: RecordType) -> Iterator[str]:
    for field in record.fields:
        facts = [field.definition, f"Audience: {field.audience}."]
        facts += [f"Unit: {field.unit}."] if field.unit else []
        facts += [f"Source: {field.source}."] if field.source else []
        yield f"    {field.name}: {' '.join(facts)}"


def _doc(paragraphs: list[str], indent: int) -> list[str]:
    pad = " " * indent
    lines: list[str] = []
    for paragraph in paragraphs:
        inner = " " * (len(paragraph) - len(paragraph.lstrip()))
        text = paragraph.strip().replace("\\", "\\\\").replace('"""', "'''")
        hang = pad + inner + ("    " if inner else "")
        lines += fill(
            text, 99, initial_indent=pad + inner, subsequent_indent=hang, break_long_words=False
        ).splitlines() or [""]
    lines[0] = pad + '"""' + lines[0].strip()
    if len(lines) == 1 and len(lines[0]) < 96:
        return [lines[0] + '"""']
    return [*lines, pad + '"""']


def _field(field: Field) -> list[str]:
    base = _base(field)
    limits = _limits(field)
    type_ = f"Annotated[{base}, Field({', '.join(limits)})]" if limits else base
    if field.required:
        return [f"    {field.name}: {type_}"]
    return [f"    {field.name}: {type_} | None = None"]


def _base(field: Field) -> str:
    match field.kind:
        case "code":
            return f"tuple[{field.codes}, ...]" if field.many else str(field.codes)
        case "text":
            return "str"
        case "integer":
            return "int"
        case "time":
            return "Time"
        case "date":
            return "Date"
    raise Refused(f"field {field.name}: kind {field.kind!r} is not carried by the models")


def _limits(field: Field) -> list[str]:
    # The schema has no empty lists or texts: absent says the same, and one way of saying it is enough.
    limits = ["min_length=1"] if field.many or (field.kind == "text" and not field.pattern) else []
    if field.many:
        return limits
    if field.kind == "text" and field.pattern:
        limits.append(f"pattern={literal(field.pattern)}")
    if field.max_length:
        limits.append(f"max_length={field.max_length}")
    if field.minimum is not None:
        limits.append(f"ge={field.minimum}")
    if field.maximum is not None:
        limits.append(f"le={field.maximum}")
    return limits
