"""Findings: facts about faults, their words, their groups, and the looks that they can have."""

from __future__ import annotations

from harmtax.records.findings.fields import field_of, pointer, shown
from harmtax.records.findings.finding import PLACES, Finding, Group, Place, place
from harmtax.records.findings.meanings import near_codes
from harmtax.records.findings.paragraphs import text
from harmtax.records.findings.tally import Tally

__all__ = [
    "PLACES",
    "Finding",
    "Group",
    "Place",
    "Tally",
    "field_of",
    "near_codes",
    "place",
    "pointer",
    "shown",
    "text",
]
