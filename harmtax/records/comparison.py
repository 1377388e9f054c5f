"""What became of each field of a record on its way into a foreign format and back.

A format that can be read as well as written needs no list of its losses: they are the differences
between a record and what comes back of it. So the account says exactly what a receiver can know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from harmtax.records.formats.format import Decoded, Expressed, Loss
from harmtax.shapes import Field, RecordType
from harmtax.standard import taxonomy

Row = Mapping[str, object]
# The order of the codes of a list means nothing to us, and yet it is not what was given.
ORDER = "order"


def losses(
    row: Row, expressed: Expressed, back: Decoded, record: RecordType, filled: Collection[str] = ()
) -> Iterator[Loss]:
    """One loss, `exact` included, for each field that a record has or that came back.

    `row` is the record of JSON types, `back` what was read of `expressed`; `filled` names the fields
    whose content was a declared default of the sender.
    """
    returned = back.row or {}
    presumed = {loss.field for loss in back.losses if loss.kind == "defaulted" and loss.became}
    said = {(loss.field, loss.given): loss for loss in expressed.losses}
    for field in record.fields:
        given, became = row.get(field.name), returned.get(field.name)
        if given is None and became is None:
            continue
        told = said.get((field.name, str(given)))
        # What a foreign code implies is no presumption where the record itself led to that code.
        is_presumed = field.name in presumed and not (told is not None and told.became)
        kind = _kind(field, given, became, is_presumed, field.name in filled)
        if kind == "differs":
            kind = _of_code(field, str(given), str(became), told)
        yield _loss(field, kind, given, became, told)


def _kind(field: Field, given: object, became: object, presumed: bool, filled: bool) -> str:
    """The kind of loss, or `differs` where it takes a look at the codes."""
    if given == became:
        return "exact"
    if filled or given is None:
        return "defaulted" if became is not None else "dropped"
    if became is None or presumed:
        return "dropped"
    if isinstance(given, Sequence) and isinstance(became, Sequence) and field.many:
        return _of_lists(set(given), set(became))
    if field.kind == "time":
        # The day is known still, the time of day is not.
        return "broadened" if str(given)[:10] == str(became)[:10] else "dropped"
    return "differs" if field.codes is not None else "dropped"


def _of_lists(given: Collection[object], became: Collection[object]) -> str:
    more, fewer = set(became) - set(given), set(given) - set(became)
    if more and not fewer:
        return "defaulted"
    return "dropped" if fewer and not more else "broadened"


def _of_code(field: Field, given: str, became: str, told: Loss | None) -> str:
    if field.codes == "CategoryCode":
        if became in (each.code for each in taxonomy.category(given).roll_up):
            return "broadened"
        if given in (each.code for each in taxonomy.category(became).roll_up):
            return "narrowed"
        if became == "OTH":
            return "forced_other"
    elif became == "other":
        return "forced_other"
    return told.kind if told is not None and told.kind != "exact" else "broadened"


def _loss(field: Field, kind: str, given: object, became: object, told: Loss | None) -> Loss:
    """A line of the account: single codes are told, texts and lists are not."""
    if field.many and kind == "broadened" and _is_reordered(given, became):
        return Loss(field.name, kind, ORDER)
    if field.codes is None or field.many or (kind == "exact" and field.codes != "CategoryCode"):
        return Loss(field.name, kind)
    reached = told.became if told is not None else became
    return Loss(field.name, kind, str(given or ""), str(reached or ""))


def _is_reordered(given: object, became: object) -> bool:
    if not (isinstance(given, Sequence) and isinstance(became, Sequence)):
        return False
    return sorted(map(str, given)) == sorted(map(str, became))
