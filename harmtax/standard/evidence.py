"""What is shown of the standard beside its words: valid records as examples, and rows of crosswalks.

Both stand in the folder of an export, in `examples.ndjson` and `crosswalks.csv`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from harmtax.errors import BadUse
from harmtax.shapes import Never, RowCheck
from harmtax.standard import condition, tables
from harmtax.standard.effects import ERROR
from harmtax.standard.flaws import Flaw
from harmtax.standard.release import CATEGORY_LIST, Release, split

EXAMPLES, ROWS = "examples.ndjson", "crosswalks.csv"
Example = tuple[str, Mapping[str, object]]
Used = frozenset[tuple[str, str, str]]


class Evidence(NamedTuple):
    """What an export folder shows; what its version did not export is None.

    `examples` are records with their type, valid in the version that exported them. `rows` are the codes
    of each list that each crosswalk has a row for.
    """

    examples: tuple[Example, ...] | None = None
    rows: Mapping[str, Mapping[str, frozenset[str]]] | None = None

    def unseen(self) -> tuple[str, ...]:
        """The files that would be needed to judge what was not judged."""
        found = {EXAMPLES: self.examples, ROWS: self.rows}
        return tuple(name for name, told in found.items() if told is None)


def read(folder: Path) -> Evidence:
    """The evidence of an export folder. Raises BadUse when a file of it is not what it should be."""
    examples, rows = folder / EXAMPLES, folder / ROWS
    try:
        return Evidence(
            tuple(_examples(examples)) if examples.is_file() else None,
            _rows(rows) if rows.is_file() else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadUse(f"{folder} does not hold {EXAMPLES} and {ROWS} as exported: {error}") from None


def _examples(path: Path) -> Iterator[Example]:
    for line in path.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        yield told["record_type"], dict(told["record"])


def _rows(path: Path) -> dict[str, dict[str, frozenset[str]]]:
    found: dict[str, dict[str, set[str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            lists = found.setdefault(row["crosswalk"], {CATEGORY_LIST: set()})
            if row["code_list"]:
                lists.setdefault(row["code_list"], set()).add(row["code"])
    return {
        name: {listed: frozenset(codes) for listed, codes in lists.items()}
        for name, lists in found.items()
    }


def used(told: Release, evidence: Evidence) -> Used:
    """Record type, field and code of all that the examples hold which the rules of this version let pass."""
    known, lists = tables.tables(told), tables.live_codes(told)
    found: set[tuple[str, str, str]] = set()
    for record, row in evidence.examples or ():
        table = known.get(record)
        if table is None or any(_is_broken(check, row) for check in table.row_checks):
            continue
        for field in table.fields:
            value = row.get(field.name)
            for code in value if isinstance(value, list) else [value]:
                if field.codes is not None and code in lists[field.codes]:
                    found.add((record, field.name, str(code)))
    return frozenset(found)


def _is_broken(check: RowCheck, row: Mapping[str, object]) -> bool:
    """Whether a row has what an error forbids; the examples may be older than the rules."""
    return isinstance(check, Never) and check.severity == ERROR and condition.holds(check.what, row)


def flaws(told: Release, evidence: Evidence) -> Iterator[Flaw]:
    """Codes without an example, and codes without a row in a crosswalk that speaks of their list."""
    live = tables.live_codes(told)
    if evidence.examples is not None:
        lists = _lists(told)
        shown = {(lists[record, field], code) for record, field, code in used(told, evidence)}
        for listed, codes in live.items():
            for code in codes if listed in lists.values() else ():
                if (listed, code) not in shown and not _is_of_names(told, listed):
                    yield Flaw("no_example", element(listed, code))
    for listed, codes in live.items():
        for code in codes:
            lacking = [
                name
                for name, lists in (evidence.rows or {}).items()
                if listed in lists and code not in lists[listed]
            ]
            if lacking:
                detail = f"the crosswalk has none in {', '.join(lacking)}"
                yield Flaw("no_crosswalk_row", element(listed, code), detail)


def _lists(told: Release) -> dict[tuple[str, str], str]:
    """The code list of each field that takes its codes from one, by record type and field."""
    named = {split(name)[1:]: told.elements[name].get("codes") for name in told.of("field")}
    return {(record, field): str(codes) for (record, field), codes in named.items() if codes}


def element(listed: str, code: str) -> str:
    """The name of a code as an element."""
    return f"categories/{code}" if listed == CATEGORY_LIST else f"code_lists/{listed}/{code}"


def _is_of_names(told: Release, listed: str) -> bool:
    """Whether a list only names things, such as countries, and defines none of them."""
    codes = told.below(f"code_lists/{listed}").values()
    return listed != CATEGORY_LIST and not any(each.get("definition") for each in codes)
