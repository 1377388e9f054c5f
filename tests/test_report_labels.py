"""The words of the reports: every language has the same keys and places, and says who has reviewed it."""

from __future__ import annotations

import string

import pytest

from harmtax._generated.languages import LANGUAGES
from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CATEGORIES
from harmtax.figures.report.labels import Labels
from harmtax.standard.languages import sentence, sentences

PLACES = {
    place
    for key in sentences()
    for _, place, _, _ in string.Formatter().parse(sentence(key).text)
    if place is not None
}


def test_the_languages_of_the_standard_are_there_and_drafts_say_so() -> None:
    assert set(LANGUAGES) == {"en", "de", "fr", "id", "it", "ko", "ms", "zh-Hant"}
    for tag, language in LANGUAGES.items():
        assert (language.review == "source") == (tag == "en")
        # A draft becomes reviewed only when a speaker says so.
        assert Labels(tag).review.startswith(language.name)


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_no_label_of_a_report_is_left_in_english(language: str) -> None:
    labels, english = Labels(language), Labels()
    places = dict.fromkeys(PLACES, "7")
    for key in sentences():
        assert labels.say(key, **places)
    for category in CATEGORIES:
        assert labels.category(category.code) != category.code
    for metric in METRICS:
        labels.metric(metric)
    for status in ("normal", "suppressed", "not_applicable"):
        labels.status(status)
    assert labels.untranslated == set()
    told = [key for key in sentences() if labels.say(key, **places) == english.say(key, **places)]
    # Words that are the same in many languages, such as "Code" and "48 h".
    assert len(told) <= 8, told


def test_what_has_no_translation_is_english_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from harmtax.standard import languages

    words = languages._words("fr")
    texts = {name: each for name, each in words.texts.items() if name != "code_lists/Tier/floor"}
    less = {"fr": words._replace(texts=texts), "en": languages._words("en")}
    monkeypatch.setattr(languages, "_words", less.__getitem__)
    labels = Labels("fr")
    assert labels.value("tier", "floor") == Labels().value("tier", "floor")
    assert labels.untranslated == {"code_lists/Tier/floor"}
    assert labels.category("XYZ") == "XYZ"
    assert labels.metric("M99") == "M99"


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert Labels("de").count(1234567) == "1.234.567"
    assert Labels("de").share(1234, 10_000) == "12,34\u00a0%"
    assert Labels("fr").count(1234) == "1\u202f234"
    assert Labels().hours(5400) == "1.5 h"
    assert Labels("zh-Hant").hours(5400) == "1.5 小時"
