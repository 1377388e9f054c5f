"""A version of the standard as its export folder tells it: every element with its facts, and the changes.

What is frozen stands in `exports/x.y.z/`, what is worked on in `exports/next/`. Nothing but the file
`standard.json` is read, so that two versions can be compared wherever their folders are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harmtax.errors import BadUse, Unreadable

FILE = "standard.json"
WORKING = "next"
VERSION = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")
# What an element is, by the first part of its name and the number of its parts.
KINDS = {
    ("categories", 2): "category",
    ("code_lists", 2): "code list",
    ("code_lists", 3): "code",
    ("record_types", 2): "record type",
    ("record_types", 3): "field",
    ("rules", 2): "rule",
    ("metrics", 2): "metric",
    ("formats", 2): "format",
}
ACTIVE = "active"
CATEGORY_LIST = "CategoryCode"
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Release:
    """One version of the standard.

    `elements` maps names such as `code_lists/Label/removed` to their facts, in the order of the schema.
    `changes` are the blocks of `changes.yaml`, newest first, as people wrote them.
    """

    version: str
    date: str
    elements: Mapping[str, Facts]
    changes: tuple[Mapping[str, Any], ...]

    def of(self, kind: str) -> Iterator[str]:
        """The names of all elements of a kind, in the order of the schema."""
        return iter(self._kinds.get(kind, ()))

    def below(self, name: str) -> Mapping[str, Facts]:
        """What belongs to a code list or a record type, by the last part of its name."""
        return self._parts.get(name, {})

    @cached_property
    def _kinds(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self.elements:
            found.setdefault(kind_of(name), []).append(name)
        return found

    @cached_property
    def _parts(self) -> dict[str, dict[str, Facts]]:
        found: dict[str, dict[str, Facts]] = {}
        for name, facts in self.elements.items():
            *above, last = split(name)
            found.setdefault("/".join(above), {})[last] = facts
        return found


def kind_of(name: str) -> str:
    """What an element is; a name that stands for all of a kind is a `kind`."""
    parts = split(name)
    return KINDS.get((parts[0], len(parts)), "kind")


def split(name: str) -> tuple[str, ...]:
    """The parts of a name; a code may hold a slash itself."""
    return tuple(name.split("/", 2))


def is_live(facts: Facts) -> bool:
    """Whether new records may use a code or a category."""
    return bool(facts.get("status", ACTIVE) == ACTIVE)


def number(version: str) -> tuple[int, int, int]:
    """A version as numbers. Raises BadUse when it is not MAJOR.MINOR.PATCH."""
    found = VERSION.fullmatch(version)
    if found is None:
        raise BadUse(f"{version!r} is not a version of the form MAJOR.MINOR.PATCH, such as 0.2.0")
    major, minor, patch = (int(part) for part in found.groups())
    return major, minor, patch


def read(path: Path) -> Release:
    """The version in a folder or a file. Raises Unreadable, or BadUse when it tells no standard."""
    file = path / FILE if path.is_dir() else path
    try:
        told = json.loads(file.read_bytes())
    except OSError as error:
        raise Unreadable(file, error.strerror or str(error)) from error
    except ValueError as error:
        raise BadUse(f"{file} is not JSON: {error}") from None
    return release(told, str(file))


def release(told: Any, where: str) -> Release:
    """The version that a parsed `standard.json` tells. Raises BadUse, naming `where`."""
    if not isinstance(told, dict) or not {"version", "elements", "changes"} <= told.keys():
        raise BadUse(f"{where} does not tell a standard: version, elements and changes are missing")
    number(str(told["version"]))
    return Release(told["version"], told.get("date", ""), told["elements"], tuple(told["changes"]))


def find(name: str, exports: Path) -> Release:
    """The version of this name: a version or `next` below `exports`, a folder, or a file."""
    return read(place(name, exports))


def place(name: str, exports: Path) -> Path:
    """The folder or file of this name; one below `exports` comes first. Raises BadUse."""
    for path in (exports / name, Path(name)):
        if path.exists():
            return path
    known = ", ".join([*frozen(exports), WORKING])
    raise BadUse(f"{name!r} is neither a version in {exports} ({known}) nor a folder or a file")


def frozen(exports: Path) -> list[str]:
    """The released versions that have a folder, oldest first."""
    there = exports.iterdir() if exports.is_dir() else ()
    names = [each.name for each in there if each.is_dir() and VERSION.fullmatch(each.name)]
    return sorted(names, key=number)
