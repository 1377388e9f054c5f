"""Provenance: what observations come from, for the metadata of a publication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harmtax._generated.constraints import VERSION
from harmtax.figures.metrics import Observations


def provenance(observations: Observations) -> dict[str, Any]:
    """Version, counts and inputs of the observations as plain values."""
    inputs = getattr(observations, "inputs", None)
    return {
        "version": VERSION,
        "counted": dict(observations.counted),
        "inputs": dict(inputs) if isinstance(inputs, Mapping) else list(inputs or ()),
    }
