"""Writes the foreign formats and the crosswalks as plain tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from harmtax.shapes import ALWAYS, Condition, ForeignColumn, ForeignFormat, Pair

from schema.writers import completeness, notation, receiver
from schema.writers.literals import module
from schema.writers.plan import Plan
from schema.writers.source import Node, Refused, notes, read

COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "object_id", "object_label",
    "mapping_justification", "mapping_cardinality", "comment",
    "ext_when", "ext_import", "ext_set", "ext_loss",
)  # fmt: skip
NOTHING = "sssom:NoTermFound"
SHAPES = (
    "Alone", "Bound", "Distinct", "Field", "ForeignColumn", "ForeignFormat", "Never", "Order",
    "Receiver", "RecordType", "Rule", "Unique",
)  # fmt: skip


def write(plan: Plan, schema: Path) -> dict[str, str]:
    """The text of both tables, of the crosswalks as CSV and of the page on receivers, by path."""
    formats = {
        path.stem: _format(path, plan) for path in sorted((schema / "foreign").glob("*.yaml"))
    }
    crosswalks = {
        path.name.removesuffix(".sssom.tsv"): tuple(_pairs(path, plan, formats))
        for path in sorted((schema / "crosswalks").glob("*.sssom.tsv"))
    }
    return {
        "harmtax/_generated/foreign.py": module(
            "The columns and code lists of foreign formats.",
            f"from harmtax.shapes import (\n{''.join(f'    {name},' + chr(10) for name in SHAPES)})",
            {"FORMATS": ("dict[str, ForeignFormat]", formats)},
        ),
        "harmtax/_generated/crosswalks.py": module(
            "The crosswalks: our code, predicate, foreign code, and what an import sets.",
            "from harmtax.shapes import Pair",
            {"CROSSWALKS": ("dict[str, tuple[Pair, ...]]", crosswalks)},
        ),
        "exports/next/crosswalks.csv": _table(crosswalks),
        "docs/reference/receivers.md": receiver.page(formats.values()),
    }


def _table(crosswalks: Mapping[str, Sequence[Pair]]) -> str:
    """Every row of every crosswalk (RFC 4180); a row without `theirs` says that nothing matches."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(("crosswalk", "code_list", "code", "predicate", "theirs", "when", "loss"))
    for name, pairs in crosswalks.items():
        writer.writerows(
            [name, *(cell or "" for cell in (p.code_list, p.ours, p.predicate, p.theirs, p.when, p.loss))]
            for p in pairs
        )  # fmt: skip
    return buffer.getvalue()


def _format(path: Path, plan: Plan) -> ForeignFormat:
    node = read(path)
    # A list of codes that no records are written with has no class, and its lists stand for columns.
    classes = list((node.get("classes") or {}).values())
    note = notes(classes[0] if classes else node)
    lists = {name: tuple(enum["permissible_values"]) for name, enum in node["enums"].items()}
    columns = tuple(
        _column(f"{path.name}: column {name}", name, each, lists, plan)
        for class_ in classes
        for name, each in class_["attributes"].items()
    )
    named = {notes(enum).get("list"): name for name, enum in node["enums"].items()}
    listed = [_list(name, codes) for name, codes in named.items() if name is not None]
    columns += tuple(each for each in listed if each.name not in {c.name for c in columns})
    return ForeignFormat(
        name=path.stem,
        title=node["title"],
        source=" ".join(str(note["source"]).split()),
        read_on=str(note["read_on"]),
        valid_from=note.get("valid_from"),
        valid_to=note.get("valid_to"),
        columns=columns,
        codes=lists,
        receiver=receiver.of(path.name, node) if note.get("rules") else None,
    )


def _list(name: str, codes: str) -> ForeignColumn:
    """A list of codes by itself, under the name that the crosswalk calls it by."""
    return ForeignColumn(name, codes, False, False, None, (), None, kind="code")


