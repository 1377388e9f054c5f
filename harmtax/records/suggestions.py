"""Suggestions: the fixes that the findings of a quarantine call for, with what was probably meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import msgspec

from harmtax._generated.constraints import RECORDS
from harmtax.records import quarantine
from harmtax.records.findings import meanings
from harmtax.records.findings.fields import CUT as ELLIPSIS
from harmtax.records.findings.fields import field_name, field_of, fields_of
from harmtax.records.fixes import Fix
from harmtax.records.slots import NAMES, Slot, foreign, nearest
from harmtax.shapes import RecordType

# So many different faults are told apart; a file with more of them is not mended by hand.
MOST = 100_000
FURTHER = f"beyond the first {MOST} different ones"
CUT = "too long to be shown whole"
HIDDEN = "never shown"
RIGHT = "right in themselves; something else in the record is not"

_CODED = ("code", "unmapped")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The fixes for a quarantine, the most frequent first.

    `left` counts the unknown codes and names that are not among them, by the reason.
    """

    fixes: tuple[Fix, ...]
    left: Mapping[str, int]


def suggested(folder: Path) -> Suggestion:
    """The fixes for the unknown codes and field names that a quarantine tells of.

    `to` is empty where nothing is near. Memory is bounded, however many records there are. Raises
    Unreadable for a folder that is no quarantine.
    """
    told = quarantine.manifest(folder)
    faults = _Faults(RECORDS[told.record])
    for each in told.inputs:
        for entry in quarantine.read(quarantine.path(folder, each["name"])):
            for finding in entry["findings"]:
                faults.take(each["format"], finding)
    return faults.suggestion()


class _Faults:
    """Counts the faults that a fix could mend, by their slot and what was written."""

    def __init__(self, record: RecordType) -> None:
        self.record = record
        # The field of ours stands in the key because a foreign column may fill several.
        self.counts: Counter[tuple[Slot, str, str]] = Counter()
        self.left: Counter[str] = Counter()

    def take(self, format_name: str, finding: Mapping[str, Any]) -> None:
        """Counts one finding of an input of a format; only codes and names concern a fix."""
        if finding["rule"] == "unknown_field":
            name = field_name(finding["path"])
            self._count(NAMES, "", None if name.endswith(ELLIPSIS) else name)
        elif finding["rule"] in _CODED:
            self._code(format_name, finding)

    def _code(self, format_name: str, finding: Mapping[str, Any]) -> None:
        ours, column = field_of(self.record.name, finding["path"]), finding.get("origin")
        is_foreign = foreign(format_name) is not None
        if ours is None or "value" not in finding or (is_foreign and column is None):
            self.left[HIDDEN] += 1
            return
        slot = Slot(format_name, str(column)) if is_foreign else Slot("", ours.name)
        self._count(slot, ours.name, _text(finding["value"]))

    def _count(self, slot: Slot, ours: str, written: str | None) -> None:
        if written is None:
            self.left[CUT] += 1
        elif written in slot.known(self.record):
            self.left[RIGHT] += 1
        elif (slot, ours, written) in self.counts or len(self.counts) < MOST:
            self.counts[slot, ours, written] += 1
        else:
            self.left[FURTHER] += 1

    def suggestion(self) -> Suggestion:
        """All that was counted, each with what was probably meant."""
        fixes = []
        for (slot, ours, written), count in self.counts.items():
            to, why = self._meant(slot, ours, written)
            column = slot.name if slot.format else ""
            fixes.append(Fix(ours, column, written, to, count, why, slot.format))
        fixes.sort(key=lambda each: (-each.count, astuple(each)))
        return Suggestion(tuple(fixes), dict(sorted(self.left.items())))

    def _meant(self, slot: Slot, ours: str, written: str) -> tuple[str, str]:
        if slot.format:
            return nearest(written, slot.known(self.record))
        if not ours:
            return meanings.meant_field(self.record.name, written) or ("", "")
        codes = fields_of(self.record.name)[ours].codes
        return (meanings.meant(codes, written) if codes else None) or ("", "")


def _text(shown: str) -> str | None:
    """The text that a finding shows as JSON, or None when it was cut short."""
    try:
        return msgspec.json.decode(shown, type=str)
    except msgspec.DecodeError:
        return None
