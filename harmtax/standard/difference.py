"""The typed difference of two versions, computed from what both say and told once, at its root."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harmtax.errors import BadUse
from harmtax.standard import record_differences, word_differences
from harmtax.standard.entries import Entry, between
from harmtax.standard.kinds import Difference
from harmtax.standard.metric_differences import Metrics
from harmtax.standard.pairing import pairs
from harmtax.standard.release import Release, number, split
from harmtax.standard.restated import restated
from harmtax.standard.rule_differences import Rules, causes


def differences(old: Release, new: Release) -> tuple[Difference, ...]:
    """What differs, in the order of the newer version; what is gone stands at the end.

    Names that changed are paired first (see `pairing`), so that a renamed code in ten rules is one
    difference. Raises BadUse when `old` is the newer one.
    """
    if number(old.version) > number(new.version):
        raise BadUse(f"{old.version} is newer than {new.version}; give the older version first")
    names = pairs(old, new)
    before = restated(old, names)
    fresh = {newer for older, newer in names.items() if split(older)[-1] != split(newer)[-1]}
    found = [
        *word_differences.renamed(names),
        *_without_renamed(_words(before, new, fresh, names), names),
        *record_differences.record_types(before, new, fresh),
    ]
    why = causes(found, before, new)
    rules = Rules(before, new, why)
    own = rules.found()
    moved = [cause.element for cause in why if cause.categories]
    metrics = Metrics(before, new, rules.whole, rules.rest, moved)
    found += [*own, *metrics.found()]
    found = [_with(each, rules.follows, metrics.follows) for each in _rooted(found)]
    place = {name: at for at, name in enumerate([*new.elements, *before.elements])}
    found.sort(key=lambda each: place.get(each.element, len(place)))
    return tuple(_declared(found, between(old, new)))


def _words(
    old: Release, new: Release, fresh: set[str], names: Mapping[str, str]
) -> Iterator[Difference]:
    yield from word_differences.categories(old, new)
    yield from word_differences.code_lists(old, new, fresh)
    yield from word_differences.formats(old, new)
    yield from word_differences.reworded(old, new, names)


def _without_renamed(found: Iterator[Difference], names: Mapping[str, str]) -> Iterator[Difference]:
    """An element that was renamed is there under its new name and was not deleted."""
    return (
        each for each in found if not (each.kind.endswith("_deleted") and each.element in names)
    )


def _rooted(found: list[Difference]) -> list[Difference]:
    """Without what says again what another difference says."""
    moved = {each.element for each in found if each.kind == "category_moved"}
    gone = {each.element for each in found if each.kind.endswith(("_retired", "_deleted"))}
    return [
        each
        for each in found
        # A category that moved in the tree moves in the order with it; what is retired says so.
        if not (each.kind == "precedence_changed" and each.element in moved)
        and not (each.kind in ("redefined", "reworded", "tier_changed") and each.element in gone)
    ]


def _with(each: Difference, *follows: Mapping[str, list[Difference]]) -> Difference:
    if each.kind in ("redefined", "reworded"):
        return each
    more = tuple(one for those in follows for one in those.get(each.element, ()))
    return each._replace(follows=(*each.follows, *more))


def _declared(found: list[Difference], entries: tuple[Entry, ...]) -> Iterator[Difference]:
    """Words change, and only people know whether the meaning did: their entry decides."""
    said: dict[str, set[str]] = {}
    for entry in entries:
        said.setdefault(entry.element, set()).add(entry.operation)
    for each in found:
        operations = said.get(each.element, set())
        if each.kind == "redefined" and "retitle" in operations and "redefine" not in operations:
            yield each._replace(kind="reworded")
        elif each.kind == "reworded" and "redefine" in operations:
            yield each._replace(kind="redefined")
        else:
            yield each
