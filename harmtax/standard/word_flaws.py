"""What is wrong with the titles and definitions of the standard."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import combinations

from harmtax._generated.lint import FILLERS
from harmtax.standard.flaws import Flaw
from harmtax.standard.release import Facts, Release, is_live, kind_of, split

WORD = re.compile(r"[0-9][0-9,.]*[0-9]|[^\W_]+")
# Endings of English words, so that one word counts as one in all of its forms.
ENDINGS = ("ing", "ed", "es", "s")
SHORTEST = 4
# What is compared with each other: elements of one kind, codes and fields only within their list or record.
LISTED = ("code", "field")


def flaws(told: Release, limits: Mapping[str, int]) -> Iterator[Flaw]:
    """Every flaw in words; `limits` are the thresholds by kind of flaw."""
    for name, facts in _live(told).items():
        yield from _missing(told, name, facts)
        yield from _title(name, facts, limits["long_title"])
    for group in _groups(told).values():
        yield from _like_titles(group)
        yield from _definitions(group, limits["overlapping_definitions"])
    yield from _twins(told)


def words(text: str) -> frozenset[str]:
    """The words of a text that tell something, each in its short form."""
    found = (word.casefold() for word in WORD.findall(text))
    return frozenset(_stem(word) for word in found if word not in FILLERS)


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            return word.removesuffix(ending)
    return word


def _live(told: Release) -> dict[str, Facts]:
    return {
        name: facts
        for name, facts in told.elements.items()
        if kind_of(name) != "kind" and is_live(facts)
    }


def _groups(told: Release) -> dict[str, dict[str, Facts]]:
    found: dict[str, dict[str, Facts]] = {}
    for name, facts in _live(told).items():
        kind = kind_of(name)
        group = "/".join(split(name)[:2]) if kind in LISTED else kind
        found.setdefault(group, {})[name] = facts
    return found


def definition(facts: Facts) -> str:
    """What an element means: its definition, or what a rule says."""
    return str(facts.get("definition") or facts.get("says") or "")


def _missing(told: Release, name: str, facts: Facts) -> Iterator[Flaw]:
    kind = kind_of(name)
    if kind != "rule" and not facts.get("title"):
        yield Flaw("missing_words", name, "the title is missing")
    # What is only named, such as countries and formats, has no definitions in its list at all.
    if not definition(facts) and kind != "format" and not _is_of_names(told, name):
        yield Flaw("missing_words", name, "the definition is missing")


def _is_of_names(told: Release, name: str) -> bool:
    if kind_of(name) != "code":
        return False
    listed = told.below("/".join(split(name)[:2]))
    return not any(definition(each) for each in listed.values())


def _title(name: str, facts: Facts, limit: int) -> Iterator[Flaw]:
    title, means = str(facts.get("title", "")), definition(facts)
    if len(title) > limit:
        yield Flaw("long_title", name, f"it has {len(title)} characters, and {limit} is the limit")
    if title and means and words(means) <= words(title):
        yield Flaw("circular_definition", name, f'"{title}" is defined as "{means}"')


def _like_titles(group: Mapping[str, Facts]) -> Iterator[Flaw]:
    first: dict[str, str] = {}
    for name, facts in group.items():
        title = str(facts.get("title", ""))
        plain = " ".join(WORD.findall(title.casefold()))
        if plain and plain in first:
            other = str(group[first[plain]]["title"])
            yield Flaw("like_titles", name, f'"{title}" stands beside "{other}"', (first[plain],))
        first.setdefault(plain, name)


def _definitions(group: Mapping[str, Facts], limit: int) -> Iterator[Flaw]:
    told = {name: definition(facts) for name, facts in group.items() if definition(facts)}
    spoken = {name: words(text) for name, text in told.items()}
    counts = Counter(word for each in spoken.values() for word in each)
    weights = {word: math.log(1 + len(spoken) / count) for word, count in counts.items()}
    for one, other in combinations(told, 2):
        if _plain(told[one]) == _plain(told[other]):
            yield Flaw("equal_definitions", other, f'both say "{told[other]}"', (one,))
            continue
        share = _share(spoken[one], spoken[other], weights)
        if share >= limit:
            yield Flaw(
                "overlapping_definitions",
                other,
                f"{share} % of their weight is shared with {one}",
                (one,),
            )


def _plain(text: str) -> str:
    return " ".join(WORD.findall(text.casefold()))


def _share(one: Collection[str], other: Collection[str], weights: Mapping[str, float]) -> int:
    """The weight of the words in both of the weight of the words in either, in whole per cent."""
    # Sorted, since a sum of fractions depends on its order in the last digit.
    both = sum(weights[word] for word in sorted({*one} & {*other}))
    either = sum(weights[word] for word in sorted({*one} | {*other}))
    return int(100 * both / either) if either else 0


def _twins(told: Release) -> Iterator[Flaw]:
    """Lists of more than one code that have the same codes, whatever these mean in each."""
    first: dict[frozenset[str], str] = {}
    for name in told.of("code list"):
        codes = {code: each for code, each in told.below(name).items() if is_live(each)}
        key = frozenset(codes)
        if len(key) > 1 and key in first:
            other = told.below(first[key])
            apart = [code for code in codes if definition(codes[code]) != definition(other[code])]
            how = f"{', '.join(apart)} with other definitions" if apart else "with the same words"
            yield Flaw(
                "twin_lists", name, f"it has the codes of {first[key]}, {how}", (first[key],)
            )
        first.setdefault(key, name)
