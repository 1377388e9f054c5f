"""One difference between two versions, and the kinds of differences that there are.

`schema/verdicts.yaml` has one rule for each kind; the build refuses a kind without one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

KINDS = (
    "category_added", "top_category_added", "category_moved", "precedence_changed", "tier_changed",
    "category_renamed", "category_retired", "category_deleted", "category_revived",
    "reworded", "redefined",
    "code_added", "code_renamed", "code_retired", "code_deleted", "code_revived",
    "code_stands_alone", "code_joins_others", "code_measured_otherwise",
    "list_added", "list_renamed", "list_removed", "list_reordered",
    "record_type_added", "record_type_renamed", "record_type_removed", "identifier_changed",
    "fields_reordered", "field_added", "required_field_added", "field_renamed", "field_removed",
    "field_required", "field_optional", "values_narrowed", "values_widened", "type_changed",
    "audience_widened", "audience_narrowed", "unit_changed",
    "rule_added", "refusing_rule_added", "rule_renamed", "rule_removed", "rule_tightened",
    "rule_loosened", "rule_warns_more", "rule_warns_less",
    "metric_added", "metric_renamed", "metric_removed", "formula_changed", "dimension_added",
    "dimension_removed", "merging_allowed", "merging_refused",
    "format_added", "format_renamed", "format_removed",
)  # fmt: skip


class Difference(NamedTuple):
    """One difference, at its root.

    `element` goes by its newer name, and by its older one when it is gone; `was` is the older name where
    the two differ. `facts` names what differs, `before` and `after` hold it, `note` says more. `follows`
    holds what else differs only because of this.
    """

    kind: str
    element: str
    facts: tuple[str, ...] = ()
    before: Any = None
    after: Any = None
    was: str | None = None
    note: str = ""
    follows: tuple[Difference, ...] = ()
