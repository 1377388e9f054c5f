"""Engines: what runs one SQL text over datasets and gives back a table.

A dataset is a folder with files `<RecordType>-*.parquet`. The text sees one table per record type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from harmtax._generated.constraints import RECORDS
from harmtax.errors import BadUse, Unreadable
from harmtax.standard.condition import quoted

Files = Mapping[str, Sequence[Path]]


class Engine(Protocol):
    """Runs SQL: times are read in UTC, and the same text over the same rows gives the same rows."""

    def run(self, sql: str, tables: Files) -> pa.Table:
        """The answer to `sql`, where each key of `tables` names the rows of its Parquet files."""
        ...


@dataclass(frozen=True, slots=True)
class DuckDB:
    """The embedded engine: in memory, one connection a call, blind to all but the given files.

    `memory_limit` is a size as DuckDB writes it ("2GB"), `spill` a folder for what does not fit.
    """

    memory_limit: str | None = None
    threads: int | None = None
    spill: Path | None = None

    def run(self, sql: str, tables: Files) -> pa.Table:
        """As `Engine.run`. Raises Unreadable when a file is missing or no sound Parquet file.

        Raises BadUse for a limit that is no size of memory, or that is too small for the text.
        """
        with self._connected() as connection:
            self._confine(connection, [path for paths in tables.values() for path in paths])
            try:
                for name in sorted(tables):
                    connection.execute(_view(name, tables[name]))
                return connection.sql(sql).to_arrow_table()
            except duckdb.OutOfMemoryException as error:
                limit = f"{self.memory_limit} of memory" if self.memory_limit else "the memory here"
                more = "" if self.spill else ", or name a folder for what does not fit"
                raise BadUse(f"{limit} is too little for this; allow more{more}") from error
            except duckdb.Error as error:
                if not _is_of_a_file(error):
                    raise
                names = ", ".join(sorted(tables))
                raise Unreadable(names, str(error).splitlines()[0]) from error

    def _connected(self) -> duckdb.DuckDBPyConnection:
        if self.spill is not None and self.spill.exists() and not self.spill.is_dir():
            raise BadUse(f"{self.spill} is no folder to spill into")
        try:
            return duckdb.connect(":memory:", config=self._config())
        except duckdb.Error as error:
            raise BadUse(f"the engine does not start: {str(error).splitlines()[0]}") from error

    def _config(self) -> dict[str, str | bool | int | float | list[str]]:
        settings = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": self.memory_limit,
            "threads": self.threads,
            # Without a folder of our own DuckDB would spill into the working directory.
            "temp_directory": str(self.spill) if self.spill else "",
        }
        return {name: str(value) for name, value in settings.items() if value is not None}

    def _confine(self, connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> None:
        # DuckDB asks for leave twice: for the pattern, and for the file that it stands for.
        names = sorted({name for path in paths for name in (str(path), _literal(path))})
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET allowed_paths = [{', '.join(map(quoted, names))}]")
        # Spark has this function, and the text says it in its words.
        connection.execute("CREATE TEMP MACRO unix_micros(moment) AS epoch_us(moment)")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")


def files(datasets: Sequence[Path]) -> dict[str, list[Path]]:
    """The Parquet files of the datasets by record type, in the order of their names.

    Raises Unreadable for a folder that does not exist or holds no records.
    """
    found: dict[str, list[Path]] = {}
    for dataset in datasets:
        if not dataset.is_dir():
            raise Unreadable(dataset, "is not a folder that holds a dataset")
        here = {name: sorted(dataset.glob(f"{name}-*.parquet")) for name in RECORDS}
        if not any(here.values()):
            raise Unreadable(dataset, "holds no file of a record type")
        for name, paths in here.items():
            if paths:
                found.setdefault(name, []).extend(paths)
    return found


def check_columns(tables: Files) -> None:
    """Raises Unreadable for a file that is no part of a dataset, since a required column is missing."""
    for name, paths in sorted(tables.items()):
        required = {field.name for field in RECORDS[name].fields if field.required}
        for path in paths:
            try:
                found = set(pq.read_schema(path).names)
            except (OSError, pa.ArrowInvalid) as error:
                raise Unreadable(path, str(error).splitlines()[0]) from error
            if missing := sorted(required - found):
                raise Unreadable(path, f"is no part of a dataset: it has no {', '.join(missing)}")


def _is_of_a_file(error: duckdb.Error) -> bool:
    """Whether a file is at fault and not the text, whose mistakes have classes of their own.

    DuckDB 2.0 tells of a broken footer without any class.
    """
    return type(error) is duckdb.Error or isinstance(
        error, duckdb.IOException | duckdb.InvalidInputException
    )


def _view(name: str, paths: Sequence[Path]) -> str:
    for path in paths:
        if not path.is_file():
            raise Unreadable(path, "is not a file")
    listed = ", ".join(quoted(_literal(path)) for path in paths)
    return f'CREATE VIEW "{name}" AS SELECT * FROM read_parquet([{listed}], union_by_name = true)'


def _literal(path: Path) -> str:
    """The path as a pattern that matches it alone; DuckDB reads every name as a pattern."""
    return re.sub(r"[\[*?]", lambda found: f"[{found[0]}]", str(path))
