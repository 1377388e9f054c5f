"""The shapes of the generated tables: plain, frozen tuples that hold no behaviour.

`schema/build.py` writes tables of these shapes into `harmtax._generated`; every room above reads
them. They stand at the bottom of the house so that the tables can be imported without anything else.
"""

from __future__ import annotations

from typing import NamedTuple

# (field, word, argument). Words on a code: in (`None` among the codes means absent). On a list: has,
# lacks, only. On an integer: min, below. On any field: present, absent. Only `absent`, `lacks` and an
# `in` that names `None` hold for an absent field.
Test = tuple[str, str, "tuple[str | None, ...] | int | None"]
Conjunction = tuple[Test, ...]
# One of the conjunctions holds; () is a condition that never holds, ((),) one that always does.
Condition = tuple[Conjunction, ...]
ALWAYS: Condition = ((),)


class Field(NamedTuple):
    """One field of a record type; `kind` is one of code, text, integer, date, time."""

    name: str
    kind: str
    title: str
    definition: str
    audience: str
    required: bool = False
    many: bool = False
    codes: str | None = None
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    unit: str | None = None
    source: str | None = None


class Never(NamedTuple):
    """No conjunction of `what` holds; `at` is the field that the finding points to."""

    rule: str
    severity: str
    at: str
    what: Condition


class Order(NamedTuple):
    """`first` (or `otherwise` when it is absent) plus `seconds` is not after `then`, or equals it.

    An absent side holds. A time against a date is compared as its UTC date. `otherwise` names a field of
    the submission; without a submission such an order is not judged.
    """

    rule: str
    severity: str
    at: str
    first: str
    then: str
    seconds: int = 0
    equal: bool = False
    otherwise: str | None = None
    when: Condition = ALWAYS


class Distinct(NamedTuple):
    """No list of `fields` holds a code twice."""

    rule: str
    severity: str
    fields: tuple[str, ...]


class Alone(NamedTuple):
    """A code of `codes` stands alone in the list `at`."""

    rule: str
    severity: str
    at: str
    codes: tuple[str, ...]


class Refuse(NamedTuple):
    """No pattern (words, regular expression) occurs in a text of `fields`."""

    rule: str
    severity: str
    fields: tuple[str, ...]
    patterns: tuple[tuple[str, str], ...]


class Unique(NamedTuple):
    """No two records agree on `key`; the first place wins."""

    rule: str
    severity: str
    at: str
    key: tuple[str, ...]


class Apart(NamedTuple):
    """Records that agree on `key` never overlap from `first` to `then`, revisions of one period aside."""

    rule: str
    severity: str
    at: str
    key: tuple[str, ...]
    first: str
    then: str


class Refers(NamedTuple):
    """The record of type `to` that `at` names, where it is known, meets `where`.

    It also agrees on `same`, and its `first` is not after this record's `then`.
    """

    rule: str
    severity: str
    at: str
    to: str
    target: str
    when: Condition = ALWAYS
    where: Condition = ALWAYS
    same: tuple[str, ...] = ()
    first: str | None = None
    then: str | None = None


class Part(NamedTuple):
    """Among records that agree on `key`, `value` where `of` is in `part` is at most that of `whole`."""

    rule: str
    severity: str
    at: str
    key: tuple[str, ...]
    of: str
    part: tuple[str, ...]
    whole: tuple[str, ...]
    when: Condition = ALWAYS


class Same(NamedTuple):
    """All records agree on the part of `at` (major: the number before the first dot)."""

    rule: str
    severity: str
    at: str
    part: str


class Sums(NamedTuple):
    """Among records that agree on `key`, children of one parent in `over` add up to at most the parent.

    The top codes together add up to exactly the record whose `over` is absent.
    """

    rule: str
    severity: str
    at: str
    key: tuple[str, ...]
    over: str


RowCheck = Never | Order | Distinct | Alone | Refuse
SetCheck = Unique | Apart | Refers | Part | Same | Sums


class Rule(NamedTuple):
    """What a rule says in words; its checks stand in the table of each record type that it binds."""

    id: str
    severity: str
    says: str
    do: str
    source: str
    records: tuple[str, ...]
    # carried: yes, partly or no; whether the exported JSON Schema rejects what breaks the rule.
    json_schema: str


class RecordType(NamedTuple):
    """The constraint table of one record type; `version` is given where it is not the current one."""

    name: str
    title: str
    definition: str
    identifier: str | None
    fields: tuple[Field, ...]
    row_checks: tuple[RowCheck, ...]
    set_checks: tuple[SetCheck, ...]
    version: str | None = None


