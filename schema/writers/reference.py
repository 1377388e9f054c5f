"""Writes the reference pages: categories, code lists, records, rules and metrics as Markdown."""

from __future__ import annotations

from schema.writers.plan import Plan


def write(plan: Plan) -> dict[str, str]:
    return {}
