"""Declared defaults: what a sender supplies once where its records, or a foreign format, are silent.

A TOML file names fields of the record type and the value each of them takes where it is absent or
unknown. Each use is counted among the losses as `defaulted`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa

from harmtax.errors import BadUse, Unreadable
from harmtax.records.formats.format import Decoded, Format, Loss
from harmtax.records.record import Record, explain
from harmtax.shapes import RecordType, Refuse

Values = Mapping[str, object]
UNKNOWN = "unknown"


def read(path: Path, record: type[Record]) -> Values:
    """The defaults of a file. Raises Unreadable, and BadUse for a field or value that is not ours."""
    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(path, str(error)) from error
    except tomllib.TOMLDecodeError as error:
        raise BadUse(f"{path} is no TOML: {error}") from error
    return checked(found, record, str(path))


def checked(values: Values, record: type[Record], where: str = "the defaults") -> Values:
    """The values, each of which fits its field. Raises BadUse."""
    refusing = {each.rule for each in record.table().row_checks if isinstance(each, Refuse)}
    for finding in explain(values, record):
        name = finding.path.removeprefix("/").split("/")[0]
        # A default speaks of single fields, so rules across fields and what is missing do not count.
        if name in values and (not finding.rule.startswith("HT-") or finding.rule in refusing):
            raise BadUse(f"{where}: {name}: {finding.message}")
    return values


def filled(row: Mapping[str, object], values: Values) -> dict[str, object]:
    """The defaults that a row has need of."""
    return {name: value for name, value in values.items() if row.get(name) in (None, UNKNOWN)}


def inward(format: Format, values: Values) -> Format:
    """A format whose rows are completed by defaults as they are decoded."""
    if not values:
        return format
    decode = partial(_decode, format, dict(values))
    return replace(format, decode=decode, translate=None, is_json=False)


def _decode(
    format: Format, values: Values, batch: pa.RecordBatch, record: RecordType
) -> Iterator[Decoded]:
    for decoded in format.decode(batch, record):
        yield _completed(decoded, values)


def _completed(decoded: Decoded, values: Values) -> Decoded:
    if decoded.row is None:
        return decoded
    added = filled(decoded.row, values)
    losses = [loss for loss in decoded.losses if loss.field not in added]
    losses += [Loss(name, "defaulted", "declared default") for name in added]
    return Decoded({**decoded.row, **added}, decoded.findings, tuple(losses))