class Code(NamedTuple):
    """One value of a code list."""

    code: str
    title: str
    definition: str = ""
    alone: bool = False
    status: str = "active"
    replaced_by: str | None = None
    meaning: str | None = None
    unit: str | None = None
    do: str | None = None
    # The last number of a step, where the codes are steps of a number; absent for the open last one.
    upper: int | None = None


class CodeList(NamedTuple):
    """A code list with its values in the order of the schema."""

    name: str
    title: str
    definition: str
    codes: tuple[Code, ...]


class CategoryRow(NamedTuple):
    """One category; its place in the table is its precedence."""

    code: str
    title: str
    definition: str
    includes: str
    excludes: str
    parent: str | None
    base_tier: str | None
    absolute_floor: bool
    status: str = "active"
    replaced_by: str | None = None
    no_successor: bool = False


class Language(NamedTuple):
    """A language of the standard: its own name, how it writes numbers, who looked at its reports.

    `review` is source (English itself), machine_draft or reviewed.
    """

    name: str
    group: str
    point: str
    review: str


class Dimension(NamedTuple):
    """What figures are broken down by.

    `record` and `field` name the record type that holds it under another name. `steps` are the steps
    of a number, each with its last number. In an `overlapping` dimension one record may count under
    several codes, so that its parts do not add up to the whole.
    """

    name: str
    record: str | None = None
    field: str | None = None
    steps: tuple[tuple[str, int | None], ...] = ()
    overlapping: bool = False


class Quantity(NamedTuple):
    """One side of a metric: how many records of a type, or the sum of one of their fields.

    `period` lists the fields that set the period, the first that is present counts; instead of it
    `in_force` names first and last day of what holds at the end of a period, and `ended` the field in
    which a later record names what it ends, with the fields of the day. `whole` are dimensions in which
    the side is not split: every part is held against it all. `distinct` counts combinations of fields
    instead of records. `duration` is measured between two fields, `in_time` holds where the first is
    not after the second, `bounds` are the fields with the interval of a sample.
    """

    record: str
    sum: str | None
    where: Condition
    period: tuple[str, ...]
    dimensions: tuple[str, ...]
    whole: tuple[str, ...] = ()
    in_force: tuple[str, str] | None = None
    ended: tuple[str, tuple[str, ...]] | None = None
    distinct: tuple[str, ...] = ()
    duration: tuple[str, str] | None = None
    in_time: tuple[str, str] | None = None
    bounds: tuple[str, str] | None = None


class MetricRow(NamedTuple):
    """The definition of a metric."""

    id: str
    title: str
    definition: str
    kind: str
    unit: str
    mergeable: bool
    source: str
    numerator: Quantity
    denominator: Quantity | None


class ForeignColumn(NamedTuple):
    """A column of a foreign format: where its content goes with us, or why it has no home.

    `when` says for which of our records the column is used. `interface` is its name where the receiver
    is sent records, `made_by` whoever makes its content instead of the sender. `kind` is one of code,
    text, integer, date, time. `only` is the one content that it can have: another shows another thing.
    """

    name: str
    codes: str | None
    many: bool
    required: bool
    max_length: int | None
    ours: tuple[str, ...]
    lost: str | None
    when: Condition = ALWAYS
    interface: str | None = None
    made_by: str | None = None
    kind: str = "text"
    only: str | None = None


class Bound(NamedTuple):
    """The first and the last day that a receiver takes in a column."""

    field: str
    earliest: str | None
    latest: str | None


class Receiver(NamedTuple):
    """The constraint table of whoever takes a foreign record; its fields are the columns sent."""

    table: RecordType
    bounds: tuple[Bound, ...]
    rules: tuple[Rule, ...]


class ForeignFormat(NamedTuple):
    """A foreign format as `schema/foreign/` describes it."""

    name: str
    title: str
    source: str
    read_on: str
    valid_from: str | None
    valid_to: str | None
    columns: tuple[ForeignColumn, ...]
    codes: dict[str, tuple[str, ...]]
    # What the receiver asks of a record: fields as constraints, and rules across them.
    receiver: Receiver | None = None


class Pair(NamedTuple):
    """One row of a crosswalk: our code, a SKOS predicate, the foreign code; `None` is no match.

    `code_list` is that of our code, `sets` what an import presumes of our other fields. The pair is
    used outward for records that meet `where`, which `when` says in the words of the table.
    """

    ours: str | None
    code_list: str | None
    predicate: str
    theirs: str | None
    when: str | None
    imported: bool
    sets: tuple[tuple[str, tuple[str, ...]], ...]
    loss: str
    where: Condition = ALWAYS
