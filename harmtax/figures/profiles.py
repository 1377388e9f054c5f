"""An advertiser's profile: tiers raised for categories, after the figures were made."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from harmtax._generated.constraints import CODES, DIMENSIONS
from harmtax._generated.taxonomy import CATEGORIES, CLOSURE, TIERS
from harmtax.errors import BadUse, UnknownCode, Unreadable
from harmtax.figures.sides import TIER, TREE

_ORDER = CODES["Tier"]
_WHOLES = {row.code: [whole for part, whole in CLOSURE if part == row.code] for row in CATEGORIES}
_SUMMED = ("numerator", "numerator_lower", "numerator_upper", "denominator")


def read(path: Path) -> dict[str, str]:
    """A profile from a TOML file of lines such as `LIK = "floor"`. Raises Unreadable, BadUse."""
    try:
        found: dict[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unreadable(path, str(error)) from None
    if not all(isinstance(tier, str) for tier in found.values()):
        raise BadUse(f"{path}: a profile holds lines such as LIK = 'floor'")
    return found


def raised(rows: pa.Table, profile: Mapping[str, str]) -> pa.Table:
    """The rows with the tiers of the profile, which names a tier for a category and all below it.

    The stricter tier holds, so that nothing is lowered; `kept` tells where. Raises UnknownCode for a code
    that is no category or tier, BadUse for a line that would only lower tiers, and where figures by tier
    have no figures by category and tier beside them.
    """
    for code, tier in profile.items():
        if code not in _WHOLES:
            raise UnknownCode(code, "CategoryCode")
        if tier not in _ORDER:
            raise UnknownCode(tier, "Tier")
        _refuse_lower(code, tier)
    lines = rows.to_pylist()
    told = [line for line in lines if line[TIER] is not None]
    fine = [line for line in told if line[TREE] is not None]
    _refuse(told, fine)
    own = _own(fine)
    for line in fine:
        line["own"] = own[_place(line)]
    shown = [line for line in lines if line[TIER] is None] + _again(fine, told, profile)
    return pa.Table.from_pylist(shown, schema=rows.schema)


def kept(profile: Mapping[str, str]) -> list[dict[str, object]]:
    """The tiers of the standard that lines of the profile would lower, which stay as they are.

    One entry for each line, category and tier: `line` (code and tier asked for), `category`, `tier`
    and the `treatments` that have it.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for (category, treatment), (tier, _) in TIERS.items():
        for code, asked in sorted(profile.items()):
            if code in _WHOLES[category] and _ORDER.index(tier) < _ORDER.index(asked):
                found.setdefault((f"{code} = {asked}", category, tier), []).append(treatment)
    return [
        {"line": line, "category": category, "tier": tier, "treatments": treatments}
        for (line, category, tier), treatments in found.items()
    ]


def _refuse_lower(code: str, tier: str) -> None:
    """A line that raises nothing and would lower something is a mistake, and not without effect."""
    mine = _ORDER.index(tier)
    own = [
        _ORDER.index(t) for (c, _), (t, _) in TIERS.items() if c in _WHOLES and code in _WHOLES[c]
    ]
    if any(each < mine for each in own) and not any(each > mine for each in own):
        strictest = _ORDER[min(own)]
        raise BadUse(
            f"a profile lowers no tier: {code} = {tier!r}, where {strictest} is the standard's"
        )


def _refuse(told: list[dict[str, object]], fine: list[dict[str, object]]) -> None:
    there = {_without(line, TREE, TIER) for line in fine}
    for line in told:
        if line[TREE] is None and _without(line, TREE, TIER) not in there:
            raise BadUse("a profile needs parts that are broken down by category and tier together")


def _own(fine: list[dict[str, object]]) -> dict[tuple[object, ...], dict[str, int | None]]:
    """What each category holds without the categories below it."""
    found = {_place(line): {name: line[name] for name in _SUMMED} for line in fine}
    own = {place: dict(numbers) for place, numbers in found.items()}
    parents = {row.code: row.parent for row in CATEGORIES}
    for line in fine:
        above = parents[str(line[TREE])]
        if above is None:
            continue
        numbers = own[_place(line | {TREE: above})]
        for name in _SUMMED:
            mine = line[name]
            if mine is not None and numbers[name] is not None:
                numbers[name] -= mine  # type: ignore[operator]
    return own  # type: ignore[return-value]


def _again(
    fine: list[dict[str, object]], told: list[dict[str, object]], profile: Mapping[str, str]
) -> list[dict[str, object]]:
    """The rows by tier made anew from what each category holds itself."""
    coarse = {_without(line, TREE, TIER) for line in told if line[TREE] is None}
    sums: dict[tuple[object, ...], dict[str, object]] = {}
    order: dict[tuple[object, ...], dict[str, object]] = {}
    for line in fine:
        tier = _stricter(str(line[TREE]), str(line[TIER]), profile)
        spread: list[str | None] = [*_WHOLES[str(line[TREE])]]
        if _without(line, TREE, TIER) in coarse:
            spread.append(None)
        for whole in spread:
            made = line | {TREE: whole, TIER: tier}
            made["level"] = _level(line, whole)
            place = _place(made)
            numbers = sums.setdefault(place, dict.fromkeys(_SUMMED))
            for name, mine in line["own"].items():  # type: ignore[attr-defined]
                if mine is not None:
                    numbers[name] = (numbers[name] or 0) + mine
            order.setdefault(place, made)
    # A row of which nothing is left in its tier is no row.
    return [
        order[place] | numbers
        for place, numbers in sums.items()
        if numbers["numerator"] or numbers["denominator"]
    ]


def _level(line: dict[str, object], whole: str | None) -> int:
    from harmtax.figures.parts import level

    names = [name for name in DIMENSIONS if line[name] is not None]
    return level([name for name in names if name != TREE or whole is not None])


def _stricter(code: str, tier: str, profile: Mapping[str, str]) -> str:
    named = [profile[whole] for whole in _WHOLES[code] if whole in profile]
    return min([tier, *named], key=_ORDER.index)


def _place(line: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(line[name] for name in ("metric_id", "period", *DIMENSIONS))


def _without(line: Mapping[str, object], *names: str) -> tuple[object, ...]:
    """Which figure a row belongs to, tier and category aside: whose, of what, in which dimensions."""
    shape = tuple(name for name in DIMENSIONS if line[name] is not None and name not in names)
    return (line["metric_id"], line["period"], line["reporter_id"], line["service_id"], shape)
