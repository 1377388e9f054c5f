"""One record on its way out: expressed in a format, judged by its receiver, read back and accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from harmtax.records import comparison, defaults, residue
from harmtax.records.defaults import Values
from harmtax.records.findings import Finding, pointer
from harmtax.records.formats.format import Decoded, Expressed, Format, Loss, Row
from harmtax.records.losses import Account
from harmtax.records.once import Once
from harmtax.shapes import RecordType

Express = Callable[[Row, RecordType], Expressed]


class Sent(NamedTuple):
    """What became of one record: the foreign row, if it is written, and what there is to say of it."""

    row: Row | None
    findings: tuple[Finding, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether the receiver would refuse it; a record may also be left out for good reason."""
        return any(each.severity == "error" for each in self.findings)


class Outward:
    """The way out into one format; it counts what is lost, and keeps it where it is asked to."""

    def __init__(self, format: Format, record: RecordType, values: Values) -> None:
        self.format, self.record, self.values = format, record, values
        self.account = Account("out")
        self._once = Once() if format.once is not None else None
        self._kept: residue.Writer | None = None
        self._restored: residue.Reader | None = None

    @property
    def is_foreign(self) -> bool:
        """Whether the format words records otherwise than we do."""
        return self.format.express is not None

    def keep_in(self, stream: BinaryIO) -> None:
        """Keeps in a stream what the format cannot say."""
        self._kept = residue.Writer(stream, self.record, "out")

    def restore_from(self, path: Path) -> None:
        """Makes the foreign rows again what they were before they came in, by a residue."""
        self._restored = residue.Reader(path, self.record, "in")

    def gather(self) -> None:
        """Reads the residue to its end. Raises BadUse when it belongs to other records."""
        if self._restored is not None:
            self._restored.finish()

    def finish(self) -> None:
        """Ends what is kept."""
        if self._kept is not None:
            self._kept.finish()

    def kept_before(self) -> Iterator[Row]:
        """The foreign rows of the residue that stood before the last one sent."""
        if self._restored is not None:
            for place in sorted(self._restored.left_out):
                yield from self._restored.left_out.pop(place)

    def sent(self, row: Row) -> Sent:
        """The record in the words of the format."""
        if self.format.express is None:
            return Sent(row)
        if self._restored is not None:
            return self._again(row, self.format.express, self._restored)
        return self._expressed(row, self.format.express)

    def _again(self, row: Row, express: Express, restored: residue.Reader) -> Sent:
        # What came in goes out as it came: neither completed nor judged again.
        expressed = express(row, self.record).row
        return Sent(None if expressed is None else restored.restored(expressed))

    def _expressed(self, row: Row, express: Express) -> Sent:
        filled = defaults.filled(row, self.values)
        expressed = express({**row, **filled}, self.record)
        sent = Sent(expressed.row, tuple(self._findings(row, expressed)))
        if sent.is_refused:
            return sent._replace(row=None)
        self._tell(row, expressed, filled)
        return sent

    def _findings(self, row: Row, expressed: Expressed) -> Iterator[Finding]:
        yield from expressed.findings
        if expressed.row is None:
            return
        # A column that could not be filled is told once.
        told = {finding.origin for finding in expressed.findings}
        judged = self.format.judge(expressed.row) if self.format.judge is not None else ()
        yield from (each for each in judged if each.origin not in told)
        yield from self._repeated(row, expressed.row)

    def _repeated(self, ours: Row, row: Row) -> Iterator[Finding]:
        if self.format.once is None or self._once is None:
            return
        column, rule = self.format.once
        text = str(row.get(column))
        # Each reporter is a receiver's client of its own.
        if not self._once.add(f"{ours.get('reporter_id')}/{text}"):
            at = pointer(self.record.identifier or "")
            yield Finding(rule, "error", self.record.name, at, text, origin=column)

    def _tell(self, row: Row, expressed: Expressed, filled: Values) -> None:
        back = self._back(expressed)
        losses: Iterable[Loss] = expressed.losses
        if back is not None:
            losses = comparison.losses(row, expressed, back, self.record, filled)
        named = row.get(self.record.identifier or "")
        for loss in losses:
            self.account.add(loss, 1, (named if isinstance(named, str) else None,))
        if self._kept is not None and back is not None:
            self._kept.add(row, back.row or {})
        elif self._kept is not None:
            self._kept.leave_out(row)

    def _back(self, expressed: Expressed) -> Decoded | None:
        if self.format.read is None or expressed.row is None:
            return None
        return self.format.read(expressed.row, self.record)
