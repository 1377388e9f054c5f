"""What the pages say in each language: the texts of the standard as far as they are translated, and the
words of the site around them. What a language lacks stands in English and is marked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harmtax.standard.release import Release

from schema.writers import wording
from schema.writers.source import Refused, plain

ENGLISH = "en"


@dataclass(frozen=True)
class Tongue:
    """One language; `words` are those of the site, `search` what people type, by category."""

    code: str
    name: str
    words: Mapping[str, str]
    search: Mapping[str, str]
    parts: Mapping[str, wording.Part]
    release: Release

    @property
    def is_english(self) -> bool:
        """Whether nothing has to be translated."""
        return self.code == ENGLISH

    @property
    def folder(self) -> str:
        """Where the pages of the language stand; English has none of its own."""
        return "" if self.is_english else f"{self.code}/"

    def say(self, key: str, **places: object) -> str:
        """A word of the site."""
        return self.words[key].format(**places)

    def text(self, element: str, kind: str) -> str:
        """A text of the standard; in English, and marked, where the language has none."""
        said = str(self.release.elements[element].get(kind, ""))
        if self.is_english or not said:
            return said
        found = self._found(element, kind)
        if found is not None:
            return f"{found} *({self.say('stale')})*" if self._is_stale(element) else found
        return f'<span lang="en">{said}</span> *({self.say("english")})*'

    def plain(self, element: str, kind: str) -> str:
        """The same without a mark, for data."""
        found = None if self.is_english else self._found(element, kind)
        return found or str(self.release.elements[element].get(kind, ""))

    def has(self, element: str, kind: str) -> bool:
        """Whether the text is there in this language."""
        return self.is_english or self._found(element, kind) is not None

    def draft(self) -> str:
        """Who has looked at the language so far, in its own words."""
        review = self.parts["categories"].review
        key = f"review.{'reviewed' if review == 'reviewed' else 'machine_draft'}"
        said = self.parts["report"].entries[key].texts["say"]
        return said.format(language=self.name)

    def _found(self, element: str, kind: str) -> str | None:
        entry = self._entry(element)
        return entry.texts.get(kind) if entry else None

    def _entry(self, element: str) -> wording.Entry | None:
        at = wording.located(element)
        return self.parts[at[0]].entries.get(at[1]) if at else None

    def _is_stale(self, element: str) -> bool:
        """Whether the English was changed after it was translated."""
        entry, facts = self._entry(element), self.release.elements[element]
        now = {
            kind: " ".join(said.split()) for kind, said in facts.items() if isinstance(said, str)
        }
        return entry is not None and wording.is_stale(entry, now)


def read(schema: Path, release: Release) -> dict[str, Tongue]:
    """Every language by its tag, English first. Raises Refused when the site lacks a word of one."""
    folder = schema / "translations"
    names = {tag: each["name"] for tag, each in plain(folder / "languages.yaml").items()}
    words, searched = plain(folder / "site.yaml"), plain(folder / "search.yaml")
    for where, rows in (("site", words), ("search", searched["concepts"])):
        for key, told in rows.items():
            if set(told) != set(names):
                raise Refused(f"translations/{where}.yaml: {key} is not in every language")
    return {
        tag: Tongue(
            tag,
            name,
            {key: told[tag] for key, told in words.items()},
            _searched(searched, tag),
            _parts(folder / tag) if tag != ENGLISH else {},
            release,
        )
        for tag, name in names.items()
    }


def _parts(folder: Path) -> dict[str, wording.Part]:
    return {part: wording.read(folder / f"{part}.yaml") for part in wording.PARTS}


def _searched(told: Mapping[str, Any], tag: str) -> dict[str, str]:
    """The words of the concepts of each category."""
    return {
        code: ", ".join(
            word
            for concept in (*concepts, *told["everywhere"])
            for word in told["concepts"][concept][tag]
        )
        for code, concepts in told["categories"].items()
    }
