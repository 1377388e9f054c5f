"""The shapes of the tables about versions: what changed, what becomes of records, what a change asks for."""

from __future__ import annotations

from typing import NamedTuple

from harmtax.shapes import ALWAYS, Condition, Field


class Change(NamedTuple):
    """One operation of a version on one element of the standard, as `schema/changes.yaml` words it.

    `to` names what the element became; `fallback` is the part that an undecided row of a split takes.
    """

    version: str
    operation: str
    element: str
    detail: str
    to: tuple[str, ...] = ()
    fallback: str | None = None


class Way(NamedTuple):
    """What becomes of a code in rows that meet `where`; `to` is the other code, `None` an absent field.

    `kind` is a code of LossKind.
    """

    to: str | None
    kind: str
    where: Condition = ALWAYS


class Turn(NamedTuple):
    """A code of a field that the other version knows otherwise; the first way that holds is taken.

    Where none holds, the row cannot be written in the other version.
    """

    field: str
    code: str
    ways: tuple[Way, ...]


class Passage(NamedTuple):
    """What becomes of the records of one type between two versions that follow each other.

    `renamed` pairs the older and the newer name of a field. `fields` are those of the older version,
    under its names. `gone` are fields of the older version without a place in the newer one, `added` those
    of the newer one, each with the code that older rows get. `forward` and `backward` speak of fields by
    their newer names; conditions of a way are read once everything unconditional is done.
    """

    old: str
    new: str
    fields: tuple[Field, ...]
    renamed: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()
    added: tuple[tuple[str, str | None], ...] = ()
    forward: tuple[Turn, ...] = ()
    backward: tuple[Turn, ...] = ()


class VerdictRule(NamedTuple):
    """What one kind of difference between two versions asks of the version number, and why.

    `level` is major, minor or patch. `breaks` is records (that were valid may be refused), figures (from
    before and after are not comparable) or nothing. `declared_by` names the operations that may declare it,
    the usual one first; where there is none, the difference is never allowed.
    """

    id: str
    difference: str
    level: str
    breaks: str
    declared_by: tuple[str, ...]
    reason: str
