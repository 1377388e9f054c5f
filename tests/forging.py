"""What attackers start from: counts with one small number among them, and evidence written anew."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

from harmtax.figures.disclosure.evidence import Evidence
from harmtax.figures.publication import Publication

COUNTS = {
    ("LIK-IMP", "a"): 2, ("LIK-IMP", "b"): 40, ("LIK-COM", "a"): 31, ("LIK-COM", "b"): 17,
    ("LIK-FAB", "a"): 9, ("LIK-FAB", "c"): 60, ("ASX", "a"): 55, ("ASX", "c"): 71,
    ("HAR", "b"): 23, ("HAR", "c"): 35,
}  # fmt: skip
SMALL = "M01|2026-Q1|reporter_id=a|category=LIK-IMP"


def forged(publication: Publication, **more: Any) -> tuple[Publication, Evidence]:
    """The publication with other evidence, whose digest it states as if it were its own."""
    other = replace(publication.evidence, **more)
    about = {**publication.about, "witnesses": {"digest": other.digest(), "tables": 0}}
    return replace(publication, about=MappingProxyType(about), evidence=other), other
