"""The reference of the command line, from the commands themselves."""

from __future__ import annotations

import re

from schema.site.page import Page

# A table of contents stands beside every page already.
_CONTENTS = re.compile(r"## Table of Contents\n.*?(?=\n\*\*|\n## )", re.DOTALL)


def page() -> Page:
    """One page with every verb, its arguments and its options."""
    from harmtax.cli import app

    told = app.generate_docs()
    told = _CONTENTS.sub("", told).replace("# harmtax\n", "# Commands\n", 1)
    return Page("commands.md", "Commands", told, "command")
