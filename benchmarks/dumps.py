"""A daily dump in the real layout: statements as platforms file them, the same ones for the same seed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from harmtax._generated.foreign import FORMATS
from harmtax.files import replacing
from harmtax.standard import crosswalk

FORMAT = FORMATS["dsa_v2"]
NAMES = [column.name for column in FORMAT.columns]
# Platforms repeat their wording: so many templates of a text, some with a part of its own.
TEMPLATES, PLATFORMS, DAYS = 4_000, 60, 30
# The category that only a notice may have, and that is refused beside own initiative.
[NOTICE] = [each.code for each in crosswalk.translate("UNS", "dsa")]
_WORDS = (
    "the item was found to break the rule that is named after a review by trained staff and with the"
    " help of automated means the account holder was told how to object within six months"
)


def dump(folder: Path, rows: int) -> Path:
    """A dump of so many statements in the folder; an earlier one of the same size is taken as it is."""
    path = folder / f"sor-global-2025-07-01-full-{rows}.csv"
    if not path.exists():
        with replacing(path, parents=True) as stream:
            stream.write((",".join(NAMES) + "\n").encode())
            for lines in _chunks(_statements(rows, Random(7))):
                stream.write(lines)
    return path


def _chunks(rows: Iterator[list[str]]) -> Iterator[bytes]:
    import io

    while True:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        count = 0
        for row in rows:
            writer.writerow(row)
            count += 1
            if count == 10_000:
                break
        if not count:
            return
        yield text.getvalue().encode()


def _statements(rows: int, random: Random) -> Iterator[list[str]]:
    texts = [_text(random) for _ in range(TEMPLATES)]
    for number in range(rows):
        row = _statement(number, random, texts)
        yield [row.get(name, "") for name in NAMES]


def _text(random: Random) -> str:
    words = random.choices(_WORDS.split(), k=random.randint(12, 60))
    end = random.choice(["", ", see section 4", ' ("house rules")'])
    # One real statement in six names the address of its rule.
    end += " https://example.org/rules" if random.random() < 1 / 6 else ""
    return " ".join(words).capitalize() + end


def _statement(number: int, random: Random, texts: list[str]) -> dict[str, str]:
    platform = random.randrange(PLATFORMS)
    day = f"2025-07-{1 + random.randrange(DAYS):02d} 00:00:00"
    ground = random.choice(_codes("decision_ground"))
    kind = "illegal_content" if ground == _codes("decision_ground")[0] else "incompatible_content"
    text = random.choice(texts)
    # One text in five tells something of its own.
    facts = f"{text} Case {number}." if random.random() < 0.2 else text
    category = random.choice([code for code in _codes("category") if code != NOTICE])
    # In the database 2.4 % of all statements carry a keyword.
    words = random.sample(_codes("category_specification"), 1) if random.random() < 0.024 else []
    return {
        "uuid": f"{number:08x}-{random.getrandbits(16):04x}-4000-8000-{random.getrandbits(48):012x}",
        "decision_visibility": json.dumps([random.choice(_codes("decision_visibility")[:6])]),
        "decision_ground": ground,
        f"{kind}_{'legal_ground' if kind == 'illegal_content' else 'ground'}": texts[platform][
            :120
        ],
        f"{kind}_explanation": text,
        "category": category,
        "category_specification": json.dumps(words) if words else "",
        "content_type": json.dumps([random.choice(_codes("content_type")[2:6])]),
        "content_language": random.choice(_codes("content_language")[:24]),
        "content_date": day,
        "territorial_scope": json.dumps(
            list(_codes("territorial_scope")[: random.choice([1, 27, 30])])
        ),
        "application_date": day,
        "decision_facts": facts,
        "source_type": random.choice(_codes("source_type")[1:]),
        "automated_detection": random.choice(_codes("automated_detection")),
        "automated_decision": random.choice(_codes("automated_decision")),
        "platform_name": f"Platform {platform}, Ltd.",
        "platform_uid": f"p{platform}-{number:x}-{random.getrandbits(32):08x}",
        "created_at": day.replace("00:00:00", f"{random.randrange(24):02d}:10:05"),
    }


def _codes(column: str) -> tuple[str, ...]:
    codes = next(each.codes for each in FORMAT.columns if each.name == column)
    return FORMAT.codes[str(codes)]
