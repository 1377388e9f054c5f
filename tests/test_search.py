"""The search over the categories: what people say leads to the code, in each language."""

from __future__ import annotations

import pytest

from harmtax.errors import BadUse
from harmtax.standard.search import search


def test_a_search_finds_codes_titles_definitions_and_near_spellings() -> None:
    assert search("iia-nud")[0].code == "IIA-NUD"
    assert search("nudification")[0].code == "IIA-NUD"
    assert "IIA-NUD" in [found.code for found in search("nudificaton")]
    assert search("qqqqqqqq") == ()
    assert search("") == ()


@pytest.mark.parametrize(
    ("words", "tag", "code"),
    [
        ("denudation", "fr", "IIA-NUD"),
        ("Künstliche ENTKLEIDUNG", "de", "IIA-NUD"),
        ("identificabile", "it", "CSE-IDM"),
        ("성적 딥페이크", "ko", "IIA-DFK"),
        ("性深偽", "zh-hant", "IIA-DFK"),
        ("bunuh", "ms", "SHE-SUI"),
        ("pemilu", "id", "CIV-ELE"),
        ("watermark removed", "en", "DIS-REM"),
    ],
)
def test_a_search_takes_the_words_of_a_language(words: str, tag: str, code: str) -> None:
    assert search(words, tag=tag)[0].code == code


@pytest.mark.parametrize(
    ("words", "tag"),
    [
        ("nudified image of a minor", "en"),
        ("image d'un mineur dénudé", "fr"),
        ("dénudée mineur", "fr"),
        ("jeune fille déshabillée par une IA", "fr"),
        ("deepfake fille mineure", "fr"),
        ("mineur nu", "fr"),
        ("Nacktbild Kind KI", "de"),
        ("foto di una bambina nuda", "it"),
        ("미성년자의 나체 사진", "ko"),
        ("未成年人裸照", "zh-Hant"),
        ("foto bugil anak", "id"),
        ("gambar bogel kanak-kanak", "ms"),
    ],
)
def test_a_nudified_minor_is_no_abuse_of_adults(words: str, tag: str) -> None:
    found = [each.code for each in search(words, tag=tag)]
    assert found[0] == "CSE-IDM", found


def test_what_a_category_excludes_counts_for_the_code_that_it_names() -> None:
    [first, *_] = search("extortion of an adult")
    assert first.code == "IIA-EXT"
    found = [each.code for each in search("anyone depicted is a minor")]
    assert "ASX" not in found and "CSE" in found


def test_a_word_that_no_category_has_counts_against_none() -> None:
    assert search("nudification qqqqqqq") == search("nudification")


def test_a_language_that_is_not_known_is_refused() -> None:
    with pytest.raises(BadUse, match="there are: en"):
        search("nude", tag="xx")
