"""Incidents of about 1 KB as NDJSON lines: valid, drawn with a seed, as many as one likes.

Drawing a row takes half a millisecond, so some rows are drawn and every line is a stamped copy of one of
them: an identifier of its own, other days, another time of the action, other views, other texts. All days
of a row move together, which keeps every order of times that the rules demand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from random import Random
from typing import Any, NamedTuple

import msgspec

from harmtax._generated.models import Incident
from harmtax.sample import PLATFORMS
from harmtax.sampling.rows import RandomChooser, draw_row

BASES = 2_000
# Bytes of a line: the mean, and how far most lines may be from it.
SIZE, SPREAD = 1_060, 120
# Bytes that the stamps add to a row as it was drawn.
STAMPED = 20
# A line has texts even where that makes it longer than wished.
LEAST = 2
SENTENCES = 8_000
# So many days are spread over the lines; the rows themselves are drawn in the days before.
DAYS = 240
DRAWN = (date(2026, 1, 1), date(2026, 2, 28))
# The share of rows that may draw a warning, and of those times that have a fraction of a second.
LENIENT, FRACTIONS = 0.05, 0.25
EXPLANATION, FACTS = "ground_explanation", "decision_facts"
SHARES = {
    "content_language": 0.6, "territorial_scope": 0.4, "depicted_role": 0.4, "targeted_group": 0.3,
    "request_id": 0.25, "matched_programme": 0.1, "generating_service_id": 0.1,
}  # fmt: skip
TEXT = """
    a account action against agreed all an and annex appeal applied applies as assessed because been
    before both by case checked claim clause code complaint concerns confirmed context covered decided
    decision described does during evidence examined explained fact falls first for found from given
    ground guideline has imagery in internal is item known label later law limited list manual matter
    measure moderator no not notice of on once one or our paragraph part platform policy present prior
    provision public queue reason record referred report restriction review reviewed rule scope second
    section service set shown stated statement status step synthetic team terms that the therefore this
    to trained two under until upheld user was weighed were which with within without written
    Abschnitt Nutzungsbedingungen Prüfung ausgewählt décision règle révisée términos revisión
    ketentuan peninjauan 조항 검토 條款 決定 правила решение
"""
WORDS = TEXT.split()

_HOLE = re.compile(b'"\xee\x80\x80([a-z_]+)"')

Stamp = Callable[[int, int, Callable[[], float]], bytes]


class Template(NamedTuple):
    """A drawn row as the pieces of its JSON text, and what to stamp between them."""

    text: bytes
    stamps: tuple[Stamp, ...]


def incidents(seed: int, count: int) -> Iterator[bytes]:
    """`count` lines of NDJSON, each a valid incident; no two share an identifier.

    The same seed gives the same lines, and a smaller count the first of them.
    """
    bases = templates(seed)
    chance = Random(seed).random
    for number in range(count):
        text, stamps = bases[int(chance() * BASES)]
        days = int(chance() * DAYS)
        yield text % tuple([stamp(number, days, chance) for stamp in stamps])


@lru_cache(maxsize=4)
def templates(seed: int) -> tuple[Template, ...]:
    """The rows that all lines of a seed are copies of."""
    random = Random(seed)
    return tuple(_template(_row(random), random) for _ in range(BASES))


def _row(random: Random) -> dict[str, Any]:
    platform = list(PLATFORMS)[int(random.random() * len(PLATFORMS))]
    pins = {
        "reporter_id": platform, "service_id": f"{platform}-main", "incident_id": "x",
        "revision": 1 if random.random() < 0.97 else 2, EXPLANATION: "x", FACTS: "x",
    }  # fmt: skip
    return draw_row("Incident", _chooser(random), pins, clean=random.random() >= LENIENT)


def _chooser(random: Random) -> RandomChooser:
    habits = _habits()
    first, last = ((day - date(1970, 1, 1)).days for day in DRAWN)
    spans = {
        "content_date": (first, last),
        "actioned_at": (first * 86_400, last * 86_400),
        "views_before_action": (0, 40_000),
    }
    shares = {**habits["shares"], **SHARES}
    return RandomChooser(random, weights=habits["weights"], shares=shares, spans=spans)


@cache
def _habits() -> dict[str, Any]:
    """The sample's own habits: how often each code and each optional field occurs."""
    return dict(json.loads((files("harmtax") / "data" / "sample.json").read_text(encoding="utf-8")))


