"""harmtax: report harmful synthetic imagery in shared words, validate, convert and aggregate.

Everything here is imported when it is first used, so that importing harmtax costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harmtax._generated.constraints import VERSION
    from harmtax._generated.models import (
        Appeal,
        Exposure,
        Incident,
        RegulatoryAction,
        RemovalRequest,
        SystemStatement,
    )
    from harmtax.errors import HarmtaxError
    from harmtax.figures.merging import merge
    from harmtax.figures.metrics import aggregate
    from harmtax.figures.policy import Policy
    from harmtax.figures.protection import audit, protect
    from harmtax.figures.reconciliation import reconcile
    from harmtax.figures.report.looks import publish
    from harmtax.figures.submission import seal
    from harmtax.figures.verification import verify
    from harmtax.records.conversion import convert
    from harmtax.records.findings import Finding
    from harmtax.records.formats.format import Format
    from harmtax.records.intake import validate
    from harmtax.records.migrating import migrate
    from harmtax.records.record import explain, schema
    from harmtax.records.repairs import repair
    from harmtax.standard.crosswalk import translate
    from harmtax.standard.taxonomy import category
    from harmtax.standard.versions import diff

__all__ = [
    "VERSION",
    "Appeal",
    "Exposure",
    "Finding",
    "Format",
    "HarmtaxError",
    "Incident",
    "Policy",
    "RegulatoryAction",
    "RemovalRequest",
    "SystemStatement",
    "aggregate",
    "audit",
    "category",
    "convert",
    "diff",
    "explain",
    "merge",
    "migrate",
    "protect",
    "publish",
    "reconcile",
    "repair",
    "schema",
    "seal",
    "translate",
    "validate",
    "verify",
]

_ROOMS = {
    "VERSION": "_generated.constraints",
    "Appeal": "_generated.models",
    "Exposure": "_generated.models",
    "Finding": "records.findings",
    "Format": "records.formats.format",
    "HarmtaxError": "errors",
    "Incident": "_generated.models",
    "Policy": "figures.policy",
    "RegulatoryAction": "_generated.models",
    "RemovalRequest": "_generated.models",
    "SystemStatement": "_generated.models",
    "aggregate": "figures.metrics",
    "merge": "figures.merging",
    "audit": "figures.protection",
    "category": "standard.taxonomy",
    "convert": "records.conversion",
    "diff": "standard.versions",
    "explain": "records.record",
    "migrate": "records.migrating",
    "protect": "figures.protection",
    "publish": "figures.report.looks",
    "reconcile": "figures.reconciliation",
    "repair": "records.repairs",
    "schema": "records.record",
    "seal": "figures.submission",
    "translate": "standard.crosswalk",
    "validate": "records.intake",
    "verify": "figures.verification",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'harmtax' has no attribute {name!r}")
    value = getattr(import_module(f"harmtax.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
