"""Writes one JSON Schema per record type by linkml's own generator: the second opinion on the rules.

The rules are lowered from the form in which people wrote them to the few LinkML constructs that the
generator carries; nothing here is shared with the readings but the expansion of `X*`. Warnings,
orders of times and set rules have no counterpart in JSON Schema and are left out on purpose.
"""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from linkml.generators.jsonschemagen import JsonSchemaGenerator
from linkml_runtime.linkml_model.meta import ClassRule, SchemaDefinition
from linkml_runtime.utils.schemaview import SchemaView

from harmtax.shapes import Field, RecordType, Refuse

from schema.writers import notation
from schema.writers.notation import Option, Options, Term, Words
from schema.writers.plan import Line, Plan
from schema.writers.source import Refused

# linkml reports every import that it resolves; a build has nothing to say when all is well.
logging.getLogger("linkml").setLevel(logging.ERROR)
logging.getLogger("linkml_runtime").setLevel(logging.ERROR)


# The pattern fixes the written form; the format refuses 30 February.
FORMATS = {"date": "date", "time": "date-time"}


def write(plan: Plan, root: Path) -> dict[str, str]:
    """The text of each schema by its path."""
    view = SchemaView(str(root))
    view.merge_imports()
    return {
        f"exports/next/jsonschema/{name}.schema.json": _schema(plan, view.schema, record)
        for name, record in plan.records.items()
    }


class _Generator(JsonSchemaGenerator):  # type: ignore[misc]
    """linkml's generator with what it drops: lengths of texts, and what lists may hold."""

    table: RecordType
    version: str
    alone: Mapping[str, tuple[str, ...]]

    def after_generate_class_slot(self, slot: Any, cls: Any, view: Any) -> Any:
        field = next((f for f in self.table.fields if f.name == slot.source.name), None)
        if field is not None:
            slot.schema_.update(_lengths(field, self.table, self.alone, self.version))
        return slot


def _lengths(
    field: Field, table: RecordType, alone: Mapping[str, tuple[str, ...]], version: str
) -> dict[str, Any]:
    added: dict[str, Any] = {}
    if field.kind in FORMATS:
        added["format"] = FORMATS[field.kind]
    if field.name == "harmtax_version":
        added["const"] = version
    if field.max_length:
        added |= {"minLength": 1, "maxLength": field.max_length}
    if field.many:
        added |= {"minItems": 1, "uniqueItems": True}
        if single := alone.get(field.name):
            added["anyOf"] = [{"maxItems": 1}, {"items": {"not": {"enum": list(single)}}}]
    patterns = [
        pattern
        for check in table.row_checks
        if isinstance(check, Refuse) and field.name in check.fields
        for _, pattern in check.patterns
    ]
    if patterns:
        added["not"] = {"anyOf": [{"pattern": pattern} for pattern in patterns]}
    return added


def _schema(plan: Plan, whole: SchemaDefinition, record: RecordType) -> str:
    schema = _only(copy.deepcopy(whole), record)
    words = plan.words(record.name)
    schema.classes[record.name].rules = [
        ClassRule(**rule)
        for rule_id, _, line in plan.lines[record.name]
        for rule in _lowered(rule_id, line, words, record)
    ]
    view = SchemaView(schema)
    view.set_modified()
    generator = _Generator(
        schema=view.schema, top_class=record.name, include_null=False, not_closed=False
    )
    generator.table = record
    generator.version = plan.version
    generator.alone = _alone(plan, record)
    made = json.loads(generator.serialize())
    return _tidy(made, plan, record)


def _only(schema: SchemaDefinition, record: RecordType) -> SchemaDefinition:
    """The schema with this record type alone: a field name of another class would change its shape."""
    schema.imports = []
    kept = {record.name, "Record"}
    lists = {field.codes for field in record.fields}
    for name in [name for name in schema.classes if name not in kept]:
        del schema.classes[name]
    for name in [name for name in schema.enums if name not in lists]:
        del schema.enums[name]
    for enum in schema.enums.values():
        values = enum.permissible_values
        for code in [code for code, each in values.items() if str(each.status) == "retired"]:
            del values[code]
    for name in schema.classes:
        schema.classes[name].annotations = {}
    return schema


