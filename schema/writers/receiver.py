"""What the receiver of a foreign format asks of a record, in the notation of our own rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from harmtax.shapes import (
    Bound,
    CodeList,
    Field,
    ForeignFormat,
    Receiver,
    RecordType,
    Rule,
    SetCheck,
)

from schema.writers import codes
from schema.writers.checks import Checks
from schema.writers.notation import Words
from schema.writers.source import Node, Refused, known, notes

KINDS = {"string": "text", "date": "date", "datetime": "time", "integer": "integer"}
RULE = {"id", "severity", "says", "do", "source", "lines"}


def of(file: str, node: Node) -> Receiver:
    """The receiver's table of a foreign file whose class has rules."""
    [(name, class_)] = node["classes"].items()
    lists = {
        key: codes.code_list(f"{file}: {key}", key, each) for key, each in node["enums"].items()
    }
    sent = {
        key: each for key, each in class_["attributes"].items() if not notes(each).get("made_by")
    }
    fields = tuple(_field(f"{file}: column {key}", key, each, lists) for key, each in sent.items())
    rules = tuple(_rule(file, each, name) for each in notes(class_)["rules"])
    identifier = _identifier(sent)
    checks = list(_checks(file, class_, fields, lists, identifier))
    table = RecordType(
        name, class_["title"], codes.text(class_["description"]), identifier, fields,
        tuple(each for each in checks if not isinstance(each, SetCheck)),
        tuple(each for each in checks if isinstance(each, SetCheck)),
    )  # fmt: skip
    return Receiver(table, tuple(_bounds(sent)), rules)


def _field(where: str, name: str, node: Node, lists: dict[str, CodeList]) -> Field:
    note, range_ = notes(node), str(node.get("range"))
    if range_ not in lists and range_ not in KINDS:
        raise Refused(f"{where}: range {range_!r} is neither a code list of the file nor a type")
    return Field(
        name=name,
        kind="code" if range_ in lists else KINDS[range_],
        title=node["title"],
        definition=codes.text(node["description"]),
        # What is sent to the receiver may hold what no one else should read.
        audience="restricted",
        required=bool(node.get("required", False)),
        many=bool(node.get("multivalued", False)),
        codes=range_ if range_ in lists else None,
        pattern=note.get("pattern"),
        max_length=note.get("max_length"),
    )


def _identifier(sent: dict[str, Node]) -> str | None:
    return next((name for name, each in sent.items() if each.get("identifier")), None)


def _bounds(sent: dict[str, Node]) -> Iterator[Bound]:
    for name, each in sent.items():
        note = notes(each)
        if "earliest" in note or "latest" in note:
            yield Bound(name, note.get("earliest"), note.get("latest"))


def _rule(file: str, rule: Node, record: str) -> Rule:
    known(f"{file}: rule {rule.get('id')}", rule, RULE)
    for word in RULE - {"severity"}:
        if word not in rule:
            raise Refused(f"{file}: rule {rule.get('id')}: {word!r} is missing")
    says, do, source = (codes.text(rule[word]) for word in ("says", "do", "source"))
    return Rule(rule["id"], rule.get("severity", "error"), says, do, source, (record,), "no")


def _checks(
    file: str,
    class_: Node,
    fields: tuple[Field, ...],
    lists: dict[str, CodeList],
    identifier: str | None,
) -> Iterator[Any]:
    by_name = {field.name: field for field in fields}
    listed = {name: tuple(code.code for code in each.codes) for name, each in lists.items()}
    maker = Checks(Words(by_name, listed, {}), lists, identifier, ())
    for rule in notes(class_)["rules"]:
        for line in rule["lines"]:
            severity = line.get("severity", rule.get("severity", "error"))
            try:
                yield from maker.make(rule["id"], severity, line)
            except Refused as error:
                raise Refused(f"{file}: rule {rule['id']}: {error}") from None


def page(formats: Iterable[ForeignFormat]) -> str:
    """The reference page of all receivers."""
    parts = [
        "# Rules of receivers",
        "What those who receive a foreign format ask of a record. `harmtax convert` judges it before"
        " anything is sent, and a finding names the rule or a [fault](faults.md) of a column.",
    ]
    for each in formats:
        if each.receiver is not None:
            parts += [f"## {each.title}", f"Source: {each.source} (read on {each.read_on})."]
            parts += [part for rule in each.receiver.rules for part in _told(rule)]
    return "\n\n".join(parts) + "\n"


def _told(rule: Rule) -> Iterator[str]:
    yield f'<a id="{rule.id.lower()}"></a>'
    yield f"### {rule.id}"
    yield rule.says
    yield f"- What to do: {rule.do}\n- Severity: {rule.severity}\n- Source: {rule.source}"
