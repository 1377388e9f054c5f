"""The commands about the words: one short function per verb."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from harmtax import console
from harmtax.options import Json

taxonomy = App(name="taxonomy", help="Read the categories, and what they mean elsewhere.")


@taxonomy.command
def show(code: str, /, *, treatment: str = "unknown", json: Json = False) -> int:
    """Show one category: definition, notes, place in the tree, tier.

    Parameters
    ----------
    treatment
        The treatment that the tier is computed for.
    """
    from harmtax.standard import taxonomy as room

    found = room.category(code)
    tier = found.tier(treatment)
    console.show(
        {
            "code": found.code,
            "title": found.title(),
            "definition": found.definition,
            "includes": found.row.includes,
            "excludes": found.row.excludes,
            "rolls_up": " > ".join(each.code for each in reversed(found.roll_up)),
            "children": ", ".join(each.code for each in found.children) or "none",
            "precedence": found.precedence,
            "tier": f"{tier.tier or 'none'} ({tier.reason})",
            "status": found.row.status,
        },
        json,
        False,
    )
    return 0


@taxonomy.command
def tree(*, json: Json = False) -> int:
    """Print the tree of the categories."""
    from harmtax.standard import taxonomy as room

    lines = [
        (each, len(each.roll_up) - 1)
        for top in room.tops()
        for each in (top, *top.children)
    ]  # fmt: skip
    if json:
        console.show({each.code: each.title() for each, _ in lines}, True, False)
    else:
        print("\n".join(f"{'  ' * depth}{each.code:<9}{each.title()}" for each, depth in lines))
    return 0


@taxonomy.command
def search(
    words: Annotated[tuple[str, ...], Parameter(help="Words to look for.")],
    /,
    *,
    json: Json = False,
) -> int:
    """Find categories by code, title or definition."""
    from harmtax.standard import taxonomy as room

    found = room.search(" ".join(words))
    console.show({each.code: each.title() for each in found}, json, False)
    return 0 if found else 1


@taxonomy.command
def translate(
    code: Annotated[str, Parameter(help="A code, or LIST/CODE.")],
    /,
    *,
    to: Annotated[str, Parameter(help="A crosswalk such as dsa, ozone or iab, or harmtax.")],
    source: Annotated[str, Parameter(name="--from", help="Where CODE is from.")] = "harmtax",
    on: Annotated[str | None, Parameter(help="Day for which the version is chosen.")] = None,
    json: Json = False,
) -> int:
    """Tell what a code means in another list; nothing where no pair translates."""
    import harmtax

    found = harmtax.translate(code, to, source=source, on=console.day(on))
    if json:
        print(console.as_json({"code": code, "matches": [console.facts_of(m) for m in found]}))
    for match in () if json else found:
        when = f"  when {match.when}" if match.when else ""
        print(f"{match.predicate:<12}{match.code_list}/{match.code}{when}")
    return 0 if found else 1


@taxonomy.command
def coverage(
    to: Annotated[str | None, Parameter(help="A crosswalk; all if left out.")] = None,
    /,
    *,
    json: Json = False,
) -> int:
    """Tell how well other lists say what our codes say."""
    from harmtax.standard import crosswalk

    found = [crosswalk.coverage(name) for name in ([to] if to else crosswalk.names())]
    if json:
        print(console.as_json({each.crosswalk: console.facts_of(each) for each in found}))
        return 0
    print(f"{'crosswalk':<11}{''.join(f'{name:>14}' for name in found[0].best)}{'unreached':>14}")
    for each in found:
        counts = "".join(f"{len(codes):>14}" for codes in each.best.values())
        print(f"{each.crosswalk:<11}{counts}{len(each.unreached):>14}")
    return 0
