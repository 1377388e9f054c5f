"""What changed from version to version, newest first.

Written by schema/build.py from schema/; do not edit.
"""

from __future__ import annotations

from harmtax.shapes import Change

DATES: dict[str, str] = {"0.1.0": "2026-11-23"}

CHANGES: tuple[Change, ...] = (
    Change(
        version="0.1.0",
        operation="add",
        element="categories",
        detail="The tree of categories in its order of precedence.",
    ),
    Change(
        version="0.1.0",
        operation="add",
        element="code_lists",
        detail="The code lists of all fields.",
    ),
    Change(
        version="0.1.0",
        operation="add",
        element="record_types",
        detail="The record types, each with its fields and their audience.",
    ),
    Change(
        version="0.1.0",
        operation="add",
        element="rules",
        detail="The rules across the fields of a record and across records.",
    ),
    Change(
        version="0.1.0",
        operation="add",
        element="metrics",
        detail="The metrics, each with definition, unit and source.",
    ),
    Change(
        version="0.1.0",
        operation="add",
        element="formats",
        detail="The statement of reasons of the DSA Transparency Database in both versions, MISP, STIX, IAB suitability, reports of Ozone, Mastodon and ActivityPub, and flags of the CyberTipline.",
    ),
)
