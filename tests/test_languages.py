"""The words of the standard in its languages: who looked at them, what is missing, what English outran."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harmtax.cli import main
from harmtax.errors import BadUse
from harmtax.records.findings import wording as wording_of_findings
from harmtax.records.findings.finding import Finding
from harmtax.standard import languages
from harmtax.standard.english import digest
from harmtax.standard.languages import missing_and_stale, tell

from schema import translate
from schema.writers import wording, wording_lint
from schema.writers.source import Refused
from schema.writers.translations import translated

HOME = Path(__file__).resolve().parent.parent
SCHEMA = HOME / "schema"
TAGS = languages.languages()[1:]
ELEMENTS = json.loads((HOME / "exports/next/standard.json").read_bytes())["elements"]
NOW = wording.english(ELEMENTS, SCHEMA)
TRANSLATED = translated(SCHEMA)


@pytest.mark.parametrize("tag", TAGS)
def test_no_translation_is_wrong_on_its_face_or_uses_another_term(tag: str) -> None:
    terms = wording_lint.terms(SCHEMA / "translations" / "terms.yaml", {"en", *TAGS})
    found = [
        f"{name}: {fault}"
        for name, part in TRANSLATED[tag].items()
        for fault in translate.linted(part, NOW[name], terms, tag)
    ]
    assert found == []


def test_a_language_says_everything_that_english_says() -> None:
    assert list(missing_and_stale(ELEMENTS)) == []


def test_a_changed_english_text_makes_exactly_its_translations_stale() -> None:
    name = "categories/IIA-NUD"
    other = ELEMENTS | {name: ELEMENTS[name] | {"title": "Something else."}}
    before = set(missing_and_stale(ELEMENTS))
    told = [gap for gap in missing_and_stale(other) if gap not in before]
    assert [(gap.language, gap.element, gap.fault) for gap in told] == [
        (tag, name, "stale") for tag in TAGS
    ]


def test_new_and_renamed_elements_are_missing_and_left_over() -> None:
    name, renamed = "code_lists/CountryCode/GR", "code_lists/CountryCode/ZZ"
    other = {renamed if each == name else each: facts for each, facts in ELEMENTS.items()}
    before = set(missing_and_stale(ELEMENTS, ("ko",)))
    told = {gap for gap in missing_and_stale(other, ("ko",)) if gap not in before}
    assert {(gap.element, gap.fault, gap.kinds) for gap in told} == {
        (renamed, "missing", ("title",)),
        (name, "left_over", ()),
    }


def test_the_gate_lists_what_a_language_lacks() -> None:
    before = set(languages.told(ELEMENTS))
    names = [f"rules/HT-R9{place}" for place in range(5)]
    other = ELEMENTS | {name: {"says": "New.", "do": "Do it."} for name in names}
    more = [line for line in languages.told(other) if line not in before]
    assert [line.partition(",")[0] for line in more] == list(TAGS)
    assert all("missing: " in line for line in more)
    whole = [gap.element for gap in missing_and_stale(other, ("it",)) if gap.fault == "missing"]
    assert set(names) <= set(whole)


def test_line_breaks_in_english_make_nothing_stale() -> None:
    texts = {"title": "One  line\nor two", "definition": "b"}
    assert digest(texts) == digest({"definition": "b", "title": "One line or two"})
    assert digest(texts) != digest(texts | {"definition": "c"})


def test_a_text_says_who_looked_at_it_and_a_fallback_is_marked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    country = tell("code_lists/CountryCode/GR", "title", "DE")
    assert country == ("Griechenland", "adopted")
    assert tell("categories/CSE", "title").status == "source"
    assert tell("categories/CSE", "title", "fr").status == "machine_draft"
    assert tell("categories/XYZ", "title", "fr") == ("", "source")
    words = languages._words("fr")
    less = languages._Words({}, {}, {}, {}, {})
    stale = words._replace(status={"categories/CSE": "stale"})
    english = languages._words("en")
    monkeypatch.setattr(languages, "_words", {"en": english, "fr": less, "de": stale}.__getitem__)
    assert tell("categories/CSE", "title", "fr").marked.endswith(" [en]")
    assert tell("categories/CSE", "title", "de").marked.endswith(" [?]")


def test_an_unknown_language_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadUse, match="'xx'; there are: en, fr, de, it, ko, zh-Hant, id, ms"):
        tell("categories/CSE", "title", "xx")


def test_words_are_read_only_when_a_language_is_asked_for() -> None:
    code = (
        "import harmtax.standard.taxonomy, harmtax.standard.languages as room;"
        "assert room._words.cache_info().currsize == 0;"
        "room.title('categories/CSE', 'it'); assert room._words.cache_info().currsize == 2"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=HOME)


# --- the tool for translators ---------------------------------------------------------------------

EN = {
    "A": {"title": "Notice (IIA-NUD)", "definition": "The item says it with {count} words."},
    "B": {"title": "Other", "definition": "The same."},
    "C": {"title": "Other", "definition": "The same."},
}
GOOD = {"title": "Avis (IIA-NUD)", "definition": "L'élément le dit en {count} mots."}
DRAFT = wording.Part("machine_draft", {})


def test_what_was_merged_is_asked_no_more_until_english_changes() -> None:
    assert list(translate.wanted(DRAFT, EN)) == ["A", "B"]
    part, refused = translate.merged(DRAFT, {"B": {"title": "x", "definition": "y"}, "A": GOOD}, EN)
    assert refused == []
    assert list(part.entries) == ["A", "B", "C"]
    assert part.entries["C"].texts == part.entries["B"].texts
    assert translate.wanted(part, EN) == {}
    changed = EN | {"A": EN["A"] | {"definition": "The item says {count}."}}
    assert list(translate.wanted(part, changed)) == ["A"]


def test_a_reviewed_entry_is_kept_until_english_changes_and_a_new_one_is_a_draft() -> None:
    part, _ = translate.merged(DRAFT, {"A": GOOD}, EN)
    entry = part.entries["A"]
    seen = wording.Entry(entry.texts, entry.of, {"by": "a speaker", "day": "2026-11-28"})
    part = wording.Part("machine_draft", {"A": seen})
    same, refused = translate.merged(part, {"A": GOOD | {"title": "Note (IIA-NUD)"}}, EN)
    assert same == part and refused == ["A: reviewed, and English has not changed since"]
    changed = EN | {"A": EN["A"] | {"title": "Notes (IIA-NUD)"}}
    new, refused = translate.merged(part, {"A": GOOD}, changed)
    assert refused == [] and new.entries["A"].review == {}
    whole, _ = translate.merged(wording.Part("reviewed", {}), {"A": GOOD}, EN)
    assert wording.status_of(whole, whole.entries["A"]) == "machine_draft"


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"title": "Avis"}, "without IIA-NUD"),
        ({"title": "Avis (IIA-NUD, CSE)", "note": "x"}, "English has no such text"),
        ({"title": "Avis (IIA-NUD) (CSE-IDM)"}, "with CSE-IDM"),
        ({"definition": "L'élément le dit."}, "other places in braces"),
        ({"definition": "L'élément {count"}, "other places in braces"),
        ({"definition": "The item says it with {count} words."}, "still English"),
        ({"definition": "Donc The item says it with {count} mots."}, "English is left standing"),
        ({"definition": " {count} mots"}, "blanks at an end"),
        ({"definition": " "}, "empty"),
    ],
)
def test_a_text_that_lost_something_is_not_taken(texts: dict[str, str], said: str) -> None:
    part, refused = translate.merged(DRAFT, {"A": texts}, EN)
    assert part.entries == {}
    assert any(said in fault for fault in refused), refused


def test_a_concept_has_one_word_in_a_language_and_names_of_fields_are_none() -> None:
    table = {"item": {"english": ["item", "items"], "fr": ["élément"], "but": {"fr": ["D"]}}}
    english = {"definition": "Each item, and the field item_id."}

    def off(text: str, source: dict[str, str] = english, key: str = "A") -> list[str]:
        return list(wording_lint.off_terms(key, {"definition": text}, source, table, "fr"))

    assert off("Chaque Élément, et item_id.") == []
    assert off("Chaque objet, et item_id.") == ["definition: item is élément"]
    assert off("Le champ item_id.", {"definition": "The field item_id and {item}."}) == []
    assert off("Chaque objet.", key="D") == []
    sharp = {"ground": {"english": ["violation"], "fr": ["verstoß"]}}
    found = wording_lint.off_terms(
        "A", {"title": "Ein Verstoß"}, {"title": "Violation"}, sharp, "fr"
    )
    assert list(found) == []


def test_entries_follow_a_rename_and_go_with_their_element() -> None:
    entry = wording.Entry({"title": "x"}, "12345678")
    lists = {"Old": entry, "Old/a": entry, "Other/b": entry}
    parts = {name: wording.Part("machine_draft", {}) for name in wording.PARTS}
    parts["codelists"] = wording.Part("reviewed", lists)
    now: dict[str, dict[str, wording.Texts]] = {name: {} for name in wording.PARTS}
    now["codelists"] = {"New": {"title": "New"}, "New/a": {"title": "A"}}
    done = translate.tidied(parts, {"code_lists/Old": "code_lists/New"}, now)
    assert done["codelists"] == wording.Part("reviewed", {"New": entry, "New/a": entry})
    # What is gone stays gone, and what did not change stays as it is.
    assert translate.tidied(done, {}, now) == done


def test_a_name_may_stay_as_it_is() -> None:
    name = {"title": "NCMEC Take It Down"}
    assert list(wording_lint.faults(name, name)) == []
    left = {"title": "a name that stays"}
    assert list(wording_lint.faults(left, left)) == ["title: still English"]


@pytest.mark.parametrize("part", ["report", "places", "metrics"])
def test_a_file_of_a_language_is_written_as_it_was_read(tmp_path: Path, part: str) -> None:
    path = SCHEMA / "translations" / "ms" / f"{part}.yaml"
    read = wording.read(path)
    assert wording.written(read) == path.read_text(encoding="utf-8")
    first = next(iter(read.entries))
    seen = wording.Entry(
        read.entries[first].texts, "12345678", {"by": 'a "speaker"', "day": "2026-11-28"}
    )
    other = wording.Part("reviewed", {**read.entries, first: seen}, "a source")
    translate.replace(tmp_path / "ms.yaml", other)
    assert wording.read(tmp_path / "ms.yaml") == other


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("review: machine_draft", "review: fine"), "review one of|review is one of"),
        (("    title: ", "    titel: "), "'titel' is not carried"),
        (("    of: ", "    # "), "`of` is missing"),
        (("    title: ", "    title: '' # "), "title is not a text"),
        (("    of: ", "    review: {by: me}\n    of: "), "by whom and on which day"),
    ],
)
def test_a_file_that_does_not_hold_is_refused(
    tmp_path: Path, change: tuple[str, str], said: str
) -> None:
    text = (SCHEMA / "translations/fr/metrics.yaml").read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "metrics.yaml"
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(Refused, match=said):
        wording.read(path)


def test_a_folder_or_a_file_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    shutil.copytree(SCHEMA / "translations", tmp_path / "translations")
    (tmp_path / "translations" / "fr" / "rule.yaml").touch()
    with pytest.raises(Refused, match=r"fr/rule\.yaml: no part of a language"):
        translated(tmp_path)
    (tmp_path / "translations" / "fr" / "rule.yaml").unlink()
    (tmp_path / "translations" / "xx").mkdir()
    with pytest.raises(Refused, match="'xx' is not carried"):
        translated(tmp_path)


# --- findings -------------------------------------------------------------------------------------


def test_findings_are_worded_in_the_language_that_is_set_and_only_while_it_is() -> None:
    finding = Finding("HT-R01", "error", "Incident", "/incident_status")
    english, place = finding.message, tell("rules/HT-R01", "says", "de")
    with wording_of_findings.in_language("DE"):
        assert finding.message == place.marked != english
        assert finding.hint == tell("rules/HT-R01", "do", "de").marked
        missing = Finding("missing", "error", "Incident", "/category")
        assert missing.message == tell("code_lists/FieldFault/missing", "definition", "de").text
        # The rules of receivers have English words alone.
        [other, *_] = wording_of_findings.receivers()
        assert Finding(other, "error", "", "").message.endswith(" [en]")
    assert finding.message == english


def test_validate_tells_its_findings_in_a_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "incidents.ndjson"
    source.write_text("{}\n", encoding="utf-8")
    words = ["validate", str(source), "-o", str(tmp_path / "out"), "--lang"]
    assert main([*words, "xx"]) == 2
    assert not (tmp_path / "out").exists()
    capsys.readouterr()
    assert main([*words, "de"]) == 1
    assert tell("code_lists/FieldFault/missing", "definition", "de").text in capsys.readouterr().out
