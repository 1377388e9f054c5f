"""Reads the YAML files of the schema and refuses every word that no writer would carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

Node = Mapping[str, Any]

# What may stand at each level. A construct that is missing here would be dropped in silence by some
# output (LinkML's generators drop many), so the build refuses it until a writer carries it.
PART = {"id", "name", "description", "license", "prefixes", "default_prefix", "imports",
        "types", "enums", "classes"}  # fmt: skip
ROOT = (PART | {"title", "version", "default_range"}) - {"types", "enums", "classes"}
FOREIGN = PART | {"title", "annotations"}
TYPE = {"uri", "base", "description", "pattern", "minimum_value", "maximum_value", "annotations"}
TYPE_NOTES = {"kind", "max_length"}
ENUM = {"title", "description", "permissible_values", "annotations"}
ENUM_NOTES = {"source", "list"}
VALUE = {"title", "description", "meaning", "status", "annotations"}
VALUE_NOTES = {"alone", "unit", "do", "replaced_by", "no_successor", "upper"}
CATEGORY = {"title", "description", "is_a", "status", "annotations"}
CATEGORY_NOTES = {
    "base_tier", "absolute_floor", "includes", "excludes", "replaced_by", "no_successor",
}  # fmt: skip
FOREIGN_VALUE_NOTES = {"categories"}
CLASS = {"title", "description", "abstract", "is_a", "annotations", "attributes"}
CLASS_NOTES = {"anchors", "key", "rules"}
FOREIGN_CLASS_NOTES = {
    "source", "licence", "read_on", "valid_from", "valid_to", "anchors", "rules",
}  # fmt: skip
ATTRIBUTE = {
    "title", "description", "range", "required", "multivalued", "identifier", "annotations",
}  # fmt: skip
ATTRIBUTE_NOTES = {"audience", "unit", "source", "max_length", "dimension", "from"}
FOREIGN_ATTRIBUTE_NOTES = {
    "max_length", "ours", "lost", "when", "interface", "made_by", "pattern", "earliest", "latest",
    "only",
}  # fmt: skip
SWITCHES = ("required", "multivalued", "identifier", "abstract")


class Refused(Exception):
    """The schema holds something that the outputs would not carry."""


# The loader in C where the library was built with it; the same YAML, several times faster.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(_Loader):
    """YAML without its two silent accidents: repeated keys, and keys that are not text."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        self.flatten_mapping(node)
        pairs = [(self.construct_object(key, deep=True), value) for key, value in node.value]
        keys = [key for key, _ in pairs]
        for key in keys:
            if not isinstance(key, str):
                raise Refused(f"line {node.start_mark.line + 1}: {key!r} is not text; quote it")
            if keys.count(key) > 1:
                raise Refused(f"line {node.start_mark.line + 1}: {key!r} stands twice")
        return {key: self.construct_object(value, deep=deep) for key, value in pairs}


_Strict.add_constructor(
    "tag:yaml.org,2002:map", lambda loader, node: loader.construct_mapping(node, deep=True)
)
# A date stays the text that was written; LinkML reads these annotations as text too.
_Strict.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
)


def read(path: Path) -> Node:
    """One schema file as plain data. Raises Refused when a word in it is not known here."""
    try:
        node = yaml.load(path.read_text(encoding="utf-8"), Loader=_Strict)
        _file(node, foreign=path.parent.name == "foreign")
    except (Refused, yaml.YAMLError) as error:
        raise Refused(f"{path.name}: {error}") from None
    return node  # type: ignore[no-any-return]


def plain(path: Path) -> Any:
    """A YAML file that is data rather than LinkML, such as the metrics."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Strict)
    except (Refused, yaml.YAMLError) as error:
        raise Refused(f"{path.name}: {error}") from None


def notes(element: Node) -> dict[str, Any]:
    """The annotations of an element without LinkML's `value` wrapper."""
    found = element.get("annotations") or {}
    return {
        name: note["value"] if isinstance(note, Mapping) and set(note) == {"value"} else note
        for name, note in found.items()
    }


def known(where: str, element: Node, words: Iterable[str]) -> None:
    """Raises Refused when `element` holds a key that is not among `words`."""
    for key in element:
        if key not in words:
            raise Refused(
                f"{where}: {key!r} is not carried by the outputs; known: {_listed(words)}"
            )


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _file(node: Node, *, foreign: bool) -> None:
    known("file", node, FOREIGN if foreign else ROOT if "version" in node else PART)
    known("file, annotations", notes(node), FOREIGN_CLASS_NOTES)
    for name, type_ in (node.get("types") or {}).items():
        _element(f"type {name}", type_, TYPE, TYPE_NOTES)
    for name, enum in (node.get("enums") or {}).items():
        _enum(name, enum, foreign=foreign)
    for name, class_ in (node.get("classes") or {}).items():
        _class(name, class_, foreign=foreign)


def _enum(name: str, enum: Node, *, foreign: bool) -> None:
    _element(f"code list {name}", enum, ENUM, ENUM_NOTES)
    words, note_words = VALUE, FOREIGN_VALUE_NOTES if foreign else VALUE_NOTES
    if name == "CategoryCode":
        words, note_words = CATEGORY, CATEGORY_NOTES
    for code, value in (enum.get("permissible_values") or {}).items():
        if value is not None:
            _element(f"code list {name}, code {code}", value, words, note_words)


def _class(name: str, class_: Node, *, foreign: bool) -> None:
    _element(f"class {name}", class_, CLASS, FOREIGN_CLASS_NOTES if foreign else CLASS_NOTES)
    note_words = FOREIGN_ATTRIBUTE_NOTES if foreign else ATTRIBUTE_NOTES
    for field, attribute in (class_.get("attributes") or {}).items():
        _element(f"class {name}, field {field}", attribute, ATTRIBUTE, note_words)


def _element(where: str, element: Node, words: set[str], note_words: set[str]) -> None:
    if not isinstance(element, Mapping):
        raise Refused(f"{where}: expected a map")
    known(where, element, words)
    known(f"{where}, annotations", notes(element), note_words)
    for switch in SWITCHES:
        if switch in element and not isinstance(element[switch], bool):
            raise Refused(f"{where}: {switch} is true or false, not {element[switch]!r}")
