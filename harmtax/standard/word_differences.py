"""What differs in categories, code lists and formats, and in the words of everything."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count

from harmtax.standard.kinds import Difference
from harmtax.standard.release import Facts, Release, is_live, kind_of, split

# The words that say what something means, and all others.
MEANING = ("definition", "includes", "excludes", "notes")
WORDS = (*MEANING, "title", "says", "do", "source", "meaning")
NOUNS = {"code list": "list", "record type": "record_type"}


def renamed(names: Mapping[str, str]) -> Iterator[Difference]:
    """The elements that have another name; what only moved with its list or record type has not."""
    for old, new in names.items():
        if split(old)[-1] != split(new)[-1]:
            yield Difference(f"{noun(old)}_renamed", new, ("name",), old, new, was=old)


def noun(name: str) -> str:
    """What an element is, as the kinds of differences call it."""
    kind = kind_of(name)
    return NOUNS.get(kind, kind)


def reworded(old: Release, new: Release, names: Mapping[str, str]) -> Iterator[Difference]:
    """Elements of both versions with other words; whether the meaning changed no text can tell.

    A text that only mentions something by its newer name says the same.
    """
    same = _Mentions(names)
    for name, facts in new.elements.items():
        before = old.elements.get(name)
        if before is None:
            continue
        facts_changed = tuple(
            word for word in WORDS if not same.holds(before.get(word), facts.get(word))
        )
        if facts_changed:
            means = any(word in MEANING for word in facts_changed)
            yield Difference(
                "redefined" if means else "reworded", name, facts_changed,
                {word: before.get(word) for word in facts_changed},
                {word: facts.get(word) for word in facts_changed},
            )  # fmt: skip


class _Mentions:
    """Texts that are the same but for the names that changed."""

    def __init__(self, names: Mapping[str, str]) -> None:
        pairs = {split(old)[-1]: split(new)[-1] for old, new in names.items()}
        self.newer = {old: new for old, new in pairs.items() if old != new}
        told = sorted(map(re.escape, self.newer), key=len, reverse=True)
        self.any = re.compile(rf"(?<![\w-])({'|'.join(told)})(?![\w-])") if told else None

    def holds(self, before: object, after: object) -> bool:
        """Whether two texts say the same, wherever either has the old name or the new one."""
        return before == after or self._newest(before) == self._newest(after)

    def _newest(self, text: object) -> object:
        if self.any is None or not isinstance(text, str):
            return text
        return self.any.sub(lambda found: self.newer[found[1]], text)


def categories(old: Release, new: Release) -> Iterator[Difference]:
    """What differs in the tree, its order and its tiers."""
    for name in new.of("category"):
        facts = new.elements[name]
        if name not in old.elements:
            if is_live(facts):
                kind = "category_added" if _is_below(old, facts) else "top_category_added"
                yield Difference(kind, name, after=facts["parent"])
            continue
        before = old.elements[name]
        yield from _status(name, before, facts, "category")
        if before["parent"] != facts["parent"]:
            yield Difference("category_moved", name, ("parent",), before["parent"], facts["parent"])
        yield from _tier(name, before, facts)
    yield from _deleted(old, new, "category")
    yield from _precedence(old, new)


def _is_below(old: Release, facts: Facts) -> bool:
    return facts["parent"] is not None and f"categories/{facts['parent']}" in old.elements


def _status(name: str, before: Facts, facts: Facts, noun: str) -> Iterator[Difference]:
    if is_live(before) and not is_live(facts):
        yield Difference(f"{noun}_retired", name, ("status",), None, facts.get("replaced_by"))
    elif is_live(facts) and not is_live(before):
        yield Difference(f"{noun}_revived", name, ("status",), "retired", "active")


def _deleted(old: Release, new: Release, kind: str) -> Iterator[Difference]:
    for name in old.of(kind):
        listed = "/".join(split(name)[:2])
        if name not in new.elements and (kind == "category" or listed in new.elements):
            yield Difference(f"{kind}_deleted", name, before=old.elements[name]["title"])


def _tier(name: str, before: Facts, facts: Facts) -> Iterator[Difference]:
    told = tuple(w for w in ("base_tier", "absolute_floor") if before[w] != facts[w])
    shared = before["tiers"].keys() & facts["tiers"].keys()
    if told or any(before["tiers"][how] != facts["tiers"][how] for how in shared):
        words = told or ("tiers",)
        yield Difference(
            "tier_changed", name, words,
            {word: before[word] for word in words}, {word: facts[word] for word in words},
        )  # fmt: skip


def _precedence(old: Release, new: Release) -> Iterator[Difference]:
    before, after = (
        [split(name)[1] for name in each.of("category") if is_live(each.elements[name])]
        for each in (old, new)
    )
    for code in out_of_order(before, after):
        place = after.index(code)
        yield Difference(
            "precedence_changed", f"categories/{code}", ("order",), before.index(code) + 1,
            place + 1, note=f"it stands {_beside(after, place)}",
        )  # fmt: skip


def _beside(codes: Sequence[str], place: int) -> str:
    return f"after {codes[place - 1]}" if place else "first"


def code_lists(old: Release, new: Release, fresh: Collection[str]) -> Iterator[Difference]:
    """What differs in code lists and their codes; `fresh` are names that others had before."""
    for name in new.of("code list"):
        if name not in old.elements:
            yield Difference("list_added", name, after=sorted(new.below(name)))
            continue
        before, after = old.below(name), new.below(name)
        for code, facts in after.items():
            yield from _code(f"{name}/{code}", before.get(code), facts)
        # What got another name may stand elsewhere.
        known = [code for code in before if f"{name}/{code}" not in fresh]
        if out_of_order(known, list(after)):
            yield Difference("list_reordered", name, ("order",), list(before), list(after))
    for name in old.of("code list"):
        if name not in new.elements:
            yield Difference("list_removed", name, before=sorted(old.below(name)))
    yield from _deleted(old, new, "code")


def _code(name: str, before: Facts | None, facts: Facts) -> Iterator[Difference]:
    if before is None:
        # A code that came and went between the two versions was never in either.
        if is_live(facts):
            yield Difference("code_added", name)
        return
    yield from _status(name, before, facts, "code")
    if not is_live(facts):
        return
    was, now = before.get("alone", False), facts.get("alone", False)
    if was != now:
        kind = "code_stands_alone" if now else "code_joins_others"
        yield Difference(kind, name, ("alone",), was, now)
    told = tuple(word for word in ("unit", "upper") if before.get(word) != facts.get(word))
    if told:
        yield Difference(
            "code_measured_otherwise", name, told,
            {word: before.get(word) for word in told}, {word: facts.get(word) for word in told},
        )  # fmt: skip


def formats(old: Release, new: Release) -> Iterator[Difference]:
    """Formats that came and went."""
    for name in new.of("format"):
        if name not in old.elements:
            yield Difference("format_added", name)
    for name in old.of("format"):
        if name not in new.elements:
            yield Difference("format_removed", name)


def out_of_order(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The fewest names of both sequences that have to move to turn one order into the other."""
    place = dict(zip(before, count()))
    common = [name for name in after if name in place]
    kept = _ascending([place[name] for name in common])
    return [name for name in common if place[name] not in kept]


def _ascending(numbers: Sequence[int]) -> Collection[int]:
    """The longest ascending sequence among the numbers, the first of equal ones."""
    best: list[list[int]] = []
    for number in numbers:
        before = [sequence for sequence in best if sequence[-1] < number]
        best.append([*max(before, key=len), number] if before else [number])
    longest: list[int] = max(best, key=len) if best else []
    return set(longest)
