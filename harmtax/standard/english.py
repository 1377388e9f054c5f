"""The English texts of an element of the standard, and their digest; the ground that needs no table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

KINDS = ("title", "definition", "includes", "excludes", "says", "do")
# Elements whose words are names that others gave.
UNTRANSLATED = ("formats",)


def texts_of(element: str, facts: Mapping[str, object]) -> dict[str, str]:
    """The texts to translate of an element of `standard.json`, by kind; none for a foreign format."""
    if element.partition("/")[0] in UNTRANSLATED:
        return {}
    return {kind: spaced(str(facts[kind])) for kind in KINDS if facts.get(kind)}


def digest(texts: Mapping[str, str]) -> str:
    """A short digest of English texts; line breaks and the order of the kinds change nothing."""
    told = {kind: spaced(texts[kind]) for kind in sorted(texts)}
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:8]


def spaced(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())
