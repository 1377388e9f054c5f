"""One format on its way in: completed by defaults, made whole by a residue, and what is lost kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from harmtax.errors import BadUse
from harmtax.records import defaults, residue
from harmtax.records.defaults import Values
from harmtax.records.formats.format import Format, Row
from harmtax.records.losses import Account
from harmtax.shapes import RecordType


class Inward:
    """The way in; it counts what is lost, and keeps it where it is asked to."""

    def __init__(self, record: RecordType, values: Values) -> None:
        self.record, self.values = record, values
        self.account = Account()
        self.restored: residue.Reader | None = None
        self._kept: residue.Writer | None = None
        self._raw: pa.RecordBatch | None = None

    def keep_in(self, stream: BinaryIO) -> None:
        """Keeps in a stream what we have no place for."""
        self._kept = residue.Writer(stream, self.record, "in")

    def restore_from(self, path: Path) -> None:
        """Makes the records again what they were before they went out, by a residue."""
        self.restored = residue.Reader(path, self.record, "out")

    def finish(self) -> None:
        """Ends what is kept."""
        if self._kept is not None:
            self._kept.finish()

    def completed(self, format: Format) -> Format:
        """The format with its rows restored and completed. Raises BadUse where nothing can be kept."""
        if self._kept is not None and (format.rows is None or format.express is None):
            is_ours = format.encode is not None and format.express is None
            why = "it loses nothing" if is_ours else "it cannot be written again"
            raise BadUse(f"there is no residue of {format.title} on the way in: {why}")
        if self.restored is not None:
            format = residue.applied(format, self.restored)
        return defaults.inward(format, self.values)

    def seen(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The same raw batches; the last one is remembered while it is judged."""
        for batch in batches:
            self._raw = batch if self._kept is not None else None
            yield batch
            del batch

    def keep(self, format: Format, rows: Iterable[Row | None]) -> None:
        """Keeps what the accepted rows of the last batch have lost; None stands for a rejected one."""
        if self._kept is None or format.rows is None or format.express is None:
            return
        for given, row in zip(format.rows(self._raw), rows, strict=True):
            if row is None or given is None:
                continue
            back = format.express(row, self.record).row
            if back is None:
                self._kept.leave_out(given)
            else:
                self._kept.add(given, back)
