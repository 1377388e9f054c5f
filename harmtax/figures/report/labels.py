"""The words of a publication in the languages of the standard, and numbers as each language writes them."""

from __future__ import annotations

from functools import cached_property

from harmtax._generated.constraints import RECORDS
from harmtax._generated.languages import LANGUAGES
from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CATEGORIES, CODE_LISTS
from harmtax.standard import languages

_FIELDS = {field.name: field for field in RECORDS["Observation"].fields}
_CATEGORIES = {row.code for row in CATEGORIES}


class Labels:
    """Titles of codes, metrics and fields, and the sentences of the reports, in one language.

    What the language has no words for is given in English and noted in `untranslated`; nothing is left
    out. Raises BadUse for a language that the standard does not have.
    """

    def __init__(self, language: str = languages.SOURCE) -> None:
        self.language = languages.language(language)
        self.untranslated: set[str] = set()
        self._head = LANGUAGES[self.language]
        self._point = self._head.point

    def say(self, key: str, **values: str) -> str:
        """A sentence of the reports; `values` fill its places."""
        return self._word(f"report/{key}", "say").format_map(values)

    def metric(self, identifier: str) -> str:
        """The title of a metric; one of another version stands for itself."""
        return self._word(f"metrics/{identifier}") if identifier in METRICS else identifier

    def field(self, name: str) -> str:
        """The title of a field of an observation."""
        return self._word(f"record_types/Observation/{name}")

    def category(self, code: str) -> str:
        """The title of a category; a code of another version stands for itself."""
        return self._word(f"categories/{code}") if code in _CATEGORIES else code

    def code(self, code_list: str, code: str) -> str:
        """The title of a code; a code of another version stands for itself."""
        known = any(each.code == code for each in CODE_LISTS[code_list].codes)
        return self._word(f"code_lists/{code_list}/{code}") if known else code

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
        return self.say(f"review.{self._head.review}", language=self._head.name)

    def count(self, number: int) -> str:
        """A whole number in groups of three."""
        return f"{number:,}".replace(",", self._head.group)

    def share(self, top: int, bottom: int) -> str:
        """A share in percent, rounded half up in whole numbers, or that there are no cases."""
        if bottom == 0:
            return self.say("no_cases")
        hundredths = (top * 20_000 + bottom) // (2 * bottom)
        if top and not hundredths:
            return self.say("under", share=f"0{self._point}01\u00a0%")
        return f"{self.count(hundredths // 100)}{self._point}{hundredths % 100:02d}\u00a0%"

    def hours(self, seconds: int) -> str:
        """A duration in hours, with one digit behind the point."""
        tenths = (seconds + 180) // 360
        return self.say("hours", hours=f"{self.count(tenths // 10)}{self._point}{tenths % 10}")

    def _word(self, element: str, kind: str = "title") -> str:
        found = languages.tell(element, kind, self.language)
        if found.status == "missing":
            self.untranslated.add(element)
        return found.text
