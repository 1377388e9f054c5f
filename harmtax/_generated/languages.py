"""The languages of the standard by their tags.

Written by schema/build.py from schema/; do not edit.
"""

from __future__ import annotations

from harmtax.shapes import Language

LANGUAGES: dict[str, Language] = {
    "en": Language(name="English", group=",", point=".", review="source"),
    "fr": Language(name="Français", group=" ", point=",", review="machine_draft"),
    "de": Language(name="Deutsch", group=".", point=",", review="machine_draft"),
    "it": Language(name="Italiano", group=".", point=",", review="machine_draft"),
    "ko": Language(name="한국어", group=",", point=".", review="machine_draft"),
    "zh-Hant": Language(name="繁體中文", group=",", point=".", review="machine_draft"),
    "id": Language(name="Bahasa Indonesia", group=".", point=",", review="machine_draft"),
    "ms": Language(name="Bahasa Melayu", group=",", point=".", review="machine_draft"),
}
