"""Turns the schema into everything that is generated from it: tables, models, exports, reference.

Usage: python -m schema.build [--check]

Without arguments every generated file is written. With --check nothing is written; the command fails
and shows a diff when a generated file is stale. The schema is refused, with file and element named,
when it holds a construct that some output would not carry. Nothing reaches the network.
"""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from schema.writers import (
    changes,
    context,
    foreign,
    history,
    jsonschema,
    lint,
    machinetag,
    metrics,
    models,
    passages,
    reference,
    sample,
    skos,
    standard,
    sums,
    tables,
    tabular,
    template,
    translations,
    typescript,
    verdicts,
)  # fmt: skip
from schema.writers.plan import Plan, load
from schema.writers.source import Refused

HOME = Path(__file__).resolve().parent.parent
OWNED = ("harmtax/_generated", "exports/next", "docs/reference")
DIFF_LINES = 60


def build(home: Path = HOME) -> dict[str, bytes]:
    """Every generated file by its path, in memory. Raises Refused."""
    plan = load(home / "schema" / "harmtax.yaml")
    files = _texts(plan, home)
    return dict(sorted((files | sums.write(files)).items()))


def _texts(plan: Plan, home: Path) -> dict[str, bytes]:
    texts: dict[str, str] = {}
    measured = metrics.read(plan, home / "schema" / "metrics.yaml")
    judging = verdicts.read(home / "schema" / "verdicts.yaml")
    for part in (
        tables.write(plan),
        models.write(plan),
        foreign.write(plan, home / "schema"),
        metrics.write(plan, home / "schema" / "metrics.yaml"),
        jsonschema.write(plan, home / "schema" / "harmtax.yaml"),
        context.write(plan),
        skos.write(plan, translations.fresh(plan, home / "schema", measured)),
        tabular.write(plan),
        typescript.write(plan),
        machinetag.write(plan),
        changes.write(plan, home / "schema", measured),
        passages.write(plan, home / "schema", measured),
        standard.write(plan, home / "schema", measured),
        template.write(plan, home / "schema", measured),
        translations.write(plan, home / "schema", measured),
        verdicts.write(judging),
        history.write(
            home / "exports", standard.snapshot(plan, home / "schema", measured), judging
        ),
        lint.write(
            home / "schema" / "lint.yaml",
            standard.snapshot(plan, home / "schema", measured)["elements"].keys(),
        ),
        reference.write(plan, measured),
    ):
        texts |= part
    encoded = {path: text.encode() for path, text in texts.items()}
    return encoded | sample.write(plan, home / "tests" / "conformance" / "valid")


def write(files: Mapping[str, bytes], home: Path = HOME) -> None:
    """Writes what differs, and removes what is generated no more."""
    for path in stale(files, home):
        target = home / path
        if path in files:
            _replace(target, files[path])
        else:
            target.unlink()


def stale(files: Mapping[str, bytes], home: Path = HOME) -> list[str]:
    """The paths whose file on disk is missing, different or no longer generated."""
    there = {
        str(path.relative_to(home))
        for folder in OWNED
        for path in (home / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    wrong = [p for p in files if p not in there or (home / p).read_bytes() != files[p]]
    return sorted({*wrong, *(there - files.keys())})


def difference(path: str, files: Mapping[str, bytes], home: Path = HOME) -> str:
    """A readable diff of one file on disk against what the schema says now."""
    target = home / path
    old = target.read_bytes() if target.exists() else b""
    new = files.get(path, b"")
    try:
        before, after = old.decode().splitlines(), new.decode().splitlines()
    except UnicodeDecodeError:
        return f"{path}: binary, {len(old)} bytes on disk, {len(new)} bytes generated"
    lines = list(
        difflib.unified_diff(before, after, f"{path} (on disk)", f"{path} (schema)", "", "", 2, "")
    )
    cut = [f"... {len(lines) - DIFF_LINES} more lines"] if len(lines) > DIFF_LINES else []
    return "\n".join(line[:200] for line in (*lines[:DIFF_LINES], *cut))


def _replace(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(name, 0o644)
    os.replace(name, target)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail when a generated file is stale")
    check = parser.parse_args().check
    try:
        files = build()
    except Refused as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    old = stale(files)
    if check:
        for path in old:
            print(difference(path, files))
        print(f"{len(files)} generated files, {len(old)} stale", file=sys.stderr)
        if old:
            print("run: python -m schema.build", file=sys.stderr)
        return 1 if old else 0
    write(files)
    print(f"{len(files)} generated files, {len(old)} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
