"""A sample of incidents, requests and exposures of four invented platforms, the same from the same seed.

Nothing in it happened. Some lines carry planted faults, so that a quarantine has something to hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import msgspec

from harmtax._generated.constraints import VERSION
from harmtax._generated.models import Incident
from harmtax.sampling.faults import broken_row, field_words, row_rules
from harmtax.sampling.rows import RandomChooser, draw_row
from harmtax.shapes import Field

SEED = 2026
# How many incidents each platform reports, and how many views it shows in a quarter.
PLATFORMS = {
    "north-video": (1_200, 940_000_000),
    "south-social": (950, 610_000_000),
    "east-images": (700, 88_000_000),
    "west-chat": (350, 12_000_000),
}
QUARTERS = ((date(2026, 1, 1), date(2026, 3, 31)), (date(2026, 4, 1), date(2026, 6, 30)))
# One record in so many has a fault, and one in so many of those is no JSON at all.
FAULTY, UNREADABLE = 60, 10
# One request for so many incidents.
REQUESTED = 3


def incident_lines() -> Iterator[bytes]:
    """The incidents as NDJSON lines, planted faults among them."""
    random = Random(SEED)
    for place, (platform, number) in enumerate(_planned()):
        pins = _pins(platform, number)
        yield (
            _faulty(random, pins, place) if place % FAULTY == FAULTY - 1 else _sound(random, pins)
        )


def exposures() -> Iterator[dict[str, Any]]:
    """Views and ad impressions per platform and quarter; one platform reports no ad impressions."""
    random = Random(SEED)
    for platform, (_, views) in PLATFORMS.items():
        for first, last in QUARTERS:
            seen = int(views * random.uniform(0.95, 1.1))
            measures = {
                "views_total": seen,
                "views_violating": int(seen * random.uniform(2e-4, 9e-4)),
            }
            if platform != "west-chat":
                shown = seen // 5
                measures["ad_impressions_total"] = shown
                measures["ad_impressions_violating"] = int(shown * random.uniform(1e-5, 2e-4))
            for measure, value in measures.items():
                yield draw_row(
                    "Exposure",
                    RandomChooser(random),
                    {
                        "reporter_id": platform, "service_id": f"{platform}-main", "revision": 1,
                        "period_start": first.isoformat(), "period_end": last.isoformat(),
                        "surface": None, "category": None, "content_language": None, "scope": None,
                        "measure": measure, "value": value, "method": "census",
                    },
                )  # fmt: skip


def requests() -> Iterator[dict[str, Any]]:
    """Notices and statutory requests for removal, answered within days; a few miss their deadline."""
    random = Random(SEED + 1)
    for platform, (count, _) in PLATFORMS.items():
        for number in range(count // REQUESTED):
            yield _request(random, platform, number)


def _request(random: Random, platform: str, number: int) -> dict[str, Any]:
    received = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=random.randrange(160 * 86_400))
    # Most are answered within hours, a few take days.
    hours = min(random.lognormvariate(2.6, 1.0), 400.0)
    decided = received + timedelta(seconds=int(hours * 3600) + 60)
    statutory = number % 2 == 0
    channel = "statutory_removal_request" if statutory else "article_16_notice"
    told: dict[str, Any] = {
        "reporter_id": platform, "service_id": f"{platform}-main", "revision": 1,
        "request_id": f"{platform}-r{number + 1:05d}", "request_channel": channel,
        "requester_role": "depicted_person", "category": random.choice(("IIA-NUD", "IIA-DFK")),
        "item_count": 1, "items_actioned_count": 1, "validity": "valid", "outcome": "actioned_fully",
        "received_at": _time(received), "valid_at": _time(received),
        "decided_at": _time(decided), "effected_at": _time(decided + timedelta(minutes=5)),
        "action_ground": "incompatible_content", "automated_processing": "partially_automated",
        "clock_regime": "us_take_it_down" if statutory else "none",
    }  # fmt: skip
    if statutory:
        told["deadline_at"] = _time(received + timedelta(hours=48))
    return {"harmtax_version": VERSION} | told


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _planned() -> Iterator[tuple[str, int]]:
    for platform, (count, _) in PLATFORMS.items():
        for number in range(count):
            yield platform, number


def _pins(platform: str, number: int) -> dict[str, object]:
    return {
        "incident_id": f"{platform}-{number + 1:05d}",
        "reporter_id": platform,
        "service_id": f"{platform}-main",
        "revision": 1,
    }


def _chooser(random: Random) -> RandomChooser:
    first, last = QUARTERS[0][0], QUARTERS[-1][1]
    days = (_days(first), _days(last))
    seconds = (days[0] * 86_400, days[1] * 86_400)
    # Restrictions end later than anything happens, so that no end draws its action into another year.
    ends = {f.name: (days[1] + 1, days[1] + 365) for f in Incident.table().fields if _is_end(f)}
    spans = ends | {
        "content_date": days,
        "actioned_at": seconds,
        "reinstated_at": seconds,
        "views_before_action": (0, 40_000),
    }
    return RandomChooser(random, **_habits(), spans=spans)


@cache
def _habits() -> dict[str, Any]:
    """How often each code and each optional field occurs in the sample."""
    return dict(json.loads((files("harmtax") / "data" / "sample.json").read_text(encoding="utf-8")))


def _is_end(field: Field) -> bool:
    return field.kind == "date" and field.name.startswith("end_")


def _days(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _sound(random: Random, pins: dict[str, object]) -> bytes:
    return msgspec.json.encode(draw_row("Incident", _chooser(random), pins)) + b"\n"


def _faulty(random: Random, pins: dict[str, object], place: int) -> bytes:
    if place // FAULTY % UNREADABLE == UNREADABLE - 1:
        return _sound(random, pins)[:-20] + b"\n"
    words = (*field_words("Incident"), *row_rules("Incident"))
    word = words[place // FAULTY % len(words)]
    # A fault may be about the revision, so that one is left open.
    free = {name: value for name, value in pins.items() if name != "revision"}
    return msgspec.json.encode(broken_row("Incident", word, _chooser(random), free)) + b"\n"
