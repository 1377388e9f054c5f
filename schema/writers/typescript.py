"""Writes the TypeScript types: a union per code list, an interface per record type."""

from __future__ import annotations

import json

from harmtax.shapes import CodeList, Field, RecordType

from schema.writers.codes import live
from schema.writers.plan import Plan

PLAIN = {"text": "string", "integer": "number", "time": "string", "date": "string"}


def write(plan: Plan) -> dict[str, str]:
    """The text of the types by its path."""
    used = dict.fromkeys(
        field.codes for record in plan.records.values() for field in record.fields if field.codes
    )
    parts = ["// Written by schema/build.py from schema/; do not edit. Licence: CC BY 4.0.\n"]
    parts.append(f"export const VERSION = {json.dumps(plan.version)};\n")
    parts += [_union(plan.code_lists[name]) for name in used]
    parts += [_interface(record) for record in plan.records.values()]
    return {"exports/next/harmtax.ts": "\n".join(parts)}


def _union(codes: CodeList) -> str:
    body = "".join(f"\n  | {json.dumps(code)}" for code in live(codes))
    return f"/** {_said(codes.title)} */\nexport type {codes.name} ={body};\n"


def _interface(record: RecordType) -> str:
    body = "".join(_field(field) for field in record.fields)
    return f"/** {_said(record.definition)} */\nexport interface {record.name} {{\n{body}}}\n"


def _field(field: Field) -> str:
    kind = field.codes or PLAIN[field.kind]
    list_ = f"readonly {kind}[]" if field.many else kind
    mark = "" if field.required else "?"
    note = f"{field.definition} Audience: {field.audience}."
    return f"  /** {_said(note)} */\n  readonly {field.name}{mark}: {list_};\n"


def _said(text: str) -> str:
    return text.replace("*/", "* /")
