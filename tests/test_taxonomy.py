"""The tree of categories answers as the schema says."""

from __future__ import annotations

import pytest

from harmtax._generated.constraints import CODES
from harmtax.errors import BadUse, UnknownCode
from harmtax.standard import taxonomy


def test_a_category_knows_its_parent_and_its_children() -> None:
    found = taxonomy.category("IIA-NUD")
    assert found.parent == taxonomy.category("IIA")
    assert found in taxonomy.category("IIA").children
    assert taxonomy.category("IIA").parent is None


def test_descendants_are_what_rolls_up_into_a_category() -> None:
    for each in taxonomy.categories():
        below = {code.code for code in each.descendants}
        assert below == {c.code for c in taxonomy.categories() if each in c.roll_up and c != each}


def test_precedence_puts_every_part_before_its_whole() -> None:
    for each in taxonomy.categories():
        assert all(child.precedence < each.precedence for child in each.children)


def test_there_are_45_categories_in_16_branches() -> None:
    assert len(taxonomy.categories()) == 45
    assert len(taxonomy.tops()) == 16


def test_an_absolute_floor_stays_at_the_floor_under_every_treatment() -> None:
    for treatment in CODES["Treatment"]:
        assert taxonomy.tier("CSE-NIM", treatment).tier == "floor"


@pytest.mark.parametrize(
    ("code", "treatment", "tier", "basis"),
    [
        ("LIK", "promoting_or_gratuitous", "high", "stated"),
        ("TVE", "promoting_or_gratuitous", "floor", "stated"),
        ("TVE", "dramatised", "medium", "stated"),
        ("HAT", "breaking_news_or_opinion", "medium", "stated"),
        ("SHE", "educational_scientific_or_news_feature", "low", "stated"),
        ("LIK-IMP", "unknown", "high", "assumed"),
        ("OTH", "dramatised", None, None),
        ("DIS", "unknown", None, None),
    ],
)
def test_the_tier_follows_from_category_and_treatment(
    code: str, treatment: str, tier: str | None, basis: str | None
) -> None:
    found = taxonomy.tier(code, treatment)
    assert (found.tier, found.basis) == (tier, basis)
    assert code in found.reason or treatment in found.reason


def test_an_unknown_code_names_near_ones() -> None:
    with pytest.raises(UnknownCode, match="IIA-NUD"):
        taxonomy.category("IIA-NUT")
    with pytest.raises(KeyError):
        taxonomy.tier("IIA", "dramatic")


def test_a_language_without_titles_is_refused() -> None:
    assert taxonomy.category("UNS").is_live
    with pytest.raises(BadUse, match="en"):
        taxonomy.category("UNS").title("xx")


def test_a_category_has_its_words_in_a_language() -> None:
    found = taxonomy.category("CSE-IDM")
    assert found.title("fr") == "Mineur identifiable"
    assert found.definition_in() == found.definition
    assert found.told("title", "FR").status == "machine_draft"
