"""Reads categories and code lists, and works out the tiers that follow from them."""

from __future__ import annotations

from collections.abc import Mapping

from harmtax.shapes import CategoryRow, Code, CodeList

from schema.writers.source import Node, Refused, notes


def categories(enums: Mapping[str, Node]) -> tuple[CategoryRow, ...]:
    """The categories in their order of precedence. Raises Refused."""
    values = enums["CategoryCode"]["permissible_values"]
    rows = []
    for code, value in values.items():
        note = notes(value)
        parent = value.get("is_a")
        _one_of("base_tier", note.get("base_tier"), "Tier", code, enums)
        _one_of("status", value.get("status"), "CodeStatus", code, enums)
        if parent is not None and parent not in values:
            raise Refused(f"categories.yaml: {code}: parent {parent!r} is not a category")
        rows.append(
            CategoryRow(
                code=code,
                title=value["title"],
                definition=text(value["description"]),
                includes=text(note.get("includes", "")),
                excludes=text(note.get("excludes", "")),
                parent=parent,
                base_tier=note.get("base_tier"),
                absolute_floor=bool(note.get("absolute_floor", False)),
                status=value.get("status", "active"),
                replaced_by=note.get("replaced_by"),
                no_successor=bool(note.get("no_successor", False)),
            )
        )
    return tuple(rows)


def _one_of(
    word: str, found: str | None, code_list: str, code: str, enums: Mapping[str, Node]
) -> None:
    known = enums[code_list]["permissible_values"]
    if found is not None and found not in known:
        raise Refused(f"categories.yaml: {code}: {word} {found!r} is not in {code_list}")


def live(codes: CodeList) -> tuple[str, ...]:
    """The codes that new records may use, in the order of the schema."""
    return tuple(code.code for code in codes.codes if code.status == "active")


def code_list(where: str, name: str, enum: Node) -> CodeList:
    """One code list; `where` names file and list in a refusal."""
    codes = []
    for code, value in (enum.get("permissible_values") or {}).items():
        value = value or {}
        note = notes(value)
        if value.get("status", "active") not in ("active", "retired"):
            raise Refused(f"{where}, code {code}: status is active or retired")
        if value.get("status") == "retired" and not (
            "replaced_by" in note or "no_successor" in note
        ):
            raise Refused(f"{where}, code {code}: retired without replaced_by or no_successor")
        codes.append(
            Code(
                code=code,
                title=value.get("title", code),
                definition=text(value.get("description", "")),
                alone=bool(note.get("alone", False)),
                status=value.get("status", "active"),
                replaced_by=note.get("replaced_by"),
                meaning=value.get("meaning"),
                unit=note.get("unit"),
                do=note.get("do"),
                upper=note.get("upper"),
            )
        )
    if not codes:
        raise Refused(f"{where}: no values")
    _steps(where, codes)
    known = {code.code for code in codes}
    for code in codes:
        if code.replaced_by is not None and code.replaced_by not in known:
            raise Refused(
                f"{where}, code {code.code}: replaced_by {code.replaced_by!r} is not in the list"
            )
    return CodeList(name, enum.get("title", name), text(enum.get("description", "")), tuple(codes))


def _steps(where: str, codes: list[Code]) -> None:
    """Steps of a number ascend, and only the last of them is open."""
    uppers = [code.upper for code in codes]
    if not any(upper is not None for upper in uppers):
        return
    ends = [upper for upper in uppers[:-1] if type(upper) is int]
    if uppers[-1] is not None or len(ends) < len(uppers) - 1 or ends != sorted(set(ends)):
        raise Refused(f"{where}: upper ascends from step to step and is left out in the last one")


def text(written: str) -> str:
    """Words on one line, however they were wrapped."""
    return " ".join(str(written).split())


def tiers(
    categories: tuple[CategoryRow, ...], treatments: list[str]
) -> dict[tuple[str, str], tuple[str, str]]:
    """(category, treatment) to (tier, basis); pairs without a tier are left out."""
    found = {}
    for row in categories:
        for treatment in treatments:
            if row.absolute_floor:
                found[row.code, treatment] = ("floor", "stated")
            elif row.base_tier is not None:
                found[row.code, treatment] = _treated(row.base_tier, treatment)
    return found


def _treated(base: str, treatment: str) -> tuple[str, str]:
    match treatment:
        case "promoting_or_gratuitous":
            return ("floor" if base == "floor" else "high", "stated")
        case "dramatised" | "breaking_news_or_opinion":
            return ("medium", "stated")
        case "educational_scientific_or_news_feature":
            return ("low", "stated")
        case "unknown":
            return (base, "assumed")
    raise Refused(f"treatment {treatment!r} has no rule for its tier")
