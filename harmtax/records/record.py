"""Record, the base class of the models, and `explain`, which finds everything wrong with a row."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

import msgspec
from pydantic import BaseModel, ConfigDict, ValidationError, ValidationInfo, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from harmtax._generated.constraints import RECORDS, VERSION
from harmtax.records import rules
from harmtax.records.findings import Finding, pointer, shown
from harmtax.shapes import Field, RecordType
from harmtax.standard import migration

if TYPE_CHECKING:
    import pyarrow as pa
    from pydantic.plugin._schema_validator import PluggableSchemaValidator
    from pydantic_core import SchemaValidator

_FIELDS_ONLY = {"fields_only": True}
# What stands for a value that no JSON field can hold.
_FOREIGN = object()

# pydantic's error types are not a stable vocabulary; findings use the words of FieldFault.
_FAULTS = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "enum": "code",
    "string_pattern_mismatch": "pattern",
    "string_too_long": "length",
    "string_too_short": "length",
    "too_short": "length",
    "greater_than_equal": "range",
    "less_than_equal": "range",
    "int_parsing_size": "range",
    "time": "time",
}


class Record(BaseModel):
    """The base class of all records: frozen, strict, unknown fields refused, rules enforced.

    Construction with wrong fields or broken rules raises pydantic's `ValidationError`; each broken
    rule is one entry whose type is the rule's id. Rules are judged once all fields are sound; ask
    `explain` for everything at once. `model_construct` and `model_copy(update=...)` skip all checks,
    as pydantic documents.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        hide_input_in_errors=True,
        ser_json_bytes="utf8",
        # Most runs use one record type; its validator is built when the first suspect comes.
        defer_build=True,
    )
    RECORD: ClassVar[str]

    @classmethod
    def table(cls) -> RecordType:
        """The constraint table of this record type."""
        return RECORDS[cls.RECORD]

    @classmethod
    def from_row(cls, row: Mapping[str, object]) -> Self:
        """The record of a row of JSON types, nulls being absent. Raises pydantic's ValidationError."""
        present = {name: value for name, value in row.items() if value is not None}
        return cls.model_validate_json(msgspec.json.encode(present))

    def row(self) -> dict[str, Any]:
        """The record as JSON types, absent fields left out."""
        return self.model_dump(mode="json", exclude_none=True)

    @model_validator(mode="after")
    def _obey(self, info: ValidationInfo) -> Self:
        if info.context is not _FIELDS_ONLY:
            self._state_version()
            broken = [b for b in rules.breaches(self.RECORD, dict(self)) if b.severity == "error"]
            if broken:
                raise ValidationError.from_exception_data(
                    self.RECORD, [self._detail(breach) for breach in broken], hide_input=True
                )
        return self

    def _state_version(self) -> None:
        """Refuses a record of another version: what it means is not said by these rules."""
        if getattr(self, migration.VERSION_FIELD, VERSION) == VERSION:
            return
        breach = rules.Breach("version", "error", migration.VERSION_FIELD)
        raise ValidationError.from_exception_data(
            self.RECORD, [self._detail(breach)], hide_input=True
        )

    def _detail(self, breach: rules.Breach) -> InitErrorDetails:
        finding = Finding(breach.rule, breach.severity, self.RECORD, pointer(breach.at),
                          detail=breach.detail)  # fmt: skip
        # The message becomes a template, in which braces would be read as fields.
        message = finding.message.replace("{", "(").replace("}", ")")
        return InitErrorDetails(
            type=PydanticCustomError(breach.rule, message, {"rule": breach.rule}),
            loc=(breach.at,),
            input=None,
        )


def explain(row: Mapping[str, object], record: type[Record]) -> list[Finding]:
    """Every finding of a row of JSON types: faults of its fields and broken rules together.

    A rule that speaks of a field with a fault is skipped, not guessed. Never raises on data. The
    findings stand in the order of the fields, then of the rules. A row of an older version is brought to the
    current one first.
    """
    version = row.get(migration.VERSION_FIELD)
    if version == VERSION or not migration.is_released(version):
        return judge_row(row, record)
    found = migration.migrated(row, record.RECORD)
    return [*out_of_time(found, record), *judge_row(found.row, record)]


