"""Publishing: the only gate outward. A publication is written as the files whose names ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from harmtax.errors import BadUse
from harmtax.figures.publication import Publication
from harmtax.figures.report import eu_template, flat, html, sdmx, workbook
from harmtax.files import replacing

Writer = Callable[[Publication, str, str], dict[str, bytes]]


class Look(NamedTuple):
    """How a publication is written: the ending of the file, what it is, and who writes it.

    `statutory` looks take what is exact by law and nothing else, all others never do.
    """

    ending: str
    title: str
    write: Writer
    statutory: bool = False


# The longer ending before the shorter one that it ends in.
LOOKS = (
    Look(".eu.zip", "EU transparency report template, CSV parts", eu_template.archive, True),
    Look(".eu.xlsx", "EU transparency report template, workbook", eu_template.workbook, True),
    Look(".sdmx.csv", "SDMX-CSV 2.0 with its structure", sdmx.files),
    Look(".csv", "observations as CSV", flat.csv_files),
    Look(".parquet", "observations as Parquet", flat.parquet_files),
    Look(".xlsx", "workbook, one sheet for each table", workbook.files),
    Look(".html", "report, one file to read", html.files),
)


def publish(
    publication: Publication, targets: Sequence[Path], *, language: str = "en"
) -> list[Path]:
    """Writes the publication to each target, whose name says how, and gives every file written.

    All files are made before the first is written, and the same publication gives the same bytes. Some
    looks write a second file beside the first. Raises BadUse for a name that asks for no look, a look
    that may not hold this publication, or a language without words; MissingExtra without xlsxwriter;
    Unreadable when a file cannot be written.
    """
    if not isinstance(publication, Publication):
        raise BadUse("only a publication is published: protect the observations first")
    if not targets:
        raise BadUse("name at least one file to write")
    chosen = [(Path(target), _look(Path(target), publication)) for target in targets]
    made: dict[Path, bytes] = {}
    for target, look in chosen:
        for name, content in look.write(publication, target.name, language).items():
            path = target.with_name(name)
            if path in made:
                raise BadUse(f"two files would be called {path}")
            made[path] = content
    with ExitStack() as stack:
        for path, content in made.items():
            stack.enter_context(replacing(path)).write(content)
    return list(made)


def _look(target: Path, publication: Publication) -> Look:
    name = target.name.casefold()
    for look in LOOKS:
        if name.endswith(look.ending):
            _allowed(look, publication)
            return look
    known = ", ".join(f"{look.ending} ({look.title})" for look in LOOKS)
    raise BadUse(f"{target.name}: the ending asks for no look; known: {known}")


def _allowed(look: Look, publication: Publication) -> None:
    if look.statutory and publication.basis is None:
        raise BadUse(
            f"{look.title} is exact by law: it takes a statutory publication, which names its legal basis"
        )
    if not look.statutory and publication.basis is not None:
        raise BadUse(
            f"this publication is exact by law ({publication.basis}) and is for the template of that law"
            f" alone; for {look.title} protect the observations"
        )
