"""Differences in words for people, and as the entry to write into `changes.yaml`."""

from __future__ import annotations

import json
from typing import Any

from harmtax.standard.kinds import Difference
from harmtax.standard.release import split

# What is said in one sentence per kind; {was} and {now} are names or values.
SENTENCES = {
    "category_added": "{name} is new, below {after}.",
    "top_category_added": "{name} is a new top category.",
    "category_moved": "{name} went from {before} to {after}.",
    "precedence_changed": "{name} has place {after} in the order instead of {before}; {note}.",
    "identifier_changed": "Records of {name} are named by {after} instead of {before}.",
    "list_reordered": "The codes of {name} stand in another order.",
    "fields_reordered": "The fields of {name} stand in another order.",
    "field_required": "{name} must be given.",
    "field_optional": "{name} may be left out.",
    "formula_changed": "{name} counts something else ({facts}).",
    "dimension_added": "{name} can be broken down by {after}.",
    "dimension_removed": "{name} can no longer be broken down by {before}.",
    "merging_allowed": "Figures of {name} may be added up across reporters.",
    "merging_refused": "Figures of {name} may no longer be added up across reporters.",
    "code_stands_alone": "{name} excludes all other codes of a list.",
    "code_joins_others": "{name} may stand beside other codes of a list.",
}
# The rest by the last word of the kind.
ENDINGS = {
    "added": "{name} is new.",
    "renamed": "{was} is called {name} now.",
    "retired": "{name} is used no more; {after} takes its place.",
    "deleted": "{name} is gone without a trace.",
    "revived": "{name} was retired and is used again.",
    "removed": "{name} is gone.",
    "reworded": "Other words for {name} ({facts}).",
    "redefined": "The words that say what {name} means changed ({facts}).",
}
CHANGED = "{name}: {facts} went from {before} to {after}."
LONG = 60


def sentence(each: Difference) -> str:
    """What differs, in one sentence."""
    if each.kind.startswith("rule_") and each.kind.split("_")[1] in (
        "tightened",
        "loosened",
        "warns",
    ):
        return _rule(each)
    if each.kind == "tier_changed":
        told = [f"{w} from {shown(each.before[w])} to {shown(each.after[w])}" for w in each.facts]
        return f"{short(each.element)} has another tier: {', '.join(told)}."
    if each.kind.endswith("retired") and each.after is None:
        return f"{short(each.element)} is used no more; nothing takes its place."
    form = SENTENCES.get(each.kind) or ENDINGS.get(each.kind.rsplit("_", 1)[-1]) or CHANGED
    said = form.format(
        name=short(each.element),
        was=short(each.was or each.element),
        before=shown(each.before, "the top"),
        after=shown(each.after, "the top" if each.kind == "category_moved" else "none"),
        facts=", ".join(each.facts),
        note=each.note,
    )
    return said if not each.note or "{note}" in form else f"{said[:-1]}; {each.note}."


def _rule(each: Difference) -> str:
    words = {
        "rule_tightened": "refuses more", "rule_loosened": "refuses less",
        "rule_warns_more": "warns of more", "rule_warns_less": "warns of less",
    }  # fmt: skip
    said = f"{short(each.element)} {words[each.kind]}"
    if each.facts == ("severity",):
        said += f", its severity being {each.after} instead of {each.before}"
    return f"{said}; {each.note}." if each.note else f"{said}."


def short(element: str) -> str:
    """The name of an element as people say it."""
    parts = split(element)
    return (
        "/".join(parts[1:]) if len(parts) > 1 else {"categories": "the tree"}.get(element, element)
    )


def shown(value: Any, nothing: str = "none") -> str:
    """A value in a few words."""
    if value is None:
        return nothing
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{name} {shown(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    told = str(value)
    return told if len(told) <= LONG else f"{told[: LONG - 1]}…"


def proposal(each: Difference, operation: str) -> str:
    """The entry of `changes.yaml` that declares a difference, as YAML to paste."""
    lines = [f"      - {operation}: {plain(each.was or each.element)}"]
    match operation:
        case "rename":
            lines.append(f"        to: [{plain(each.element)}]")
        case "move" if each.after is not None and each.kind == "category_moved":
            lines.append(f"        to: [{plain('categories/' + each.after)}]")
        case "redefine":
            lines.append("        meaning: other  # or narrower, or wider")
        case "retire":
            lines.append(f"        {_successor(each)}")
        case "add" if each.kind == "required_field_added":
            lines.append(
                "        # default: CODE  # what records of older versions get; else they are rejected"
            )
    if each.kind == "redefined" and operation == "retitle":
        lines.append(
            "        # If the meaning changed: redefine, with meaning: narrower, wider or other."
        )
    lines.append(_written(_detail(each)))
    return "\n".join(lines)


def entry(operation: str, element: str, detail: str) -> str:
    """An entry that says nothing but what changed."""
    return f"      - {operation}: {plain(element)}\n{_written(detail)}"


def _written(detail: str) -> str:
    return f"        detail: {json.dumps(detail, ensure_ascii=False)}"


def _successor(each: Difference) -> str:
    if each.kind in ("code_retired", "category_retired") and each.after is not None:
        return f"replaced_by: {plain('/'.join((*split(each.element)[:-1], each.after)))}"
    return "no_successor: true  # or replaced_by: the element that takes its place"


def _detail(each: Difference) -> str:
    # What a rule refuses now is for whoever reads the verdict; the entry says that it changed.
    return sentence(each._replace(note="" if "rule" in each.kind else each.note))


def plain(text: str) -> str:
    """A name as a YAML scalar, quoted where YAML would read it as something else."""
    return text if all(c.isalnum() or c in "/-_." for c in text) else json.dumps(text)