def out_of_time(found: migration.Migrated, record: type[Record]) -> list[Finding]:
    """The findings of what the version of a migrated row did not have: fields and codes."""
    fields = [_finding("unknown_field", "error", record, (name,), {}) for name in found.unknown]
    codes = [_finding("code", "error", record, (name,), found.row) for name in found.early]
    return [*fields, *codes]


def judge_row(
    row: Mapping[str, object],
    record: type[Record],
    header: Mapping[str, object] | None = None,
    unsound: Collection[str] = (),
) -> list[Finding]:
    """As `explain`, with the submission's header for the rules that read it (HT-R30).

    `unsound` names fields whose fault is known already: they are neither missing nor judged.
    """
    table = record.table()
    fields = _fields(record)
    present = {_name(name): value for name, value in row.items() if value is not None}
    if other := _other_version(present, record):
        return [other]
    told = present if _is_plain(present) else {n: _plain(v) for n, v in present.items()}
    foreign = {name for name, value in told.items() if value is _FOREIGN}
    sound = {n: value for n, value in told.items() if n not in foreign} if foreign else told
    faults = [*_foreign_faults(present, foreign, fields, record), *_faults(sound, record)]
    faults = [each for each in faults if not _is_known(each, {*foreign, *unsound})]
    wrong = {*unsound, *(_top(fault) for fault in faults if fault.path)}
    values = {name: value for name, value in sound.items() if name not in wrong}
    for name, read in _moments(record):
        if isinstance(values.get(name), str):
            values[name] = read(str(values[name]))
    broken = [
        _finding(breach.rule, breach.severity, record, (breach.at,), sound, breach.detail)
        for breach in rules.breaches(table.name, values, unsound=wrong, header=header)
    ]
    identifier = _text(sound.get(table.identifier)) if table.identifier else None
    return [finding.at(None, None, identifier) for finding in (*faults, *broken)]


def _other_version(present: Mapping[str, object], record: type[Record]) -> Finding | None:
    """What is said of a well-formed version that is not the one judged here; nothing else is, then."""
    field, stated = (
        _fields(record).get(migration.VERSION_FIELD),
        present.get(migration.VERSION_FIELD),
    )
    if field is None or stated == VERSION or not _is_form(field, stated):
        return None
    identifier = _text(present.get(record.table().identifier or ""))
    path = (migration.VERSION_FIELD,)
    return _finding("version", "error", record, path, present).at(None, None, identifier)


def _is_form(field: Field, text: object) -> bool:
    return isinstance(text, str) and re.fullmatch(str(field.pattern), text) is not None


@cache
def _validator(record: type[Record]) -> SchemaValidator | PluggableSchemaValidator:
    record.model_rebuild()
    return record.__pydantic_validator__


@cache
def _fields(record: type[Record]) -> Mapping[str, Field]:
    return {field.name: field for field in record.table().fields}


@cache
def _moments(record: type[Record]) -> tuple[tuple[str, Callable[[str], date]], ...]:
    readers = {"time": datetime.fromisoformat, "date": date.fromisoformat}
    kinds = ((field.name, field.kind) for field in record.table().fields)
    return tuple((name, readers[kind]) for name, kind in kinds if kind in readers)


def _top(fault: Finding) -> str:
    return fault.path.split("/")[1].replace("~1", "/").replace("~0", "~")


def _is_known(fault: Finding, known: Collection[str]) -> bool:
    """Whether a field is missing only because its value could not be used, which is said already."""
    return fault.rule == "missing" and _top(fault) in known


def _foreign_faults(
    present: Mapping[str, object],
    names: Collection[str],
    fields: Mapping[str, Field],
    record: type[Record],
) -> Iterator[Finding]:
    for name in sorted(names):
        word = "type" if name in fields else "unknown_field"
        value = present[name]
        members = value if isinstance(value, list | tuple) else ()
        bad = [at for at, member in enumerate(members) if _plain((member,)) is _FOREIGN]
        inside = bad[:1] if name in fields and fields[name].many else []
        yield _finding(word, "error", record, (name, *inside), {})


