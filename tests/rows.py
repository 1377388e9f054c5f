"""Rows that the tests start from; each is valid and as small as its record type allows."""

from __future__ import annotations

from typing import Any

HEAD = {"harmtax_version": "0.2.0", "reporter_id": "north", "service_id": "north-video", "revision": 1}


def incident(**changes: Any) -> dict[str, Any]:
    """An actioned nudification; a change to None removes the field."""
    row = {
        **HEAD,
        "incident_id": "i-1",
        "incident_status": "actioned",
        "category": "IIA-NUD",
        "content_type": ["image"],
        "generation": "ai_edited",
        "synthetic_basis": ["classifier"],
        "label": "absent",
        "depicted_age_group": "adult",
        "depicted_identifiable": "yes",
        "depicted_consent": "denied",
        "treatment": "unknown",
        "source_type": "own_initiative",
        "automated_detection": "yes",
        "automated_decision": "not_automated",
        "decision_ground": "incompatible_content",
        "ground_reference": "clause 4",
        "decision_visibility": ["removed"],
        "content_date": "2026-01-01",
        "actioned_at": "2026-01-02T08:30:00Z",
    }
    return _changed(row, changes)


def exposure(**changes: Any) -> dict[str, Any]:
    """All views of one quarter."""
    row = {
        **HEAD,
        "period_start": "2026-01-01",
        "period_end": "2026-03-31",
        "measure": "views_total",
        "value": 1000,
        "method": "census",
    }
    return _changed(row, changes)


def _changed(row: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**row, **changes}.items() if value is not None}
