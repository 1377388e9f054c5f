"""Prints the standard as the schema says it now, as one JSON map; see `schema.writers.standard`.

Usage: python -m schema.snapshot

Only what people write about the standard itself is read: crosswalks, translations and the corpus need not
have followed yet. So the gate can judge a change before everything that depends on it is mended. Exit
code 1, with file and element named, when the schema itself is refused.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from schema.writers import changes, metrics, standard
from schema.writers.plan import load
from schema.writers.source import Refused

HOME = Path(__file__).resolve().parent


def main() -> int:
    try:
        plan = load(HOME / "harmtax.yaml")
        measured = metrics.read(plan, HOME / "metrics.yaml")
        told = standard.snapshot(plan, HOME, measured)
        changes.in_form(told["changes"])
    except Refused as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    print(json.dumps(told, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
