"""Draws valid rows from the constraint tables.

Fields are drawn one after the other. Before a field is drawn, every conjunction that must not occur and
that is otherwise complete bars some of its values, and every order of times or numbers bounds it. Where
nothing is left, the search goes back to the latest field that took part in the bars. So no rule needs
code of its own here. Who chooses is an argument: `RandomChooser` for samples, and the one in
`harmtax.testing` for Hypothesis.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from harmtax._generated.constraints import CODES, RECORDS, VERSION
from harmtax.errors import BadUse
from harmtax.records.rules import ordered
from harmtax.sampling.choosers import Chooser, RandomChooser
from harmtax.sampling.patterns import drawn, holds
from harmtax.sampling.stages import Predicate, Stage, predicate, stages
from harmtax.shapes import Field, Order, RecordType

if TYPE_CHECKING:
    from harmtax.records.record import Record

__all__ = ["Chooser", "RandomChooser", "draw_row"]

T = TypeVar("T")
Values = dict[str, Any]

# How often an optional field is there when the rules leave it open.
OPTIONAL = 0.25
STEPS = 2_000
EPOCH = datetime(1970, 1, 1)
DAY = 86_400
# Where nothing else places them: times in these years, followers within these days, small counts.
YEARS = (date(2020, 1, 1), date(2029, 12, 31))
CALENDAR = (date(1900, 1, 1), date(2099, 12, 31))
WEEKS = 60
COUNTS = 1_000_000
WORDS = (
    "clause", "section", "policy", "terms", "review", "notice", "decision", "4", "2.1", "(b)", "§",
    "Abschnitt", "règle", "ketentuan", "조항", "條款", "…", "&", "—",
)  # fmt: skip


def draw_row(
    record: type[Record] | str,
    choose: Chooser,
    pins: Mapping[str, object] | None = None,
    *,
    clean: bool = False,
) -> dict[str, Any]:
    """A valid row of JSON types: no rule of severity error is broken, with `clean` no warning either.

    `pins` holds fields whose value is fixed; None leaves a field out. Raises BadUse when a pin is no
    field of the record type, or no valid row has these values.
    """
    table = table_of(record)
    return row_of(table, search(table, choose, pinned(table, pins), clean=clean))


# --- the search -------------------------------------------------------------------------------------


class _DeadEnd(Exception):
    """No value is left for a field."""


class Target(NamedTuple):
    """What a row is to have besides: tests that hold, and an order that does not."""

    tests: Mapping[str, Predicate]
    order: Order | None = None


def search(
    table: RecordType,
    choose: Chooser,
    pins: Values,
    *,
    clean: bool = False,
    target: Target | None = None,
    spared: object = None,
) -> Values:
    """Values of all fields, None for absent ones. Raises BadUse when there are none."""
    wanted = target or Target({})
    front = tuple(sorted({*pins, *wanted.tests}))
    line = stages(table.name, front, clean, spared)
    place = {stage.field.name: at for at, stage in enumerate(line)}
    values: Values = {}
    tabu: dict[str, list[Any]] = {}
    blame: dict[str, set[str]] = {}
    at = 0
    for _ in range(STEPS):
        if at == len(line):
            return values
        name = line[at].field.name
        draw = _Draw(line[at], choose, values, wanted, tabu.get(name, ()))
        try:
            values[name] = draw.fixed(pins[name]) if name in pins else draw.value()
            at += 1
        except _DeadEnd:
            guilty = (draw.culprits() | blame.get(name, set())) - pins.keys() - {name}
            if not guilty:
                break
            back = max(guilty, key=place.__getitem__)
            blame.setdefault(back, set()).update(guilty)
            tabu.setdefault(back, []).append(values[back])
            # What is known of the fields after it belongs to the value that is given up now.
            for later in line[place[back] : at + 1]:
                values.pop(later.field.name, None)
                if later.field.name != back:
                    tabu.pop(later.field.name, None)
                    blame.pop(later.field.name, None)
            at = place[back]
    raise BadUse(
        f"no row of {table.name} was found with {', '.join(front) or 'these rules'} as asked"
    )


class _Draw:
    """The drawing of one field after those before it."""

    def __init__(
        self, stage: Stage, choose: Chooser, values: Values, target: Target, tabu: Sequence[Any]
    ) -> None:
        self.field, self.stage, self.choose, self.values = stage.field, stage, choose, values
        self.active = [bar for bar in stage.bars if _holds(bar.others, values)]
        self.barred: list[Predicate] = [bar.own for bar in self.active]
        if tabu:
            self.barred.append(lambda value: value in tabu)
        wanted = target.tests.get(self.field.name)
        if wanted is not None:
            self.barred.append(lambda value: not wanted(value))
        self.squeezed = self.field.kind == "code"
        self.orders = [(order, False) for order in stage.orders]
        broken = target.order
        if broken is not None and self._is_last_of(broken):
            self.orders.append((broken, True))

    def _is_last_of(self, order: Order) -> bool:
        name = self.field.name
        other = order.then if name == order.first else order.first
        return name in (order.first, order.then) and other in self.values

    def culprits(self) -> set[str]:
        """The fields whose values leave nothing for this one."""
        names = {name for bar in self.active for name, _ in bar.others}
        # An order that was not in the way is not blamed: another time would not help.
        for order, _ in self.orders if self.squeezed else ():
            names |= {order.first, order.then, *(t[0] for c in order.when for t in c)}
        return {name for name in names if name in self.values}

    def fixed(self, value: Any) -> Any:
        """The value, if nothing speaks against it."""
        if not self._free(value):
            raise _DeadEnd
        return value

    def value(self) -> Any:
        """A value that nothing speaks against."""
        field = self.field
        absent = not field.required and self._free(None)
        if absent and not self.choose.chance(field.name, OPTIONAL):
            return None
        try:
            return self._present()
        except _DeadEnd:
            if absent:
                return None
            raise

    def _free(self, value: Any) -> bool:
        # Asked for every code of every field: a loop is half the time of `any` over a generator.
        for test in self.barred:
            if test(value):
                return False
        return not self.orders or all(
            self._stands(order, value) is not broken for order, broken in self.orders
        )

    def _stands(self, order: Order, value: Any) -> bool:
        values = {**self.values, self.field.name: value}
        first, then = values[order.first], values[order.then]
        if first is None or then is None or not _met(order, values):
            return True
        return ordered(order, first, then)

    def _present(self) -> Any:
        field = self.field
        if field.many:
            return self._list()
        match field.kind:
            case "code":
                assert field.codes is not None
                return self._of([code for code in CODES[field.codes] if self._free(code)])
            case "text":
                return self._text()
        return self._quantity()

    def _of(self, options: Sequence[T]) -> T:
        if not options:
            raise _DeadEnd
        return self.choose.pick(self.field.name, options)

    def _list(self) -> tuple[str, ...]:
        assert self.field.codes is not None
        codes = CODES[self.field.codes]
        if self.barred:
            single: list[tuple[str, ...]] = [(code,) for code in codes if self._free((code,))]
            # A rule may ask for a second member; more than two no list needs.
            members = self._of(single or list(self._pairs(codes)))
        else:
            members = (self._of(codes),)
        while not self.stage.alone.intersection(members) and self.choose.chance(
            self.field.name + "[]", 0.4
        ):
            more = (*members, self.choose.pick(self.field.name, codes))
            if more[-1] in members or more[-1] in self.stage.alone or not self._free(more):
                break
            members = more
        return members

    def _pairs(self, codes: Sequence[str]) -> Iterator[tuple[str, ...]]:
        usual = [code for code in codes if code not in self.stage.alone]
        pairs = ((a, b) for a in usual for b in usual if a != b)
        return (pair for pair in pairs if self._free(pair))

    def _text(self) -> str:
        if not self._free(""):
            raise _DeadEnd
        if self.field.pattern is not None:
            return drawn(self.field.pattern, self.field.name, self.choose)
        many = self.choose.number(self.field.name, 1, 6)
        words = (self.choose.pick(self.field.name, WORDS) for _ in range(many))
        text = " ".join(words)[: self.field.max_length]
        return WORDS[0] if any(holds(pattern, text) for pattern in self.stage.refuse) else text

    def _quantity(self) -> Any:
        low, high = self._bounds()
        value = self._value(self.choose.number(self.field.name, low, max(low, high)))
        if self._free(value):
            return value
        self.squeezed = not any(test(value) for test in self.barred)
        others = [
            self._value(n) for n in sorted({low, high, *self.stage.limits}) if low <= n <= high
        ]
        return self._of([each for each in others if self._free(each)])

    def _value(self, number: int) -> Any:
        match self.field.kind:
            case "time":
                return EPOCH + timedelta(seconds=number)
            case "date":
                return EPOCH.date() + timedelta(days=number)
        return number

    def _bounds(self) -> tuple[int, int]:
        """The numbers between which the orders place the field."""
        lows, highs = [], []
        for order, broken in self.orders:
            if self._applies(order):
                low, high = self._side(order, broken)
                lows += [] if low is None else [low]
                highs += [] if high is None else [high]
        first, last, reach = _range(self.field)
        if lows:
            low = max(lows)
            return max(low, first), min([*highs, low + reach, last])
        if highs:
            high = min(highs)
            return max(high - reach, first), min(high, last)
        return _usual(self.field, first, last)

    def _applies(self, order: Order) -> bool:
        name = self.field.name
        other = order.then if name == order.first else order.first
        if name not in (order.first, order.then) or self.values.get(other) is None:
            return False
        return _met(order, {**self.values, name: None})

    def _side(self, order: Order, broken: bool) -> tuple[int | None, int | None]:
        after = self.field.name == order.then
        other = self.values[order.first if after else order.then]
        # A bound in days is a bound in seconds at the start of the day from below, at its end from above.
        number = _number(other, self.field.kind, up=not after)
        shift = order.seconds // (DAY if self.field.kind == "date" else 1)
        mark = number + shift if after else number - shift
        if not broken:
            return (mark, mark) if order.equal else (mark, None) if after else (None, mark)
        if order.equal and self.choose.chance(self.field.name, 0.5):
            after = not after
        return (None, mark - 1) if after else (mark + 1, None)


def _holds(tests: Sequence[tuple[str, Predicate]], values: Values) -> bool:
    for name, test in tests:  # noqa: SIM110
        if not test(values[name]):
            return False
    return True


def _met(order: Order, values: Mapping[str, Any]) -> bool:
    return any(
        all(_test(test)(values[test[0]]) for test in conjunction) for conjunction in order.when
    )


_test = lru_cache(maxsize=None)(predicate)


def _number(value: Any, kind: str, *, up: bool) -> int:
    """A value of any kind as a number of a field of this kind, rounded towards what is allowed."""
    if isinstance(value, datetime):
        seconds = (value - EPOCH) // timedelta(seconds=1)
        if kind == "date":
            return seconds // DAY
        return seconds if up or not value.microsecond else seconds + 1
    if isinstance(value, date):
        days = (value - EPOCH.date()).days
        return days if kind == "date" else days * DAY + (DAY - 1 if up else 0)
    return int(value)


def _range(field: Field) -> tuple[int, int, int]:
    """The least and the largest number of a field, and how far a follower may be."""
    if field.kind == "integer":
        return field.minimum or 0, field.maximum or COUNTS, COUNTS
    first, last = (_number(day, field.kind, up=day == CALENDAR[1]) for day in CALENDAR)
    return first, last, WEEKS * (DAY if field.kind == "time" else 1)


def _usual(field: Field, first: int, last: int) -> tuple[int, int]:
    if field.kind == "integer":
        return first, min(last, first + COUNTS)
    low, high = (_number(day, field.kind, up=day == YEARS[1]) for day in YEARS)
    return low, high


# --- rows -------------------------------------------------------------------------------------------


def table_of(record: type[Record] | str) -> RecordType:
    """The constraint table of a record type. Raises BadUse for an unknown name."""
    name = record if isinstance(record, str) else record.RECORD
    if name not in RECORDS:
        raise BadUse(f"{name!r} is no record type; known: {', '.join(RECORDS)}")
    return RECORDS[name]


def pinned(table: RecordType, pins: Mapping[str, object] | None) -> Values:
    """The pins as values. Raises BadUse for a name that is no field."""
    fields = {field.name: field for field in table.fields}
    for name in pins or {}:
        if name not in fields:
            raise BadUse(f"{name!r} is no field of {table.name}")
    # Rows of today are written in the version of today.
    given: dict[str, object] = {"harmtax_version": VERSION, **(pins or {})}
    return {name: _read(fields[name], value) for name, value in given.items() if name in fields}


def _read(field: Field, value: object) -> object:
    if isinstance(value, str) and field.kind == "time":
        return datetime.fromisoformat(value).replace(tzinfo=None)
    if isinstance(value, str) and field.kind == "date":
        return date.fromisoformat(value)
    return tuple(value) if isinstance(value, list) else value


def row_of(table: RecordType, values: Values) -> dict[str, Any]:
    """The values as JSON types, absent fields left out."""
    return {f.name: _json(values[f.name]) for f in table.fields if values[f.name] is not None}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