def _faults(told: Mapping[str, object], record: type[Record]) -> Iterator[Finding]:
    try:
        _validator(record).validate_json(msgspec.json.encode(told), context=_FIELDS_ONLY)
    except ValidationError as error:
        place = {name: at for at, name in enumerate(_fields(record))}
        details = error.errors(include_url=False, include_context=False, include_input=False)
        for detail in sorted(details, key=lambda each: place.get(str(each["loc"][0]), len(place))):
            # A list of wrong members is not empty, though pydantic counts only the good ones.
            if not (detail["type"] == "too_short" and told.get(str(detail["loc"][0]))):
                yield _fault(detail["type"], detail["loc"], record, told)


def _fault(
    kind: str, loc: tuple[int | str, ...], record: type[Record], present: Mapping[str, object]
) -> Finding:
    word = _FAULTS.get(kind, "type")
    if word == "code" and not isinstance(_reach(present, loc), str):
        word = "type"
    return _finding(word, "error", record, loc, present)


def _finding(
    rule: str,
    severity: str,
    record: type[Record],
    loc: tuple[int | str, ...],
    present: Mapping[str, object],
    detail: str | None = None,
) -> Finding:
    path = pointer(*loc)
    value = shown(record.RECORD, path, _reach(present, loc))
    return Finding(rule, severity, record.RECORD, path, value=value, detail=detail)


def _reach(present: object, loc: tuple[int | str, ...]) -> object:
    for step in loc:
        try:
            present = present[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            return None
    return present


def _is_plain(row: Mapping[str, object]) -> bool:
    """Whether all values are plain already, as they are in nearly every row from a JSON reader."""
    for value in row.values():
        kind = type(value)
        if kind is list:
            if not all(map(_is_plain_text, value)):  # type: ignore[call-overload]
                return False
        elif kind is not int and not _is_plain_text(value):
            return False
    return True


def _is_plain_text(value: object) -> bool:
    return type(value) is str and (value.isascii() or _encodes(value))


def _plain(value: object) -> object:
    """The value in the plain JSON types that a field can hold, or _FOREIGN.

    No field holds objects or lists of lists, so nothing here descends further than one list. What JSON
    cannot say must not reach the encoder, which would quietly turn it into something else.
    """
    if isinstance(value, list | tuple):
        members = [None if member is None else _scalar(member) for member in value]
        return _FOREIGN if any(member is _FOREIGN for member in members) else members
    return _scalar(value)


def _scalar(value: object) -> object:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        text = value.value if isinstance(value, Enum) else str.__str__(value)
        return text if _encodes(text) else _FOREIGN
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else _FOREIGN
    return value if isinstance(value, datetime | date) else _FOREIGN


def _name(name: object) -> str:
    if type(name) is str and name.isascii():
        return name
    return str(name).encode("utf-8", "backslashreplace").decode()


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def schema(record: type[Record]) -> pa.Schema:
    """The Arrow schema of a record type.

    Codes and texts are string, integers int64, times timestamp[us, UTC], days date32, lists
    list<string>; unit and audience stand in the metadata of each field.
    """
    return arrow_schema(record.table())


@cache
def arrow_schema(table: RecordType) -> pa.Schema:
    """As `schema`, for a constraint table."""
    import pyarrow as pa

    kinds = {
        "code": pa.string(),
        "text": pa.string(),
        "integer": pa.int64(),
        "time": pa.timestamp("us", "UTC"),
        "date": pa.date32(),
    }
    fields = []
    for field in table.fields:
        kind = pa.list_(pa.field("item", kinds[field.kind])) if field.many else kinds[field.kind]
        metadata = {"audience": field.audience} | ({"unit": field.unit} if field.unit else {})
        fields.append(pa.field(field.name, kind, metadata=metadata))
    mark = json.dumps({"record": table.name, "version": table.version or VERSION})
    return pa.schema(fields, metadata={"harmtax": mark})


def typed(rows: Sequence[Mapping[str, object]], columns: pa.Schema) -> pa.RecordBatch:
    """Rows of JSON types as a typed batch; the rows have been judged and fit."""
    import pyarrow as pa

    arrays = []
    for field in columns:
        values = [row.get(field.name) for row in rows]
        if pa.types.is_timestamp(field.type) or pa.types.is_date(field.type):
            arrays.append(pa.array(values, pa.string()).cast(field.type))
        else:
            arrays.append(pa.array(values, field.type))
    return pa.RecordBatch.from_arrays(arrays, schema=columns)