# --- stamps -----------------------------------------------------------------------------------------


def _template(row: dict[str, Any], random: Random) -> Template:
    kinds = {field.name: field.kind for field in Incident.table().fields}
    stamps: dict[str, Stamp] = {"incident_id": _identifier}
    for name, value in row.items():
        if kinds[name] == "date":
            stamps[name] = _day_of(date.fromisoformat(value))
        elif kinds[name] == "time":
            stamps[name] = _moment_of(datetime.fromisoformat(value), name == "actioned_at")
    if "views_before_action" in row:
        stamps["views_before_action"] = _views
    free = SIZE + int((random.random() * 2 - 1) * SPREAD) - len(msgspec.json.encode(row)) - STAMPED
    many = max(LEAST, round(free / _mean()))
    stamps[EXPLANATION] = _words(many // 3 or 1)
    stamps[FACTS] = _words(many - (many // 3 or 1))
    return _cut(row, stamps)


def _cut(row: dict[str, Any], stamps: dict[str, Stamp]) -> Template:
    marked = {name: f"\ue000{name}" if name in stamps else value for name, value in row.items()}
    text = msgspec.json.encode(marked).replace(b"%", b"%%")
    names = [name.decode() for name in _HOLE.findall(text)]
    return Template(_HOLE.sub(b"%b", text) + b"\n", tuple(stamps[name] for name in names))


def _identifier(number: int, days: int, chance: Callable[[], float]) -> bytes:
    # An odd factor visits every value once, so that identifiers are scattered and yet never repeat.
    return b'"case-%012x"' % ((number * 0x9E3779B97F4B + 0x2026) % 2**48)


def _views(number: int, days: int, chance: Callable[[], float]) -> bytes:
    # Most items are seen by few and a few by very many.
    return b"%d" % int(10 ** (chance() * 6) - 1)


def _day_of(day: date) -> Stamp:
    first = day.toordinal()
    return lambda number, days, chance: b'"%b"' % _day(first + days)


def _moment_of(moment: datetime, free: bool) -> Stamp:
    first, second = moment.toordinal(), moment.hour * 3600 + moment.minute * 60 + moment.second
    if not free:
        return lambda number, days, chance: b'"%bT%bZ"' % (_day(first + days), _clock(second))

    def stamp(number: int, days: int, chance: Callable[[], float]) -> bytes:
        # Earlier on the same day, so that whatever came after the action still does.
        earlier = int(chance() * second)
        fraction = b".%03d" % int(chance() * 1000) if second and chance() < FRACTIONS else b""
        return b'"%bT%b%bZ"' % (_day(first + days), _clock(earlier), fraction)

    return stamp


@cache
def _day(ordinal: int) -> bytes:
    return date.fromordinal(ordinal).isoformat().encode()


@cache
def _clock(second: int) -> bytes:
    return b"%02d:%02d:%02d" % (second // 3600, second // 60 % 60, second % 60)


# --- texts ------------------------------------------------------------------------------------------


def _words(many: int) -> Stamp:
    pool, last = sentences(), SENTENCES - many

    def stamp(number: int, days: int, chance: Callable[[], float]) -> bytes:
        at = int(chance() * last)
        return b'"%b"' % b" ".join(pool[at : at + many])

    return stamp


@cache
def sentences() -> tuple[bytes, ...]:
    """Sentences without sense, as they stand inside a JSON text; some need an escape."""
    random = Random(SENTENCES)
    return tuple(msgspec.json.encode(_sentence(random))[1:-1] for _ in range(SENTENCES))


@cache
def _mean() -> float:
    return sum(map(len, sentences())) / SENTENCES + 1


def _sentence(random: Random) -> str:
    words = [WORDS[int(random.random() * len(WORDS))] for _ in range(4 + int(random.random() * 9))]
    if random.random() < 0.1:
        words[-1] = f'"{words[-1]}"'
    end = ".\n" if random.random() < 0.05 else "."
    return " ".join(words).capitalize() + end
