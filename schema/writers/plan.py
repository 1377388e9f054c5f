"""The plan: the whole schema as checked values, from which every writer works."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harmtax import shapes
from harmtax.shapes import CategoryRow, CodeList, Field, RecordType, Rule

from schema.writers import codes, notation
from schema.writers.checks import CARRIED, LOWERED, Checks
from schema.writers.notation import Words
from schema.writers.source import Node, Refused, notes, read

Line = Mapping[str, Any]
KINDS = {"str": "text", "int": "integer"}
AUDIENCES = ("public", "shared", "restricted")


@dataclass(frozen=True)
class Plan:
    """Everything that the schema says, checked and resolved."""

    version: str
    title: str
    description: str
    prefixes: Mapping[str, str]
    categories: tuple[CategoryRow, ...]
    category_notes: str
    code_lists: Mapping[str, CodeList]
    records: Mapping[str, RecordType]
    rules: Mapping[str, Rule]
    # The row rules as they were written, per record type: (rule, severity, line).
    lines: Mapping[str, tuple[tuple[str, str, Line], ...]]
    tiers: Mapping[tuple[str, str], tuple[str, str]]
    dimensions: tuple[str, ...]
    # Record type and field of the dimensions that records do not hold under their own name.
    sources: Mapping[str, tuple[str, str]]

    def words(self, record: str) -> Words:
        """What a condition about records of this type may speak of."""
        fields = {each.name: each for each in self.records[record].fields}
        return _words(fields, self.code_lists, self.categories)


def _resolved(record: RecordType, records: Mapping[str, RecordType], reader: _Reader) -> RecordType:
    """The same table with every reference knowing its target: its identifier and its fields."""

    def resolve(check: shapes.SetCheck) -> shapes.SetCheck:
        if not isinstance(check, shapes.Refers):
            return check
        if check.to not in records:
            raise Refused(f"{record.name}, rule {check.rule}: {check.to!r} is not a record type")
        target = records[check.to]
        where = reader.wheres[record.name, check.rule]
        words = _words({f.name: f for f in target.fields}, reader.code_lists, reader.categories)
        condition = notation.normal(notation.options(where, words), words) if where else check.where
        return check._replace(target=target.identifier or "", where=condition)

    return record._replace(set_checks=tuple(resolve(each) for each in record.set_checks))


@dataclass
class _Parts:
    """The schema files put together, still as data."""

    types: dict[str, Node] = field(default_factory=dict)
    enums: dict[str, Node] = field(default_factory=dict)
    classes: dict[str, Node] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)


def load(root: Path) -> Plan:
    """Reads `root` and what it imports. Raises Refused with the file and the element."""
    head = read(root)
    parts = _collect(root)
    categories = codes.categories(parts.enums)
    code_lists = {
        name: codes.code_list(f"{parts.origin[name]}: code list {name}", name, enum)
        for name, enum in parts.enums.items()
    }
    reader = _Reader(parts, code_lists, categories)
    records = {
        name: reader.record(name)
        for name, node in parts.classes.items()
        if not node.get("abstract")
    }
    records = {name: _resolved(each, records, reader) for name, each in records.items()}
    return Plan(
        version=head["version"],
        title=head["title"],
        description=head["description"],
        prefixes=head["prefixes"],
        categories=categories,
        category_notes=parts.enums["CategoryCode"]["description"],
        code_lists=code_lists,
        records=records,
        rules=reader.rules(),
        lines={name: tuple(reader.lines[name]) for name in records},
        tiers=codes.tiers(categories, [code.code for code in code_lists["Treatment"].codes]),
        dimensions=_dimensions(parts),
        sources=_sources(parts, records),
    )


def _collect(root: Path) -> _Parts:
    parts = _Parts()
    for name in read(root)["imports"]:
        path = root.parent / f"{name}.yaml"
        node = read(path)
        for kind in ("types", "enums", "classes"):
            for key, element in (node.get(kind) or {}).items():
                if key in parts.origin:
                    raise Refused(f"{path.name}: {key} is defined in {parts.origin[key]} already")
                parts.origin[key] = path.name
                getattr(parts, kind)[key] = element
    return parts


def _dimensions(parts: _Parts) -> tuple[str, ...]:
    attributes = parts.classes["Observation"]["attributes"]
    return tuple(name for name, each in attributes.items() if notes(each).get("dimension"))


def _sources(parts: _Parts, records: Mapping[str, RecordType]) -> dict[str, tuple[str, str]]:
    found = {}
    for name, each in parts.classes["Observation"]["attributes"].items():
        if (written := notes(each).get("from")) is None:
            continue
        record, _, field_name = str(written).partition("/")
        if record not in records or field_name not in {f.name for f in records[record].fields}:
            raise Refused(f"report.yaml: class Observation, field {name}: no field {written!r}")
        found[name] = (record, field_name)
    return found


def _words(
    fields: Mapping[str, Field],
    code_lists: Mapping[str, CodeList],
    categories: tuple[CategoryRow, ...],
) -> Words:
    live = {name: codes.live(each) for name, each in code_lists.items()}
    tree = {row.code: row.parent for row in categories if row.status == "active"}
    return Words(fields, live, tree)


class _Reader:
    """Turns classes into constraint tables and gathers what the rules say."""

    def __init__(
        self,
        parts: _Parts,
        code_lists: Mapping[str, CodeList],
        categories: tuple[CategoryRow, ...],
    ) -> None:
        self.parts = parts
        self.code_lists = code_lists
        self.categories = categories
        self.lines: dict[str, list[tuple[str, str, Line]]] = {}
        # What a reference asks of its target, as written: it speaks of the target's fields.
        self.wheres: dict[tuple[str, str], Any] = {}
        self._said: dict[str, Node] = {}
        self._bound: dict[str, list[str]] = {}
        self._carried: dict[str, list[bool]] = {}
        self._origins: dict[str, str] = {}

    def record(self, name: str) -> RecordType:
        nodes = self._line_of(name)
        fields = tuple(
            self._field(f"{self.parts.origin[name]}: class {name}, field {key}", key, each)
            for node in nodes
            for key, each in (node.get("attributes") or {}).items()
        )
        identifier = self._identifier(name, nodes)
        self.lines[name] = []
        words = _words({each.name: each for each in fields}, self.code_lists, self.categories)
        maker = Checks(words, self.code_lists, identifier, notes(nodes[-1]).get("key") or [])
        row: list[shapes.RowCheck] = []
        set_: list[shapes.SetCheck] = []
        for rule, severity, line, origin in self._rule_lines(name):
            try:
                made = maker.make(rule, severity, line)
            except Refused as error:
                raise Refused(f"{origin}, rule {rule}: {error}") from None
            except KeyError as error:
                raise Refused(f"{origin}, rule {rule}: {error.args[0]!r} is missing") from None
            for check in made:
                if isinstance(check, shapes.SetCheck):
                    set_.append(check)
                else:
                    row.append(check)
            if line["check"] == "refers":
                self.wheres[name, rule] = line.get("where")
            if made:
                # A rule that asks nothing of this record type is neither carried nor dropped here.
                carried = line["check"] in CARRIED and severity == "error"
                self._carried.setdefault(rule, []).append(carried)
            if line["check"] in LOWERED and severity == "error":
                self.lines[name].append((rule, severity, line))
        node = nodes[-1]
        return RecordType(
            name, node["title"], codes.text(node["description"]), identifier, fields,
            tuple(row), tuple(set_),
        )  # fmt: skip

    def rules(self) -> dict[str, Rule]:
        """Every rule by its id, in the order of the ids."""
        for rule in self._bound:
            if rule not in self._said:
                origin = self._origins[rule]
                raise Refused(
                    f"{origin}, rule {rule}: no class says what it means (says, do, source)"
                )
        return {
            rule: Rule(
                id=rule,
                severity=said.get("severity", "error"),
                says=codes.text(said["says"]),
                do=codes.text(said["do"]),
                source=codes.text(said["source"]),
                records=tuple(self._bound[rule]),
                json_schema=_share(self._carried[rule]),
            )
            for rule, said in sorted(self._said.items())
            if rule in self._bound
        }

    def _line_of(self, name: str) -> list[Node]:
        node = self.parts.classes[name]
        above = node.get("is_a")
        if above is None:
            return [node]
        if above not in self.parts.classes:
            raise Refused(f"{self.parts.origin[name]}: class {name}: is_a {above!r} is unknown")
        return [*self._line_of(above), node]

    def _rule_lines(self, name: str) -> Iterator[tuple[str, str, Line, str]]:
        for node in self._line_of(name):
            owner = next(key for key, each in self.parts.classes.items() if each is node)
            origin = f"{self.parts.origin[owner]}: class {owner}"
            for rule in notes(node).get("rules") or []:
                self._say(rule, origin)
                self._bound.setdefault(rule["id"], [])
                if name not in self._bound[rule["id"]]:
                    self._bound[rule["id"]].append(name)
                if not rule.get("lines"):
                    raise Refused(f"{origin}, rule {rule['id']}: no lines")
                if rule["id"] not in self._said:
                    raise Refused(f"{origin}, rule {rule['id']}: it is not said what it asks for")
                for line in rule["lines"]:
                    severity = line.get("severity", self._said[rule["id"]].get("severity", "error"))
                    self._severity(f"{origin}, rule {rule['id']}", severity)
                    yield rule["id"], severity, line, origin

    def _severity(self, where: str, severity: str) -> None:
        known = [code.code for code in self.code_lists["Severity"].codes]
        if severity not in known:
            raise Refused(f"{where}: severity {severity!r} is not one of {', '.join(known)}")

    def _say(self, rule: Node, origin: str) -> None:
        words = {"id", "severity", "says", "do", "source", "lines"}
        for key in rule:
            if key not in words:
                raise Refused(f"{origin}, rule {rule.get('id')}: {key!r} is not known")
        self._origins.setdefault(rule["id"], origin)
        told = {"says", "do", "source"} & set(rule)
        if not told:
            # Beside the words it would count for all records, here for none.
            if "severity" in rule:
                raise Refused(
                    f"{origin}, rule {rule['id']}: a severity stands with what the rule says, or in a line"
                )
            return
        for word in ("says", "do", "source"):
            if word not in told:
                raise Refused(f"{origin}, rule {rule['id']}: {word!r} is missing")
        earlier = self._said.setdefault(rule["id"], rule)
        if earlier is not rule and earlier["says"] != rule["says"]:
            raise Refused(f"{origin}, rule {rule['id']}: its meaning is stated twice")

    def _identifier(self, name: str, nodes: list[Node]) -> str | None:
        found = [
            key
            for node in nodes
            for key, each in (node.get("attributes") or {}).items()
            if each.get("identifier")
        ]
        if len(found) > 1:
            raise Refused(f"{self.parts.origin[name]}: class {name}: two identifiers, {found}")
        return found[0] if found else None

    def _field(self, where: str, name: str, node: Node) -> Field:
        range_ = node.get("range")
        note = notes(node)
        if note.get("audience") not in AUDIENCES:
            raise Refused(f"{where}: audience is one of {', '.join(AUDIENCES)}")
        for key in ("title", "description"):
            if key not in node:
                raise Refused(f"{where}: {key} is missing")
        common: dict[str, Any] = {
            "name": name,
            "title": node["title"],
            "definition": codes.text(node["description"]),
            "audience": note["audience"],
            "required": bool(node.get("required", False)),
            "many": bool(node.get("multivalued", False)),
            "unit": note.get("unit"),
            "source": note.get("source"),
        }
        if "max_length" in note and range_ != "Text":
            raise Refused(f"{where}: max_length is for free text")
        if {"dimension", "from"} & note.keys() and "class Observation" not in where:
            raise Refused(f"{where}: only an observation has dimensions")
        if range_ in self.code_lists:
            return Field(kind="code", codes=range_, **common)
        if range_ not in self.parts.types:
            raise Refused(f"{where}: range {range_!r} is neither a type nor a code list")
        if common["many"]:
            raise Refused(f"{where}: a list of {range_} is not carried; lists hold codes")
        type_ = self.parts.types[range_]
        type_note = notes(type_)
        return Field(
            kind=type_note.get("kind", KINDS[type_["base"]]),
            pattern=type_.get("pattern"),
            minimum=type_.get("minimum_value"),
            maximum=type_.get("maximum_value"),
            max_length=note.get("max_length", type_note.get("max_length")),
            **common,
        )


def _share(carried: list[bool]) -> str:
    return "yes" if all(carried) else "partly" if any(carried) else "no"
