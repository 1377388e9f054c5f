"""The words of the reports: every language has the same keys and places, and says who has reviewed it."""

from __future__ import annotations

import shutil
import string
from pathlib import Path

import pytest

from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CATEGORIES
from harmtax._generated.translations import TRANSLATIONS
from harmtax.figures.report.labels import Labels

from schema.writers import metrics, translations
from schema.writers.plan import Plan, load
from schema.writers.source import Refused

HOME = Path(__file__).resolve().parent.parent
PLACES = {
    place
    for text in TRANSLATIONS["en"]["say"].values()
    for _, place, _, _ in string.Formatter().parse(text)
    if place is not None
}
LANGUAGES = {"en", "de", "fr", "id", "it", "ko", "ms", "zh-Hant"}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load(HOME / "schema" / "harmtax.yaml")


def test_the_languages_of_the_standard_are_there_and_drafts_say_so() -> None:
    assert set(TRANSLATIONS) == LANGUAGES
    for language, words in TRANSLATIONS.items():
        assert (words["head"]["review"] == "source") == (language == "en")
        # A draft becomes reviewed only when a speaker says so.
        assert Labels(language).review.startswith(words["head"]["name"])


@pytest.mark.parametrize("language", sorted(LANGUAGES - {"en"}))
def test_no_label_of_a_report_is_left_in_english(language: str) -> None:
    labels, english = Labels(language), Labels()
    places = dict.fromkeys(PLACES, "7")
    for key in TRANSLATIONS["en"]["say"]:
        assert labels.say(key, **places)
    for category in CATEGORIES:
        assert labels.category(category.code) != category.code
    for metric in METRICS:
        labels.metric(metric)
    for status in ("normal", "suppressed", "not_applicable"):
        labels.status(status)
    assert labels.untranslated == set()
    told = [
        key
        for key in TRANSLATIONS["en"]["say"]
        if labels.say(key, **places) == english.say(key, **places)
    ]
    # Words that are the same in many languages, such as "Code" and "48 h".
    assert len(told) <= 8, told


def test_what_has_no_translation_is_english_and_counted() -> None:
    labels = Labels("fr")
    assert labels.value("surface", "feed") == Labels().value("surface", "feed")
    assert labels.untranslated == {"Surface.feed"}
    assert labels.category("XYZ") == "XYZ"


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert Labels("de").count(1234567) == "1.234.567"
    assert Labels("de").share(1234, 10_000) == "12,34 %"
    assert Labels("fr").count(1234) == "1\u202f234"
    assert Labels().hours(5400) == "1.5 h"
    assert Labels("zh-Hant").hours(5400) == "1.5 小時"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("{hidden}", "{veiled}"), "other places than in English"),
        (('  title: "', '  titel: "'), "say has no titel"),
        (("language: fr", "language: de"), "language is fr"),
        (("review: machine_draft", "review: fine"), "review one of"),
        (("  M01: ", "  M99: "), "metric has no M99"),
        (("    floor: ", "    cellar: "), "Tier has no cellar"),
        (("point: ", "dot: "), "'dot' is not carried"),
    ],
)
def test_a_translation_that_does_not_hold_is_refused(
    tmp_path: Path, plan: Plan, change: tuple[str, str], said: str
) -> None:
    shutil.copytree(HOME / "schema" / "translations", tmp_path / "translations")
    path = tmp_path / "translations" / "fr.yaml"
    text = path.read_text(encoding="utf-8")
    assert change[0] in text
    path.write_text(text.replace(*change), encoding="utf-8")
    measured = metrics.read(plan, HOME / "schema" / "metrics.yaml")
    with pytest.raises(Refused, match=said):
        translations.write(plan, tmp_path, measured)
