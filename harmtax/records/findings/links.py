"""Addresses of the pages that explain a rule or a fault."""

from __future__ import annotations

from harmtax._generated.constraints import RULES, VERSION
from harmtax.records.findings.wording import receivers, standards

# The base of every id of the standard, as in the schema and in its exports.
BASE = "https://w3id.org/harmtax/"


def link(rule: str) -> str:
    """The address of the page of a rule or of a word of a list of faults, in the version in force.

    The part behind the version is the file below `docs/` and its anchor.
    """
    pages = {"rules": RULES, "lint": standards(), "receivers": receivers()}
    page = next((name for name, known in pages.items() if rule in known), "faults")
    anchor = rule.lower().replace("_", "-")
    return f"{BASE}{VERSION}/reference/{page}.md#{anchor}"
