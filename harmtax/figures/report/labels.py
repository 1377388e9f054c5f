"""The words of a publication in the languages of the standard, and numbers as each language writes them."""

from __future__ import annotations

from functools import cached_property

from harmtax._generated.constraints import RECORDS
from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CATEGORIES, CODE_LISTS
from harmtax._generated.translations import TRANSLATIONS
from harmtax.errors import BadUse

SOURCE = "en"
_FIELDS = {field.name: field for field in RECORDS["Observation"].fields}
_CATEGORIES = {row.code: row.title for row in CATEGORIES}


class Labels:
    """Titles of codes, metrics and fields, and the sentences of the reports, in one language.

    What the language has no words for is given in English and noted in `untranslated`; nothing is left
    out. Raises BadUse for a language that the standard does not have.
    """

    def __init__(self, language: str = SOURCE) -> None:
        # The tag of a language is the same in any case (BCP 47, section 2.1.1).
        spelt = {each.casefold(): each for each in TRANSLATIONS}.get(language.casefold())
        if spelt is None:
            known = ", ".join(TRANSLATIONS)
            raise BadUse(f"there are no words in the language {language!r}; there are: {known}")
        self.language = spelt
        self.untranslated: set[str] = set()
        self._own, self._source = TRANSLATIONS[spelt], TRANSLATIONS[SOURCE]
        self._head = self._own["head"]
        self._point = self._head["point"]

    def say(self, key: str, **values: str) -> str:
        """A sentence of the reports; `values` fill its places."""
        return self._word("say", key, self._source["say"][key]).format_map(values)

    def metric(self, identifier: str) -> str:
        """The title of a metric; one of another version stands for itself."""
        known = METRICS.get(identifier)
        return self._word("metric", identifier, known.title if known else identifier)

    def field(self, name: str) -> str:
        """The title of a field of an observation."""
        return self._word("field", name, _FIELDS[name].title)

    def category(self, code: str) -> str:
        """The title of a category; a code of another version stands for itself."""
        return self._word("category", code, _CATEGORIES.get(code, code))

    def code(self, code_list: str, code: str) -> str:
        """The title of a code; a code of another version stands for itself."""
        titles = {each.code: each.title for each in CODE_LISTS[code_list].codes}
        return self._word(code_list, code, titles.get(code, code))

    def status(self, code: str) -> str:
        """The title of a status of an observation."""
        return self.code("ObservationStatus", code)

    def value(self, dimension: str, code: str) -> str:
        """The title of a value of a dimension; an identifier stands for itself."""
        codes = _FIELDS[dimension].codes
        if codes == "CategoryCode":
            return self.category(code)
        return self.code(codes, code) if codes in CODE_LISTS else code

    @cached_property
    def review(self) -> str:
        """What the reader should know about the words: who has looked at them."""
        review, name = self._head["review"], self._head["name"]
        return self.say(f"review.{review}", language=name)

    def count(self, number: int) -> str:
        """A whole number in groups of three."""
        return f"{number:,}".replace(",", self._head["group"])

    def share(self, top: int, bottom: int) -> str:
        """A share in percent, rounded half up in whole numbers, or that there are no cases."""
        if bottom == 0:
            return self.say("no_cases")
        hundredths = (top * 20_000 + bottom) // (2 * bottom)
        if top and not hundredths:
            return self.say("under", share=f"0{self._point}01 %")
        return f"{self.count(hundredths // 100)}{self._point}{hundredths % 100:02d} %"

    def hours(self, seconds: int) -> str:
        """A duration in hours, with one digit behind the point."""
        tenths = (seconds + 180) // 360
        return self.say("hours", hours=f"{self.count(tenths // 10)}{self._point}{tenths % 10}")

    def _word(self, group: str, key: str, english: str) -> str:
        if (found := self._own.get(group, {}).get(key)) is not None:
            return found
        if self.language != SOURCE:
            self.untranslated.add(f"{group}.{key}")
        return english
