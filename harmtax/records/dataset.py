"""How records rest on disk: a folder with Parquet parts of one record type and a manifest."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from harmtax._generated.constraints import RECORDS
from harmtax.errors import BadUse, HarmtaxError, Unreadable
from harmtax.files import UMASK, beside, exchange
from harmtax.shapes import Field

MANIFEST = "manifest.json"
# A row group is a batch of many rows or several of few: never more than the first, hardly less than the
# second, since what waits is in memory.
ROW_GROUP, SMALL_GROUP = 131_072, 16_384


class Part:
    """A Parquet file being written."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        # A dictionary pays for codes, which repeat, and costs for identifiers and texts.
        self._waiting: list[pa.RecordBatch] = []
        codes = _columns(schema, lambda field: field.codes is not None)
        # Nobody looks for a free text by its order, and the footer need not repeat what is restricted.
        ordered = _columns(schema, lambda field: field.max_length is None)
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            compression_level=1,
            use_dictionary=codes,
            write_statistics=ordered,
        )

    def write(self, batch: pa.RecordBatch) -> None:
        """Adds a batch of the part's schema; small ones share a row group."""
        self._waiting.append(batch)
        if sum(each.num_rows for each in self._waiting) >= SMALL_GROUP:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            whole = pa.Table.from_batches(self._waiting).combine_chunks()
            self._writer.write_table(whole, row_group_size=ROW_GROUP)
            self._waiting = []

    def __enter__(self) -> Part:
        return self

    def close(self) -> None:
        """Writes what the file ends with."""
        self._flush()
        self._writer.close()

    def __exit__(self, *_: object) -> None:
        self.close()


def part_name(record_type: str, number: int = 0) -> str:
    """The file name of a part of a dataset, counted from 0."""
    return f"{record_type}-{number:05d}.parquet"


def parts(dataset: Path) -> list[Path]:
    """The Parquet parts of a dataset. Raises Unreadable when the folder holds none."""
    found = sorted(path for path in dataset.glob("*-*.parquet"))
    if not found:
        raise Unreadable(dataset, "holds no dataset")
    return found


def manifest(dataset: Path) -> dict[str, Any]:
    """What the run that wrote the dataset said about it. Raises Unreadable."""
    try:
        found = json.loads((dataset / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unreadable(dataset / MANIFEST, str(error)) from None
    if not isinstance(found, dict):
        raise Unreadable(dataset / MANIFEST, "it is no manifest")
    return found


@contextmanager
def folders(*targets: Path) -> Iterator[list[Path]]:
    """Temporary folders that take the targets' places when all went well, and vanish when not.

    Earlier folders of ours are replaced as a whole, all of them or none; anything else in such a place
    is refused. Raises BadUse, and Unreadable when something cannot be written.
    """
    drafts: list[Path] = []
    try:
        for target in targets:
            refuse_foreign(target)
        for target in targets:
            drafts.append(beside(target))
            _make(drafts[-1], target)
        yield drafts
        for draft in drafts:
            _finish(draft)
        exchange(list(zip(drafts, targets, strict=True)))
    except HarmtaxError:
        raise
    except OSError as error:
        # Inputs say by themselves that they cannot be read, so this one could not be written.
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise Unreadable(targets[0], f"cannot be written: {reason}") from error
    finally:
        for draft in drafts:
            shutil.rmtree(draft, ignore_errors=True)


def _make(draft: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.mkdir(mode=0o700)
    except OSError as error:
        raise Unreadable(target, error.strerror or str(error)) from None


def _finish(draft: Path) -> None:
    for path in sorted(draft.rglob("*")):
        if path.is_file():
            sync(path)
    draft.chmod(0o777 & ~UMASK)


def refuse_foreign(target: Path) -> None:
    """Raises BadUse when the target exists and was not written by us, Unreadable when nobody can tell."""
    try:
        if target.is_symlink():
            raise BadUse(f"{target} is a link; name the folder that it leads to")
        if target.is_dir() and {path.name for path in target.iterdir()} <= _written(target):
            return
        is_there = target.exists()
    except OSError as error:
        raise Unreadable(target, error.strerror or str(error)) from None
    if is_there:
        raise BadUse(
            f"{target} exists and is not a folder that harmtax wrote; choose another place"
        )


def _written(folder: Path) -> set[str]:
    """The names of what we wrote into a folder, as its manifest says; nothing without one of ours."""
    try:
        told = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {MANIFEST, *told["files"]} if "harmtax" in told else set()
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Writes a JSON file that reads well and is the same for the same content."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def digest(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Makes sure that a file's content has reached the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _columns(schema: pa.Schema, chosen: Callable[[Field], bool]) -> list[str]:
    """The columns of some fields of a record type, as Parquet names them."""
    mark = json.loads((schema.metadata or {}).get(b"harmtax", b"{}"))
    table = RECORDS.get(mark.get("record", ""))
    fields = table.fields if table is not None else ()
    return [
        f"{field.name}.list.element" if field.many else field.name
        for field in fields
        if chosen(field)
    ]
