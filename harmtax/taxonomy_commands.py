"""The commands about the words: one short function per verb."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from harmtax import console
from harmtax.options import Json, Lang

if TYPE_CHECKING:
    from harmtax.standard.taxonomy import Category

taxonomy = App(name="taxonomy", help="Read the categories, and what they mean elsewhere.")


@taxonomy.command
def show(
    code: Annotated[str, Parameter(help="A category, or the name of another element.")],
    /,
    *,
    treatment: str = "unknown",
    lang: Lang = "en",
    json: Json = False,
) -> int:
    """Show one category: definition, notes, place in the tree, tier. Or the words of another element.

    Other elements go by their names: a rule (HT-R01), a metric (M01), a code list (Label), a code of one
    (Label/removed), a record type (Incident), a field (Incident/label).

    Parameters
    ----------
    treatment
        The treatment that the tier is computed for.
    """
    from harmtax.standard import languages
    from harmtax.standard import taxonomy as room

    element = languages.named(code) or f"categories/{room.category(code).code}"
    told = {kind: text.marked for kind, text in languages.texts(element, lang).items()}
    facts: dict[str, str | int] = {"code": code, **told}
    if element.startswith("categories/"):
        facts |= _place(room.category(code), treatment)
    console.show(facts | _review(element, lang), json, False)
    return 0


def _place(found: Category, treatment: str) -> dict[str, str | int]:
    tier = found.tier(treatment)
    return {
        "rolls_up": " > ".join(each.code for each in reversed(found.roll_up)),
        "children": ", ".join(each.code for each in found.children) or "none",
        "precedence": found.precedence,
        "tier": f"{tier.tier or 'none'} ({tier.reason})",
        "status": found.row.status,
    }


def _review(element: str, lang: str) -> dict[str, str]:
    """Who has looked at the words, where they are not the English ones."""
    from harmtax.standard import languages

    statuses = {told.status for told in languages.texts(element, lang).values()}
    return {} if statuses <= {"source"} else {"translation": ", ".join(sorted(statuses))}


@taxonomy.command
def tree(*, lang: Lang = "en", json: Json = False) -> int:
    """Print the tree of the categories."""
    from harmtax.standard import taxonomy as room

    lines = [
        (each, len(each.roll_up) - 1)
        for top in room.tops()
        for each in (top, *top.children)
    ]  # fmt: skip
    if json:
        console.show({each.code: each.title(lang) for each, _ in lines}, True, False)
        return 0
    for each, depth in lines:
        print(f"{'  ' * depth}{each.code:<9}{each.told('title', lang).marked}")
    return 0


@taxonomy.command
def search(
    words: Annotated[tuple[str, ...], Parameter(help="Words to look for.")],
    /,
    *,
    lang: Lang = "en",
    json: Json = False,
) -> int:
    """Find categories by code or by words: those of the standard, or what people say."""
    from harmtax.standard import search as room

    found = room.search(" ".join(words), tag=lang)
    titles = {each.code: each.told("title", lang) for each in found}
    console.show({code: t.text if json else t.marked for code, t in titles.items()}, json, False)
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