def _column(
    where: str, name: str, node: Node, lists: dict[str, tuple[str, ...]], plan: Plan
) -> ForeignColumn:
    note = notes(node)
    ours = tuple(part.strip() for part in str(note.get("ours", "")).split(",") if part.strip())
    if not ours and not note.get("lost"):
        raise Refused(f"{where}: say where it goes (ours) or why it is lost")
    return ForeignColumn(
        name=name,
        codes=node["range"] if node.get("range") in lists else None,
        many=bool(node.get("multivalued", False)),
        required=bool(node.get("required", False)),
        max_length=note.get("max_length"),
        ours=ours,
        lost=note.get("lost"),
        when=_condition(where, note.get("when"), plan),
        interface=note.get("interface"),
        made_by=note.get("made_by"),
        kind="code" if node.get("range") in lists else receiver.KINDS[str(node.get("range"))],
        only=note.get("only"),
    )


def _condition(where: str, written: Any, plan: Plan) -> Condition:
    """For which of our incidents a column is used."""
    if not written:
        return ALWAYS
    words = plan.words("Incident")
    try:
        return notation.normal(notation.options(written, words), words)
    except Refused as error:
        raise Refused(f"{where}: when: {error}") from None


def _pairs(path: Path, plan: Plan, formats: dict[str, ForeignFormat]) -> Iterator[Pair]:
    name = path.name.removesuffix(".sssom.tsv")
    if name not in formats:
        raise Refused(f"{path.name}: schema/foreign has no {name}.yaml")
    pairs = []
    for place, row in enumerate(_rows(path), 1):
        try:
            pairs.append(_pair(row, plan, formats[name]))
        except Refused as error:
            raise Refused(f"{path.name}: row {place}: {error}") from None
    completeness.check(path.name, pairs, plan, formats[name])
    yield from pairs


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of an SSSOM table; the YAML block before it is for other readers."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("#")]
    reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise Refused(f"{path.name}: the columns are {', '.join(COLUMNS)}")
    yield from reader


def _pair(row: dict[str, str], plan: Plan, format_: ForeignFormat) -> Pair:
    ours, code_list = _ours(row["subject_id"], plan)
    return Pair(
        ours=ours,
        code_list=code_list,
        predicate=row["predicate_id"],
        theirs=_theirs(row["object_id"], format_),
        when=row["ext_when"] or None,
        imported=row["ext_import"] == "default",
        sets=tuple(_sets(row["ext_set"], plan)),
        loss=_code(row["ext_loss"] or "exact", "LossKind", plan),
        where=_where(row["ext_when"], plan),
    )


def _theirs(written: str, format_: ForeignFormat) -> str | None:
    """The list and the code behind a CURIE; a code of the only list needs no name of the list."""
    if written == NOTHING:
        return None
    local = unquote(written.partition(":")[2])
    coded = [column.name for column in format_.columns if column.codes is not None]
    return f"{coded[0]}/{local}" if "/" not in local and len(coded) == 1 else local


def _where(written: str, plan: Plan) -> Condition:
    """The condition of a row, whose tests are joined by semicolons: `field word code,code`."""
    tests: dict[str, Any] = {}
    for part in filter(None, written.split(";")):
        name, _, test = part.strip().partition(" ")
        word, _, codes = test.partition(" ")
        listed = [code.strip() for code in codes.split(",")]
        tests[name] = listed if word == "in" else {word: listed}
    return _condition("ext_when", tests, plan)


def _ours(subject: str, plan: Plan) -> tuple[str | None, str | None]:
    if subject == NOTHING:
        return None, None
    before, _, code = subject.removeprefix("ht:").rpartition("/")
    code_list = before or "CategoryCode"
    return _code(code, code_list, plan), code_list


def _sets(written: str, plan: Plan) -> Iterator[tuple[str, tuple[str, ...]]]:
    fields = {field.name: field for field in plan.records["Incident"].fields}
    for part in filter(None, written.split(";")):
        name, _, value = part.strip().partition("=")
        if name not in fields or fields[name].codes is None:
            raise Refused(f"ext_set: {name!r} is not a field with a code list")
        codes = tuple(value.split(","))
        for code in codes:
            _code(code, str(fields[name].codes), plan)
        yield name, codes


def _code(code: str, code_list: str, plan: Plan) -> str:
    known: Any = plan.code_lists.get(code_list)
    if known is None or code not in {each.code for each in known.codes}:
        raise Refused(f"{code!r} is not in the code list {code_list}")
    return code
