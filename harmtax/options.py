"""The options that several commands share, with their words of help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

Sources = Annotated[
    tuple[str, ...], Parameter(help="Files, globs, folders, or - for standard input.")
]
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]
Quiet = Annotated[
    bool, Parameter(name=["--quiet", "-q"], negative="", help="Print nothing but errors.")
]
Lang = Annotated[
    str,
    Parameter(name=["--lang", "--language"], help="Language of the words, such as fr or zh-Hant."),
]
Out = Annotated[Path, Parameter(name=["--output", "-o"], help="Where the result goes.")]
RecordType = Annotated[
    str, Parameter(name="--record", help="Record type, such as incident or exposure.")
]
Look = Annotated[
    str,
    Parameter(name="--findings", help="text, json, ndjson, csv, sarif or annotations (for CI)."),
]
WaiverFile = Annotated[
    Path | None, Parameter(name="--waivers", help="TOML file that raises, lowers or waives rules.")
]
FormatName = Annotated[
    str | None, Parameter(name="--format", help="Format of the input; recognised if left out.")
]
DefaultsFile = Annotated[
    Path | None,
    Parameter(name="--defaults", help="TOML file of fields and values where records are silent."),
]
FailOn = Annotated[
    str,
    Parameter(name="--fail-on", help="Kinds of loss, separated by commas, that make it fail."),
]
Memory = Annotated[
    str | None,
    Parameter(name="--memory", help="Most memory that may be used, such as 2GB; needs --spill."),
]
Spill = Annotated[
    Path | None, Parameter(name="--spill", help="Folder for what does not fit into memory.")
]