def _alone(plan: Plan, record: RecordType) -> dict[str, tuple[str, ...]]:
    return {
        field.name: tuple(code.code for code in plan.code_lists[field.codes].codes if code.alone)
        for field in record.fields
        if field.many and field.codes
    }


def _tidy(made: dict[str, Any], plan: Plan, record: RecordType) -> str:
    made["$id"] = f"https://w3id.org/harmtax/{plan.version}/{record.name}.schema.json"
    made["title"] = record.title
    made["description"] = record.definition
    made["version"] = plan.version
    made["additionalProperties"] = False
    made.get("$defs", {}).pop(record.name, None)
    made.pop("metamodel_version", None)
    return json.dumps(made, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


# --- lowering --------------------------------------------------------------------------------------


def _lowered(rule: str, line: Line, words: Words, record: RecordType) -> list[dict[str, Any]]:
    match line["check"]:
        case "never":
            return _never(rule, line, words, record)
        case "when":
            if_ = notation.options(line["if"], words)
            return _implies(rule, if_, notation.options(line["then"], words), words)
        case "iff":
            this = notation.options(line["this"], words)
            that = notation.options(line["that"], words)
            return _implies(rule, this, that, words) + _implies(rule, that, this, words)
    raise Refused(f"rule {rule}: {line['check']!r} cannot be lowered")


def _never(rule: str, line: Line, words: Words, record: RecordType) -> list[dict[str, Any]]:
    branches = words.tops() if line.get("each") == "branch" else (None,)
    always: Options = ((Term(_required(record), "present"),),)
    condition = notation.options(line["if"], words) if "if" in line else always
    lowered = []
    for branch in branches:
        for option in notation.options(line["what"], words, branch):
            for given in condition:
                merged = (*given, *option)
                # The last test is denied under all others: "never A and B" is "A, therefore not B".
                lowered.append(_rule(rule, merged[:-1] or always[0], None, merged[-1], words))
    return lowered


def _implies(rule: str, given: Options, then: Options, words: Words) -> list[dict[str, Any]]:
    return [_rule(rule, option, then, None, words) for option in given]


def _rule(
    rule: str, given: Option, then: Options | None, denied: Term | None, words: Words
) -> dict[str, Any]:
    if then is not None:
        post = _expression(then, words)
    else:
        assert denied is not None
        post = _denial(denied, words)
    return {
        "description": rule,
        "preconditions": _expression((given,), words),
        "postconditions": post,
    }


def _expression(options: Options, words: Words) -> dict[str, Any]:
    """One test per expression: two tests of one kind in one expression overwrite each other."""
    alternatives = [
        {"all_of": [_test(term, words) for term in option]} if len(option) > 1
        else _test(option[0], words)
        for option in options
    ]  # fmt: skip
    return alternatives[0] if len(alternatives) == 1 else {"any_of": alternatives}


def _denial(term: Term, words: Words) -> dict[str, Any]:
    if term.word == "present":
        return _slot(term.field, {"value_presence": "ABSENT"})
    if term.word == "absent":
        return _slot(term.field, {"value_presence": "PRESENT"})
    return {"none_of": [_test(term, words)]}


def _test(term: Term, words: Words) -> dict[str, Any]:
    name, codes = term.field, list(term.codes)
    match term.word:
        case "present":
            return _slot(name, {"value_presence": "PRESENT"})
        case "absent":
            return _slot(name, {"value_presence": "ABSENT"})
        case "in" | "only":
            return _slot(name, {"equals_string_in": codes, "required": True})
        case "not_in":
            kept = [code for code in words.values(words.field(name)) if code not in codes]
            return _slot(name, {"equals_string_in": kept, "required": True})
        case "min":
            return _slot(name, {"minimum_value": term.number, "required": True})
        case "has":
            lacks = _slot(name, {"none_of": [{"equals_string_in": codes}]})
            return {"all_of": [_slot(name, {"value_presence": "PRESENT"}), {"none_of": [lacks]}]}
    raise Refused(f"{name}: the test {term.word!r} cannot be lowered")


def _slot(name: str, condition: dict[str, Any]) -> dict[str, Any]:
    return {"slot_conditions": {name: condition}}


def _required(record: RecordType) -> str:
    return next(field.name for field in record.fields if field.required)
