"""Publications: observations of which nothing small can be worked out, and the only thing published.

A number is in one of three states. Shown: the value stands there, zero included. Hidden: null, and the
status is `suppressed`. Not there: null, and the status says why.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from harmtax._generated.constraints import VERSION
from harmtax._generated.models import Observation
from harmtax.errors import SchemaMismatch, Unreadable, reason
from harmtax.figures.policy import Policy
from harmtax.files import replacing
from harmtax.records.record import schema

PUBLICATION, STATUTORY = "publication", "statutory"
SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Publication:
    """Numbers that may be published. Made by `protect` and `statutory`, read by `read`.

    `table` has the schema of the record type Observation and the order of the observations.
    `policy` is what was promised, `about` how it was kept: plain values, among them `k`, `criterion`,
    `plan`, `tries`, `inputs`, `prior`, `filings`, `solver`, `witnesses`, `tables`, `revealed`,
    `reporters`, `configuration` and `version`. `basis` is the legal basis of a statutory
    publication, in which nothing is hidden; every other publication has none. `evidence` proves a
    publication that was just made; it is as restricted as the records and is not written with it.
    """

    table: pa.Table
    policy: Policy
    about: Mapping[str, Any]
    basis: str | None = None
    evidence: Any = field(default=None, repr=False, compare=False)

    @property
    def use(self) -> str:
        """What the file says it is for: publication, or statutory."""
        return PUBLICATION if self.basis is None else STATUTORY

    @property
    def hidden(self) -> pa.ChunkedArray:
        """For each row whether its number is suppressed."""
        return pc.equal(self.table["status"], SUPPRESSED)

    def content(self) -> bytes:
        """The bytes of the Parquet file: the same for the same publication."""
        said = {
            "record": "Observation",
            "version": VERSION,
            "use": self.use,
            "basis": self.basis,
            "policy": self.policy.told(),
            "about": dict(self.about),
        }
        metadata = dict(schema(Observation).metadata or {}) | {
            b"harmtax": json.dumps(said, sort_keys=True, ensure_ascii=False).encode()
        }
        table = self.table.replace_schema_metadata(metadata)
        stream = io.BytesIO()
        pq.write_table(table, stream, compression="zstd", compression_level=1)
        return stream.getvalue()

    def write(self, path: Path) -> None:
        """Writes a Parquet file whose metadata holds policy, provenance and legal basis.

        Raises Unreadable when the file cannot be written.
        """
        with replacing(path) as stream:
            stream.write(self.content())

    @classmethod
    def read(cls, path: Path) -> Publication:
        """What `write` wrote.

        Raises Unreadable for a file that is no publication, SchemaMismatch for other columns.
        """
        try:
            table = pq.read_table(path)
        except (OSError, pa.ArrowInvalid) as error:
            raise Unreadable(path, reason(error)) from error
        try:
            said = json.loads((table.schema.metadata or {})[b"harmtax"])
            use, basis = said["use"], said.get("basis")
            if (use, basis is None) not in ((PUBLICATION, True), (STATUTORY, False)):
                raise ValueError(use)
            policy, about = Policy.of(said["policy"]), dict(said["about"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Unreadable(path, "does not say that it is a publication") from error
        return cls(_fitting(table), policy, MappingProxyType(about), basis)


def _fitting(table: pa.Table) -> pa.Table:
    full = schema(Observation)
    for name in sorted({*full.names, *table.column_names}):
        expected = str(full.field(name).type) if name in full.names else "absent"
        found = str(table.schema.field(name).type) if name in table.column_names else "absent"
        if found != expected:
            raise SchemaMismatch(name, found, expected)
    return table.select(full.names).replace_schema_metadata(full.metadata)
