"""Kinds of fault and of valid oddity in NDJSON files of incidents, each with what must be said of it.

What is expected is written down here from the contract, docs/intake.md; no judge of the package is
asked. The one exception are the kinds that break a rule of the standard: their rows are drawn from the
constraint table and read once by `explain`, so that a new rule has a kind at once.

`KINDS` holds what can befall one record, `FILES` what can befall a whole file. `planted` mixes faulty
lines into clean ones, as many as are asked for.
"""

# ruff: noqa: RUF001 - characters that are mistaken for others are what some kinds are made of.

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any, NamedTuple

import msgspec

from harmtax._generated.constraints import CODES, RECORDS
from harmtax._generated.foreign import FORMATS
from harmtax._generated.models import Incident
from harmtax._generated.taxonomy import CATEGORIES, CODE_LISTS
from harmtax.errors import BadUse
from harmtax.records.record import explain
from harmtax.sampling.choosers import RandomChooser
from harmtax.sampling.faults import broken_row, field_words, row_rules
from harmtax.sampling.rows import draw_row

Row = dict[str, Any]
# The errors of one line as (path, rule); none means that the record is accepted.
Line = frozenset[tuple[str, str]]
Expectation = tuple[Line, ...]
Change = Callable[[bytes, Random], bytes]
Make = Callable[[Row, Random], bytes]

ACCEPTED: Line = frozenset()
UNREADABLE: Line = frozenset({("", "unreadable")})

TABLE = RECORDS["Incident"]
FIELDS = {field.name: field for field in TABLE.fields}
# Every row is drawn with this identifier; `stamped` puts another of the same length in its place.
IDENTIFIER = "incident-000000000"
# Fields that no rule of a row reads, or only one about the field itself, so that what is done to them
# shows there and nowhere else.
INTEGER, CODE, LIST = "views_before_action", "surface", "territorial_scope"
TEXT, LONG, NAME, LANGUAGE = (
    "ground_explanation", "decision_facts", "generating_service_id", "content_language",
)  # fmt: skip
# A day that every record has, and a time that is judged by itself once it cannot be read.
DAY, TIME = "content_date", "reinstated_at"
ACTED, REQUIRED, CATEGORY = "actioned_at", "treatment", "category"
BOM = codecs.BOM_UTF8
MEGABYTES = 5_000_000
# How often a row that breaks only the planted rule is looked for.
TRIES = 40


class Kind(NamedTuple):
    """One kind of fault or oddity.

    `make` turns a valid row into the bytes of its line, or lines, without the last newline; the row must
    have the fields `needs`. `expect` has one entry for each line. A kind that `plants` a rule or a word
    of FieldFault has none: `made` reads them from the row. A `heavy` kind is megabytes long.
    """

    name: str
    says: str
    make: Make
    expect: Expectation = ()
    plants: str | None = None
    needs: tuple[str, ...] = ()
    heavy: bool = False

    def fits(self, row: Row) -> bool:
        """Whether the kind can start from this row."""
        return all(name in row for name in self.needs)


class FileKind(NamedTuple):
    """One kind of oddity of a whole file, made from the lines of three valid records."""

    name: str
    says: str
    make: Callable[[Sequence[bytes]], bytes]
    expect: Expectation


class Made(NamedTuple):
    """The bytes of one kind without the last newline, and what is expected of each of its lines."""

    content: bytes
    expect: Expectation


# --- rows -------------------------------------------------------------------------------------------


def drawn(random: Random, *, warned: float = 0.0) -> Row:
    """A valid row under `IDENTIFIER`; a share of the rows may break a rule of severity warning."""
    clean = random.random() >= warned
    return draw_row("Incident", RandomChooser(random), {"incident_id": IDENTIFIER}, clean=clean)


def line(row: Mapping[str, object]) -> bytes:
    """A row as JSON without spaces."""
    return msgspec.json.encode(row)


def stamped(number: int) -> bytes:
    """The identifier of a number, as long as `IDENTIFIER`."""
    return b"incident-%09d" % number


def made(kind: Kind, row: Row, random: Random) -> Made:
    """One fault or oddity of a kind, started from a valid row that has what the kind needs."""
    content = kind.make(row, random)
    return Made(content, (_errors(content),) if kind.plants else kind.expect)


def _errors(content: bytes) -> Line:
    found = explain(msgspec.json.decode(content), Incident)
    return frozenset((each.path, each.rule) for each in found if each.severity == "error")


def _tokens(row: Mapping[str, object]) -> dict[str, bytes]:
    """The JSON text of each value, by field."""
    return {name: msgspec.json.encode(value) for name, value in row.items()}


def _object(
    tokens: Mapping[str, bytes], comma: bytes = b",", colon: bytes = b":", inside: bytes = b""
) -> bytes:
    pairs = (msgspec.json.encode(name) + colon + token for name, token in tokens.items())
    return b"{" + inside + comma.join(pairs) + inside + b"}"


def _before(row: Row, member: bytes) -> bytes:
    return b"{" + member + b"," + line(row)[1:]


def _after(row: Row, member: bytes) -> bytes:
    return line(row)[:-1] + b"," + member + b"}"


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


# --- kinds of kinds ---------------------------------------------------------------------------------


def _expected(path: str, rule: str | None) -> Expectation:
    return (frozenset({(path, rule)}) if rule else ACCEPTED,)


def _value(
    name: str,
    says: str,
    field: str,
    token: bytes | str | Callable[[Random], object],
    rule: str | None = None,
    at: str = "",
    *,
    heavy: bool = False,
) -> Kind:
    """A field whose value is replaced: by JSON text, by a text, or by what chance makes."""

    def make(row: Row, random: Random) -> bytes:
        value = token(random) if callable(token) else token
        written = value if isinstance(value, bytes) else msgspec.json.encode(value)
        return _object(_tokens(row) | {field: written})

    return Kind(name, says, make, _expected(f"/{field}{at}", rule), heavy=heavy)


def _broken(name: str, says: str, change: Change, *, lines: int = 1, heavy: bool = False) -> Kind:
    """A line that is changed so that it cannot be read."""

    def make(row: Row, random: Random) -> bytes:
        return change(line(row), random)

    return Kind(name, says, make, (UNREADABLE,) * lines, heavy=heavy)


def _token(name: str, says: str, token: bytes, field: str = TEXT, *, lines: int = 1) -> Kind:
    """A value that is no JSON, so that its line cannot be read."""

    def make(row: Row, random: Random) -> bytes:
        return _object(_tokens(row) | {field: token})

    return Kind(name, says, make, (UNREADABLE,) * lines)


def _whole(name: str, says: str, content: bytes) -> Kind:
    """A line in the place of a record."""
    return Kind(name, says, lambda row, random: content, (UNREADABLE,))


def _other(
    name: str,
    says: str,
    make: Callable[[Row], bytes],
    rule: str | None = None,
    path: str = "",
    *,
    needs: tuple[str, ...] = (),
    heavy: bool = False,
) -> Kind:
    """Anything else that is made from a row without chance."""
    return Kind(
        name, says, lambda row, random: make(row), _expected(path, rule), needs=needs, heavy=heavy
    )


def _member(name: str, says: str, key: str, token: bytes, *, heavy: bool = False) -> Kind:
    """One more member, under a name that no field has."""
    path = "/" + key.replace("~", "~0").replace("/", "~1")
    return _other(
        name, says, lambda row: _object(_tokens(row) | {key: token}), "unknown_field", path, heavy=heavy
    )  # fmt: skip


def _quoted(text: bytes) -> bytes:
    return b'"' + text + b'"'


# --- JSON that is none --------------------------------------------------------------------------------


def _cut(content: bytes, random: Random) -> bytes:
    return content[: random.randint(1, len(content) - 1)]


def _ascii(content: bytes) -> str:
    """The same JSON in ASCII, so that no byte of it in UTF-16 is a newline by chance."""
    return json.dumps(json.loads(content))


def _spoilt_comma(content: bytes, by: bytes) -> bytes:
    return content.replace(b',"', by + b'"', 1)


SYNTAX = (
    _whole("blank-line", "A line without anything on it.", b""),
    _whole("line-of-spaces", "A line of spaces and tabs.", b" \t  "),
    _whole("line-null", "null instead of an object.", b"null"),
    _whole("line-true", "true instead of an object.", b"true"),
    _whole("line-number", "A number instead of an object.", b"17"),
    _whole("line-text", "A text instead of an object.", b'"incident"'),
    _whole("line-empty-list", "An empty list instead of an object.", b"[]"),
    _whole("line-comment", "A line that is a comment.", b"# exported by hand"),
    _whole("line-opened", "A bracket that opens an object, and no more.", b"{"),
    _broken("line-list", "The object stands in a list.", lambda c, r: b"[" + c + b"]"),
    _broken(
        "line-in-quotes",
        "The object is written as a text, as programs do that encode it twice.",
        lambda c, r: msgspec.json.encode(c.decode()),
    ),
    _broken("cut-off", "The line ends too early, as in a file that was cut off.", _cut),
    _broken("no-last-bracket", "The bracket that closes the object is missing.", lambda c, r: c[:-1]),
    _broken("one-bracket-too-many", "One bracket more closes than opens.", lambda c, r: c + b"}"),
    _broken("wrong-bracket", "The object is closed like a list.", lambda c, r: c[:-1] + b"]"),
    _broken("trailing-comma", "A comma stands after the last member.", lambda c, r: c[:-1] + b",}"),
    _broken("leading-comma", "A comma stands before the first member.", lambda c, r: b"{," + c[1:]),
    _broken("comma-after-object", "A comma stands after the object, as in a list.", lambda c, r: c + b","),
    _broken("two-commas", "Two commas stand between members.", lambda c, r: _spoilt_comma(c, b",,")),
    _broken("no-comma", "The comma between two members is missing.", lambda c, r: _spoilt_comma(c, b" ")),
    _broken("no-colon", "The colon after a name is missing.", lambda c, r: c.replace(b'":', b'" ', 1)),
    _broken("equals-sign", "A name is followed by = .", lambda c, r: c.replace(b'":', b'"=', 1)),
    _broken(
        "no-quotes-around-names",
        "Names without quotation marks, as in JavaScript.",
        lambda c, r: b"{" + c[1:].replace(b'"', b"", 2),
    ),
    _broken("single-quotes", "Single quotation marks, as Python prints.",
            lambda c, r: c.replace(b'"', b"'")),
    _broken("comment-after-object", "A comment stands after the object.", lambda c, r: c + b" // checked"),
    _broken("comment-inside", "A comment stands in the object.", lambda c, r: b"{/* checked */" + c[1:]),
    _broken("text-after-object", "Anything else follows the object.", lambda c, r: c + b" x"),
    _broken("label-before-object", "A label stands before the object.", lambda c, r: b"data: " + c),
    _broken("two-objects", "Two objects stand on one line.", lambda c, r: c + c),
    _broken("two-objects-and-space", "Two objects with a space between.", lambda c, r: c + b" " + c),
    _broken("two-objects-and-cr", "Two objects with a lone CR between.", lambda c, r: c + b"\r" + c),
    _broken(
        "object-over-two-lines",
        "One object goes over two lines.",
        lambda c, r: _spoilt_comma(c, b",\n"),
        lines=2,
    ),
    _broken("mark-before-object", "A byte order mark stands within the file.", lambda c, r: BOM + c),
    _broken("mark-after-object", "A byte order mark follows the object.", lambda c, r: c + BOM),
    _broken("nul-before-object", "A NUL byte stands before the object.", lambda c, r: b"\0" + c),
    _broken("nul-after-object", "A NUL byte follows the object.", lambda c, r: c + b"\0"),
    _broken("form-feed", "A form feed stands around the object.", lambda c, r: c + b"\f"),
    _broken("vertical-tab", "A vertical tab stands around the object.", lambda c, r: b"\v" + c),
    _broken("separator-before-object", "A record separator (RFC 7464) comes first.",
            lambda c, r: b"\x1e" + c),
    _broken("no-break-space", "A no-break space stands around the object.", lambda c, r: b"\xc2\xa0" + c),
    _broken("zero-width-space", "A zero-width space follows the object.", lambda c, r: c + b"\xe2\x80\x8b"),
    _broken("utf-16-line", "A line in UTF-16.", lambda c, r: _ascii(c).encode("utf-16-le")),
    _broken(
        "brackets-unclosed",
        "100,000 brackets open and none closes.",
        lambda c, r: c[:-1] + b',"x":' + b"[" * 100_000,
        heavy=True,
    ),
    _broken(
        "nested-100000-deep",
        "Lists in lists, 100,000 deep.",
        lambda c, r: c[:-1] + b',"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        heavy=True,
    ),
    _broken(
        "objects-100000-deep",
        "Objects in objects, 100,000 deep.",
        lambda c, r: c[:-1] + b"," + b'"x":{' * 100_000 + b"}" * 100_001,
        heavy=True,
    ),
)  # fmt: skip

NUMBERS = (
    _token("nan", "NaN for a number.", b"NaN", INTEGER),
    _token("infinity", "Infinity for a number.", b"Infinity", INTEGER),
    _token("minus-infinity", "-Infinity for a number.", b"-Infinity", INTEGER),
    _token("plus-sign", "A plus before a number.", b"+5", INTEGER),
    _token("leading-zero", "A zero before a number.", b"05", INTEGER),
    _token("point-first", "A fraction without a digit before the point.", b".5", INTEGER),
    _token("point-last", "A point without a digit after it.", b"5.", INTEGER),
    _token("exponent-without-digits", "An exponent without digits.", b"5e", INTEGER),
    _token("minus-alone", "A minus without digits.", b"-", INTEGER),
    _token("hexadecimal-number", "A number in hexadecimal.", b"0x1F", INTEGER),
    _token("underscore-in-number", "An underscore between digits.", b"1_000", INTEGER),
    _token("comma-in-number", "A comma for the decimal point.", b"1,5", INTEGER),
    _token("bare-arabic-digits", "Digits of the Arabic script.", "٥".encode(), INTEGER),
    _token("number-beyond-double", "A number too great for a double.", b"1e400", INTEGER),
    _token("integer-of-4301-digits", "An integer of more than 4,300 digits.", b"9" * 4301, INTEGER),
    _token("python-true", "True, as Python prints it.", b"True", INTEGER),
    _token("python-none", "None, as Python prints it.", b"None", INTEGER),
    _token("undefined", "undefined, as JavaScript prints it.", b"undefined", INTEGER),
    _token("null-cut-short", "nul for null.", b"nul", INTEGER),
    _token("no-value", "A name without a value.", b"", INTEGER),
)  # fmt: skip

TEXTS_BROKEN = (
    _token("raw-tab", "A tab inside a text that is not escaped.", _quoted(b"a\tb")),
    _token("raw-newline", "A newline inside a text that is not escaped.", _quoted(b"a\nb"), lines=2),
    _token("raw-cr", "A CR inside a text that is not escaped.", _quoted(b"a\rb")),
    _token("raw-nul", "A NUL byte inside a text.", _quoted(b"a\0b")),
    _token("raw-unit-separator", "Another control character inside a text.", _quoted(b"a\x1fb")),
    _token("escape-x", r"The escape \x41, which JSON has not.", _quoted(rb"\x41")),
    _token("escape-quote", r"The escape \', which JSON has not.", _quoted(rb"it\'s")),
    _token("escape-long", r"The escape \U, which JSON has not.", _quoted(rb"\U00000041")),
    _token("escape-too-short", r"The escape \u with two digits.", _quoted(rb"\u12")),
    _token("escape-no-hexadecimal", r"The escape \u with letters after f.", _quoted(rb"\u00zz")),
    _token("escape-of-the-end", "A backslash before the closing mark.", _quoted(b"abc\\")),
    _token("surrogate-high", "A high surrogate alone.", _quoted(rb"\ud83d")),
    _token("surrogate-low", "A low surrogate alone.", _quoted(rb"\ude00")),
    _token("surrogates-turned-round", "A low surrogate before a high one.", _quoted(rb"\ude00\ud83d")),
    _token("surrogates-high-high", "Two high surrogates.", _quoted(rb"\ud83d\ud83d")),
    _token("surrogate-and-letter", "A high surrogate and a letter.", _quoted(rb"\ud83d\u0041")),
    _token("utf-8-no-lead", "A UTF-8 byte that only continues.", _quoted(b"a\x80b")),
    _token("utf-8-cut", "A UTF-8 sequence that ends too early.", _quoted(b"\xe2\x82")),
    _token("utf-8-invalid", "A byte that UTF-8 never has.", _quoted(b"\xff")),
    _token("utf-8-overlong", "Overlong UTF-8 of two bytes.", _quoted(b"\xc0\xaf")),
    _token("utf-8-overlong-three", "Overlong UTF-8 of three bytes.", _quoted(b"\xe0\x80\xaf")),
    _token("utf-8-surrogate", "A surrogate in UTF-8.", _quoted(b"\xed\xa0\x80")),
    _token("utf-8-surrogate-pair", "A surrogate pair in UTF-8.", _quoted(b"\xed\xa0\xbd\xed\xb8\x80")),
    _token("utf-8-beyond-unicode", "UTF-8 above U+10FFFF.", _quoted(b"\xf4\x90\x80\x80")),
    _token("utf-8-five-bytes", "A sequence of five bytes.", _quoted(b"\xf8\x88\x80\x80\x80")),
    _token("latin-1", "A text in Latin-1.", _quoted("règle".encode("latin-1"))),
    _broken("utf-8-in-name", "A name that is no UTF-8.", lambda c, r: c[:-1] + b',"\xff":1}'),
    _broken(
        "utf-8-in-unknown-field",
        "A field that is not ours, with a value that is no UTF-8.",
        lambda c, r: c[:-1] + b',"x":"\xff"}',
    ),
    _broken("surrogate-in-name", "A lone surrogate in a name.", lambda c, r: c[:-1] + rb',"\ud800":1}'),
    _broken("utf-8-between", "An invalid byte between members.", lambda c, r: _spoilt_comma(c, b",\xff")),
    _broken(
        "first-of-two-no-utf-8",
        "A name stands twice, and its first value is no UTF-8.",
        lambda c, r: b'{"category":"\xff",' + c[1:],
    ),
    _broken(
        "first-of-two-no-json",
        "A name stands twice, and its first value is no JSON.",
        lambda c, r: b'{"category":nil,' + c[1:],
    ),
)  # fmt: skip


# --- JSON in another writing -------------------------------------------------------------------------


def _escaped(text: bytes) -> bytes:
    """Each character of a text in ASCII as an escape."""
    return b"".join(b"\\u%04x" % byte for byte in text)


def _with_escaped(row: Row, *names: str) -> bytes:
    pairs = (
        _quoted(_escaped(name.encode()) if name in names else name.encode()) + b":" + token
        for name, token in _tokens(row).items()
    )
    return b"{" + b",".join(pairs) + b"}"


def _values_escaped(row: Row) -> bytes:
    """Every text of the row in escapes, the identifier left as it is so that it can be replaced."""
    tokens = {
        name: _quoted(_escaped(token[1:-1]))
        if token[:1] == b'"' and token.isascii() and b"\\" not in token and name != TABLE.identifier
        else token
        for name, token in _tokens(row).items()
    }
    return _object(tokens)


def _shuffled(row: Row, random: Random) -> bytes:
    return line(dict(random.sample(list(row.items()), len(row))))


def _nulls(row: Row) -> bytes:
    absent = {field.name: None for field in TABLE.fields if field.name not in row}
    return line(row | absent)


WRITINGS = (
    _other("names-reversed", "The members in reverse order.",
           lambda row: line(dict(reversed(row.items())))),
    Kind("names-shuffled", "The members in any order.", _shuffled, (ACCEPTED,)),
    _other("nulls", "Every absent field written as null.", _nulls),
    _other("spaces-inside", "Spaces around every colon and comma.",
           lambda row: _object(_tokens(row), b" , ", b" : ", b" ")),
    _other("tabs-inside", "Tabs around every colon and comma.",
           lambda row: _object(_tokens(row), b"\t,\t", b"\t:\t", b"\t")),
    _other("crs-inside", "CR characters around every colon and comma.",
           lambda row: _object(_tokens(row), b"\r,\r", b"\r:\r", b"\r")),
    _other("spaces-around", "Spaces and tabs around the object.", lambda row: b" \t" + line(row) + b"\t "),
    _other("crlf-line", "The line ends with CRLF.", lambda row: line(row) + b"\r"),
    _other("cr-twice", "The line ends with two CR and LF.", lambda row: line(row) + b"\r\r"),
    _other("spaces-64-kib", "64 KiB of spaces.", lambda row: b" " * 65_536 + line(row)),
    _other("spaces-5-mb", "5 MB of spaces.",
           lambda row: line(row)[:-1] + b" " * MEGABYTES + b"}", heavy=True),
    _other("name-escaped", r"One name in escapes: \u0063ategory.",
           lambda row: line(row).replace(b'"category":', rb'"\u0063ategory":')),
    _other("names-escaped", "Every name in escapes.", lambda row: _with_escaped(row, *row)),
    _other("values-escaped", "Every text in escapes.", _values_escaped),
    _value("slash-escaped", r"A slash written as \/.", TEXT, _quoted(rb"3\/4")),
    _value("escapes-upper-case", r"The escape \u00E9 with an upper-case digit.", TEXT, _quoted(rb"\u00E9")),
)  # fmt: skip


# --- names ------------------------------------------------------------------------------------------


def _twice(first: bytes) -> Callable[[Row], bytes]:
    return lambda row: _before(row, first)


def _renamed(row: Row, name: str, to: str) -> bytes:
    return line({to if each == name else each: value for each, value in row.items()})


def _pair(name: str, says: str, to: str) -> Kind:
    """A required field under a wrong name: the wrong one is unknown and the right one missing."""
    expect = frozenset({(f"/{to}", "unknown_field"), (f"/{REQUIRED}", "missing")})
    return Kind(name, says, lambda row, random: _renamed(row, REQUIRED, to), (expect,))


_EMPTY = frozenset((f"/{field.name}", "missing") for field in TABLE.fields if field.required)
NAMES = (
    _other("name-twice-equal", "A name stands twice with equal values.",
           lambda row: _before(row, b'"category":' + msgspec.json.encode(row[CATEGORY]))),
    _other("name-twice-bad-first", "A name stands twice; the first value is no code.",
           _twice(b'"category":"NONE"')),
    _other("name-twice-type-first", "A name stands twice; the first value is of another type.",
           _twice(b'"category":{"a":[1]}')),
    _other("name-twice-null-first", "A name stands twice; the first value is null.",
           _twice(b'"category":null')),
    _other("name-twice-bad-last", "A name stands twice; the last value is no code.",
           lambda row: _after(row, b'"category":"NONE"'), "code", "/category"),
    _other("name-twice-null-last", "A required name stands twice; the last value is null.",
           lambda row: _after(row, b'"category":null'), "missing", "/category"),
    _other("name-twice-optional-null-last", "An optional name stands twice; the last value is null.",
           lambda row: _after(row, b'"surface":"feed","surface":null')),
    _other("name-twice-escaped", "A name stands twice, once in escapes; the last value is no code.",
           lambda row: _after(row, rb'"\u0063ategory":"NONE"'), "code", "/category"),
    _other("name-twice-escaped-first", "A name stands twice, first in escapes and with no code.",
           _twice(rb'"\u0063ategory":"NONE"')),
    _other("identifier-twice", "The identifier stands twice; the last one counts.",
           lambda row: _before(row, b'"incident_id":"another"')),
    _other("unknown-name-twice", "A name that is no field stands twice.",
           lambda row: _after(row, b'"nonsense":1,"nonsense":2'), "unknown_field", "/nonsense"),
    _member("unknown-name", "A name that is no field.", "nonsense", b"1"),
    _member("unknown-name-with-object", "A name that is no field, with an object.",
            "nonsense", b'{"a":[1,{}]}'),
    _other("unknown-name-with-null", "A name that is no field, with null.",
           lambda row: _after(row, b'"nonsense":null')),
    _member("unknown-name-nested", "A name that is no field, with lists 100 deep.", "nonsense",
            b"[" * 100 + b"]" * 100),
    _member("name-of-other-record", "The name of a field of another record type.", "appeal_id", b'"a-1"'),
    _member("name-of-program", "A name that means something to a program.", "__class__", b"1"),
    _member("name-empty", "The empty name.", "", b"1"),
    _member("name-with-slash", "A name with a slash and a tilde.", "a/b~c", b"1"),
    _member("name-with-nul", "A name with a NUL character.", "category\0", b"1"),
    _member("name-with-space", "A name with a space at its end.", "category ", b'"OTH"'),
    _member("name-with-mark", "A name with a byte order mark.", "\ufeffcategory", b'"OTH"'),
    _other("name-of-10000-characters", "A name of 10,000 characters; its beginning is told.",
           lambda row: _object(_tokens(row) | {"x" * 10_000: b"1"}), "unknown_field",
           "/" + "x" * 119 + "…"),
    _pair("name-misspelt", "A misspelt name.", "treatmnet"),
    _pair("name-upper-case", "A name in upper case.", "TREATMENT"),
    _pair("name-camel-case", "A name with a capital.", "Treatment"),
    _pair("name-hyphen", "A name with a hyphen.", "treat-ment"),
    _pair("name-full-width", "A name in full-width letters.", "ｔｒｅａｔｍｅｎｔ"),
    _pair("name-cyrillic", "A name with a Cyrillic letter.", "trеatment"),
    Kind("object-empty", "An empty object.", lambda row, random: b"{}", (_EMPTY,)),
    Kind("object-of-nulls", "An object with nothing but null.",
         lambda row, random: line(dict.fromkeys(row)), (_EMPTY,)),
    Kind("object-of-others", "An object with no name of ours.", lambda row, random: b'{"a":1}',
         (_EMPTY | {("/a", "unknown_field")},)),
    _other("required-absent", "A required field is absent.",
           lambda row: line(_without(row, REQUIRED)), "missing", f"/{REQUIRED}"),
    _value("required-null", "A required field is null.", REQUIRED, b"null", "missing"),
    _value("required-code-null", "A required field that rules read is null.", CATEGORY, b"null", "missing"),
    _value("required-list-null", "A required list is null.", "content_type", b"null", "missing"),
    _other("identifier-absent", "The identifier is absent.",
           lambda row: line(_without(row, "incident_id")), "missing", "/incident_id"),
    _value("optional-null", "An optional field is null.", CODE, b"null"),
)  # fmt: skip


# --- numbers -----------------------------------------------------------------------------------------

INTEGERS = (
    _value("integer-with-point", "1.0 for an integer.", INTEGER, b"1.0", "type"),
    _value("integer-with-exponent", "1e3 for an integer.", INTEGER, b"1e3", "type"),
    _value("integer-with-large-exponent", "1E2 for an integer.", INTEGER, b"1E2", "type"),
    _value("integer-with-fraction", "A fraction for an integer.", INTEGER, b"0.5", "type"),
    _value("integer-as-great-float", "1e308 for an integer.", INTEGER, b"1e308", "type"),
    _value("integer-as-small-float", "1e-400 for an integer.", INTEGER, b"1e-400", "type"),
    _value("integer-in-quotes", 'The text "5" for an integer.', INTEGER, "5", "type"),
    _value("integer-with-separators", 'The text "1,000" for an integer.', INTEGER, "1,000", "type"),
    _value("integer-arabic", "A text of Arabic digits for an integer.", INTEGER, "٥", "type"),
    _value("integer-empty", "An empty text for an integer.", INTEGER, "", "type"),
    _value("integer-true", "true for an integer.", INTEGER, b"true", "type"),
    _value("integer-false", "false for an integer.", INTEGER, b"false", "type"),
    _value("integer-list", "A list for an integer.", INTEGER, b"[5]", "type"),
    _value("integer-nested-list", "A list in a list for an integer.", INTEGER, b"[[5]]", "type"),
    _value("integer-object", "An object for an integer.", INTEGER, b"{}", "type"),
    _value("integer-zero", "0 where 0 is the least.", INTEGER, b"0"),
    _value("integer-minus-zero", "-0 is 0.", INTEGER, b"-0"),
    _value("integer-minus-zero-point", "-0.0 is no integer.", INTEGER, b"-0.0", "type"),
    _value("integer-negative", "An integer below the least.", INTEGER, b"-1", "range"),
    _value("integer-greatest", "The greatest integer that is allowed.", INTEGER, b"9007199254740991"),
    _value("integer-too-great", "One above the greatest.", INTEGER, b"9007199254740992", "range"),
    _value("integer-too-great-float", "A float above the greatest.",
           INTEGER, b"9007199254740993.0", "type"),
    _value("integer-63-bits", "An integer of 64 bits with its sign.",
           INTEGER, b"9223372036854775808", "range"),
    _value("integer-64-bits", "An integer beyond 64 bits.", INTEGER, b"18446744073709551616", "range"),
    _value("integer-19-digits", "An integer of 19 digits.", INTEGER, b"9" * 19, "range"),
    _value("integer-40-digits", "An integer of 40 digits.", INTEGER, b"9" * 40, "range"),
    _value("integer-minus-40-digits", "A negative integer of 40 digits.",
           INTEGER, b"-" + b"9" * 40, "range"),
    _value("integer-4300-digits", "An integer of 4,300 digits.", INTEGER, b"9" * 4300, "range"),
    _value("revision-zero", "Revision 0.", "revision", b"0", "range"),
    _value("revision-too-great", "A revision above the greatest.", "revision", b"1000001", "range"),
    _value("revision-with-point", "Revision 1.0.", "revision", b"1.0", "type"),
    _value("revision-true", "true for the revision.", "revision", b"true", "type"),
)  # fmt: skip


# --- texts -------------------------------------------------------------------------------------------

_MOST = FIELDS[TEXT].max_length or 0
_MOST_LONG = FIELDS[LONG].max_length or 0
TEXTS = (
    _value("text-empty", "An empty text.", TEXT, "", "length"),
    _value("text-of-a-space", "A text of one space.", TEXT, " "),
    _value("text-at-maximum", "A text as long as allowed.", TEXT, "x" * _MOST),
    _value("text-above-maximum", "A text one character longer.", TEXT, "x" * (_MOST + 1), "length"),
    _value("text-accents-at-maximum", "Letters of two bytes, as many as allowed.", TEXT, "é" * _MOST),
    _value("text-astral-at-maximum", "Characters of four bytes, as many as allowed.", TEXT, "😀" * _MOST),
    _value("text-astral-above-maximum", "One such character more.", TEXT, "😀" * (_MOST + 1), "length"),
    _value("text-pairs-at-maximum", "The same as surrogate pairs.",
           TEXT, _quoted(rb"\ud83d\ude00" * _MOST)),
    _value("text-pairs-above-maximum", "One such pair more.", TEXT,
           _quoted(rb"\ud83d\ude00" * (_MOST + 1)), "length"),
    _value("text-escapes-at-maximum", "Escapes, as many as allowed.", TEXT, _quoted(rb"\u0078" * _MOST)),
    _value("text-marks-at-maximum", "Letters with combining marks; each mark counts.",
           TEXT, "e\u0301" * (_MOST // 2)),
    _value("text-marks-above-maximum", "One such letter more.",
           TEXT, "e\u0301" * (_MOST // 2 + 1), "length"),
    _value("text-family-emoji", "Emoji that are joined; each part counts.",
           TEXT, "👩\u200d👩\u200d👧" * (_MOST // 5)),
    _value("long-text-at-maximum", "The longest field at its maximum.", LONG, "x" * _MOST_LONG),
    _value("text-5-mb", "A text of 5 MB.", LONG, "x" * MEGABYTES, "length", heavy=True),
    _value("text-number", "A number for a text.", TEXT, b"17", "type"),
    _value("text-true", "true for a text.", TEXT, b"true", "type"),
    _value("text-list", "A list for a text.", TEXT, b'["x"]', "type"),
    _value("text-object", "An object for a text.", TEXT, b'{"en":"x"}', "type"),
    _value("text-nul", "A NUL character in a text.", TEXT, "a\0b"),
    _value("text-controls", "Escaped newline, tab and escape character.", TEXT, "a\n\t\x1bb"),
    _value("text-delete", "The delete character, which JSON allows.", TEXT, _quoted(b"a\x7fb")),
    _value("text-line-separator", "U+2028 and U+0085, which end no line.",
           TEXT, _quoted("a\u2028\u0085b".encode())),
    _value("text-mark", "A byte order mark in a text.", TEXT, _quoted("a\ufeffb".encode())),
    _value("text-noncharacter", "U+FFFF, which is no character.", TEXT, _quoted("\uffff".encode())),
    _value("text-right-to-left", "Text from right to left, with its controls.", TEXT, "\u202eשלום\u202c"),
    _value("text-spaces-around", "Spaces around a text are kept.", TEXT, "  clause 4  "),
    _value("text-handle", "An account handle.", LONG, "see @handle", "HT-R21"),
    _value("text-handle-first", "An account handle as the whole text.", LONG, "@handle", "HT-R21"),
    _value("text-handle-no-break-space", "A handle after a no-break space.",
           LONG, "see\u00a0@handle", "HT-R21"),
    _value("text-handle-newline", "A handle after a newline.", LONG, "see\n@handle", "HT-R21"),
    _value("text-handle-escaped", "A handle whose sign is an escape.",
           LONG, _quoted(rb"see \u0040handle"), "HT-R21"),
    _value("text-handle-last", "A handle at the end of a text of full length.", LONG,
           "x" * (_MOST_LONG - 8) + " @handle", "HT-R21"),
    _value("text-e-mail", "An e-mail address.", LONG, "write to someone@mail.example", "HT-R21"),
    _value("text-address", "A web address in mixed case.", LONG, "hTTpS://mail.example", "HT-R21"),
    _value("text-digits", "32 hexadecimal digits.", LONG, "0123456789abcdefABCDEF0123456789", "HT-R21"),
    _value("text-digits-arabic", "32 Arabic digits, which are no hexadecimal ones.", LONG, "٠١٢٣٤٥٦٧" * 4),
    _value("text-sign-full-width", "A full-width sign is no handle.", LONG, "see ＠handle"),
    _value("text-long-s", "A long s, which case folding would take for s.", LONG, "http\u017f://mail"),
)  # fmt: skip

PATTERNS = (
    _value("identifier-longest", "An identifier of 500 characters.", NAME, "n" * 500),
    _value("identifier-too-long", "An identifier of 501 characters.", NAME, "n" * 501, "pattern"),
    _value("identifier-empty", "An empty identifier.", NAME, "", "pattern"),
    _value("identifier-newline", r'"north\n" for an identifier.', NAME, "north\n", "pattern"),
    _value("identifier-newline-first", "A newline before an identifier.", NAME, "\nnorth", "pattern"),
    _value("identifier-two-lines", "An identifier on each of two lines.", NAME, "north\nsouth", "pattern"),
    _value("identifier-space", "A space after an identifier.", NAME, "north ", "pattern"),
    _value("identifier-nul", "A NUL character in an identifier.", NAME, "nor\0th", "pattern"),
    _value("identifier-accent", "A letter with an accent.", NAME, "nörd", "pattern"),
    _value("identifier-cyrillic", "A Cyrillic letter.", NAME, "n\u043erth", "pattern"),
    _value("identifier-arabic-digit", "An Arabic digit.", NAME, "north٥", "pattern"),
    _value("identifier-full-width", "Full-width letters.", NAME, "ｎｏｒｔｈ", "pattern"),
    _value("identifier-number", "A number for an identifier.", NAME, b"17", "type"),
    _value("identifier-escaped", "An identifier in escapes.", NAME, _quoted(_escaped(b"north"))),
    _value("version-two-numbers", 'Version "0.1".', "harmtax_version", "0.1", "pattern"),
    _value("version-number", "Version 0.1 as a number.", "harmtax_version", b"0.1", "type"),
    _value("version-leading-zero", 'Version "00.1.0".', "harmtax_version", "00.1.0", "pattern"),
    _value("version-with-v", 'Version "v0.1.0".', "harmtax_version", "v0.1.0", "pattern"),
    _value("version-arabic", "A version in Arabic digits.", "harmtax_version", "٠.١.٠", "pattern"),
)  # fmt: skip


# --- codes and lists -------------------------------------------------------------------------------


def _any_code(name: str, random: Random) -> str:
    return random.choice(CODES[FIELDS[name].codes or ""])


def _changed(field: str, change: Callable[[str], object]) -> Callable[[Random], object]:
    """A code of the field, changed."""
    return lambda random: change(_any_code(field, random))


def _title(random: Random) -> str:
    return random.choice(CODE_LISTS[FIELDS[CODE].codes or ""].codes).title


def _category_title(random: Random) -> str:
    return random.choice(CATEGORIES).title


def _foreign(codes: str, random: Random) -> str:
    ours = CODES[FIELDS[CATEGORY].codes or ""]
    return random.choice([code for code in FORMATS["dsa_v2"].codes[codes] if code not in ours])


def _country(random: Random) -> str:
    return _any_code(LIST, random)


CODED = (
    _value("code-lower-case", "A code in lower case.", CATEGORY, _changed(CATEGORY, str.lower), "code"),
    _value("code-upper-case", "A code in upper case.", CODE, _changed(CODE, str.upper), "code"),
    _value("code-space-after", "A code with a space after it.", CODE, _changed(CODE, "{} ".format), "code"),
    _value("code-space-before", "A code with a space before it.",
           CODE, _changed(CODE, " {}".format), "code"),
    _value("code-newline-after", "A code with a newline after it.",
           CODE, _changed(CODE, "{}\n".format), "code"),
    _value("code-nul-after", "A code with a NUL character after it.",
           CODE, _changed(CODE, "{}\0".format), "code"),
    _value("code-unknown", "A code that no list has.", CODE, "nowhere", "code"),
    _value("code-empty", "An empty code.", CODE, "", "code"),
    _value("code-title", "The title instead of the code.", CODE, _title, "code"),
    _value("category-title", "The title of a category.", CATEGORY, _category_title, "code"),
    _value("category-foreign", "A category of the DSA database.",
           CATEGORY, partial(_foreign, "DsaCategory"), "code"),
    _value("keyword-foreign", "A keyword of the DSA database.",
           CATEGORY, partial(_foreign, "DsaKeyword"), "code"),
    _value("category-underscore", "An underscore for the hyphen.", CATEGORY, "IIA_NUD", "code"),
    _value("category-dash", "A dash for the hyphen.", CATEGORY, "IIA\u2013NUD", "code"),
    _value("category-full-width", "A category in full-width letters.", CATEGORY, "ＩＩＡ", "code"),
    _value("category-cyrillic", "A category with a Cyrillic letter.", CATEGORY, "\u041eTH", "code"),
    _value("language-with-script", "A language with its script.", LANGUAGE, "zh-Hant", "code"),
    _value("language-three-letters", "A language of three letters.", LANGUAGE, "deu", "code"),
    _value("code-number", "A number for a code.", CODE, b"1", "type"),
    _value("code-true", "true for a code.", CODE, b"true", "type"),
    _value("code-list", "A list with the code for the code.",
           CODE, _changed(CODE, lambda code: [code]), "type"),
    _value("code-object", "An object for a code.", CODE, b'{"code":"feed"}', "type"),
    _value("code-escaped", "A code in escapes.",
           CODE, _changed(CODE, lambda code: _quoted(_escaped(code.encode())))),
    _value("list-empty", "An empty list.", LIST, b"[]", "length"),
    _value("list-empty-required", "An empty list in a required field.", "content_type", b"[]", "length"),
    _value("list-null", "A list with null.", LIST, lambda r: [_country(r), None], "type", "/1"),
    _value("list-of-null", "A list of null.", LIST, b"[null]", "type", "/0"),
    _value("list-number", "A list with a number.", LIST, lambda r: [_country(r), 7], "type", "/1"),
    _value("list-true", "A list with true.", LIST, b"[true]", "type", "/0"),
    _value("list-nested", "A list in a list.", LIST, lambda r: [[_country(r)]], "type", "/0"),
    _value("list-nested-100-deep", "Lists in lists, 100 deep.",
           LIST, b"[" * 100 + b"]" * 100, "type", "/0"),
    _value("list-with-object", "A list with an object.", LIST, lambda r: [_country(r), {}], "type", "/1"),
    _value("list-repeat", "A list with a code twice.", LIST, lambda r: [_country(r)] * 2, "HT-R03"),
    _value("list-repeat-escaped", "A code twice, once in escapes.", LIST, rb'["TW","\u0054W"]', "HT-R03"),
    _value("list-all-codes", "Every code of a long list.", LIST, lambda r: list(CODES["CountryCode"])),
    _value("list-of-10000", "10,000 times the same code.",
           LIST, lambda r: [_country(r)] * 10_000, "HT-R03"),
    _value("list-unknown-code", "A list with an unknown code.",
           LIST, lambda r: [_country(r), "XX"], "code", "/1"),
    _value("list-empty-code", "A list with an empty text.", LIST, b'[""]', "code", "/0"),
    _value("list-lower-case", "A list with a code in lower case.",
           LIST, lambda r: [_country(r).lower()], "code", "/0"),
    _value("list-text", "A text for a list.", LIST, _country, "type"),
    _value("list-text-with-commas", "A text with commas for a list.", LIST, "TW,JP", "type"),
    _value("list-json-in-quotes", "A list in quotation marks.", LIST, '["TW"]', "type"),
    _value("list-object", "An object for a list.", LIST, b"{}", "type"),
    _value("list-false", "false for a list.", LIST, b"false", "type"),
    _value("list-spaces", "A list with spaces around its members.", LIST, b'[ "TW" ,\t"JP" ]'),
    _value("list-comma-last", "A list with a comma at its end.",
           LIST, b'["TW",]')._replace(expect=(UNREADABLE,)),
    _value("list-not-closed", "A list that is not closed.", LIST, b'["TW"')._replace(expect=(UNREADABLE,)),
)  # fmt: skip


# --- days and times -----------------------------------------------------------------------------------


def _moment(row: Row, digits: int) -> str:
    """The time of the action with at least so many decimals, the same moment as before."""
    whole, _, decimals = str(row[ACTED])[:-1].partition(".")
    return f"{whole}.{decimals.ljust(digits, '0')}Z"


def _acted(name: str, says: str, change: Callable[[Row], Row], rule: str | None = None,
           path: str = "") -> Kind:  # fmt: skip
    """Days and times that are sound and stand in some order."""
    return _other(name, says, lambda row: line(row | change(row)), rule, path, needs=(ACTED,))


def _bad_days(*faults: tuple[str, str, str]) -> tuple[Kind, ...]:
    return tuple(_value(f"day-{name}", says, DAY, text, "time") for name, says, text in faults)


def _bad_times(*faults: tuple[str, str, str]) -> tuple[Kind, ...]:
    return tuple(_value(f"time-{name}", says, TIME, text, "time") for name, says, text in faults)


DATED = (
    *_bad_days(
        ("30-february", "30 February.", "2026-02-30"),
        ("29-february", "29 February of a common year.", "2026-02-29"),
        ("29-february-1900", "29 February 1900, no leap year.", "1900-02-29"),
        ("31-april", "31 April.", "2026-04-31"),
        ("month-13", "Month 13.", "2026-13-01"),
        ("month-0", "Month 0.", "2026-00-10"),
        ("day-0", "Day 0.", "2026-01-00"),
        ("year-0", "Year 0000.", "0000-01-01"),
        ("year-1899", "Year 1899.", "1899-12-31"),
        ("year-2100", "Year 2100.", "2100-01-01"),
        ("year-10000", "A year of five digits.", "12026-01-02"),
        ("negative-year", "A year before year 0.", "-2026-01-02"),
        ("short", "Month and day of one digit.", "2026-1-2"),
        ("without-hyphens", "A day without hyphens, the basic form of ISO 8601.", "20260102"),
        ("of-week", "A day of a week, another form of ISO 8601.", "2026-W01-1"),
        ("of-year", "A day of a year, another form of ISO 8601.", "2026-002"),
        ("with-points", "A day as 02.01.2026.", "02.01.2026"),
        ("with-time", "A time for a day.", "2026-01-02T00:00:00Z"),
        ("newline", "A newline after a day.", "2026-01-02\n"),
        ("space", "A space before a day.", " 2026-01-02"),
        ("empty", "An empty text for a day.", ""),
        ("arabic", "A day in Arabic digits.", "٢٠٢٦-٠١-٠٢"),
        ("full-width", "A day in full-width digits.", "２０２６-01-02"),
        ("minus", "A day with minus signs.", "2026\u221201\u221202"),
    ),
    _value("day-number", "A number for a day.", DAY, b"20260102", "time"),
    _value("day-true", "true for a day.", DAY, b"true", "time"),
    _value("day-null", "null for a day that is required.", DAY, b"null", "missing"),
    _value("day-object", "An object for a day.", DAY, b"{}", "type"),
    _value("day-earliest", "The first day that can be stated.", DAY, "1900-01-01"),
    _value("day-leap", "29 February of a leap year.", DAY, "2000-02-29"),
    _value("day-escaped", "A day in escapes.", DAY, _quoted(_escaped(b"1999-12-31"))),
    *_bad_times(
        ("30-february", "30 February with an hour.", "2026-02-30T10:15:00Z"),
        ("hour-24", "Hour 24.", "2026-03-04T24:00:00Z"),
        ("minute-60", "Minute 60.", "2026-03-04T10:60:00Z"),
        ("leap-second", "A leap second.", "2016-12-31T23:59:60Z"),
        ("year-0", "Year 0000.", "0000-01-01T00:00:00Z"),
        ("year-1899", "Year 1899.", "1899-12-31T23:59:59Z"),
        ("year-2100", "Year 2100.", "2100-01-01T00:00:00Z"),
        ("lower-case-t", "A lower-case t.", "2026-03-04t10:15:00Z"),
        ("lower-case-z", "A lower-case z.", "2026-03-04T10:15:00z"),
        ("zero-offset", "The offset +00:00.", "2026-03-04T10:15:00+00:00"),
        ("offset", "Another offset.", "2026-03-04T18:15:00+08:00"),
        ("without-zone", "No zone.", "2026-03-04T10:15:00"),
        ("zone-in-words", "A zone in words.", "2026-03-04T10:15:00 UTC"),
        ("comma", "A comma before the decimals.", "2026-03-04T10:15:00,5Z"),
        ("seven-decimals", "Seven decimals.", "2026-03-04T10:15:00.1234567Z"),
        ("nine-decimals", "Nine decimals, all but three of them 0.", "2026-03-04T10:15:00.123000000Z"),
        ("point-without-decimals", "A point without decimals.", "2026-03-04T10:15:00.Z"),
        ("without-seconds", "No seconds.", "2026-03-04T10:15Z"),
        ("without-minutes", "No minutes.", "2026-03-04T10Z"),
        ("without-colons", "The basic form of ISO 8601.", "20260304T101500Z"),
        ("space-for-t", "A space for T.", "2026-03-04 10:15:00Z"),
        ("day-alone", "A day for a time.", "2026-03-04"),
        ("arabic", "A time in Arabic digits.", "2026-03-04T١٠:15:00Z"),
        ("newline", "A newline after a time.", "2026-03-04T10:15:00Z\n"),
        ("space", "A space after a time.", "2026-03-04T10:15:00Z "),
        ("seconds-in-quotes", "Seconds since 1970 in quotation marks.", "1772619300"),
        ("empty", "An empty text for a time.", ""),
    ),
    _value("time-seconds", "Seconds since 1970.", TIME, b"1772619300", "time"),
    _value("time-milliseconds", "Milliseconds since 1970.", TIME, b"1772619300000", "time"),
    _acted("time-one-decimal", "One decimal.", lambda row: {ACTED: _moment(row, 1)}),
    _acted("time-six-decimals", "Six decimals.", lambda row: {ACTED: _moment(row, 6)}),
    _acted("time-latest", "The last moment that can be stated.",
           lambda row: {TIME: "2099-12-31T23:59:59.999999Z"}),
    _acted("time-equal", "A reinstatement at the moment of the action.", lambda row: {TIME: row[ACTED]}),
    _acted("time-same-day", "Content and action on one UTC day.", lambda row: {DAY: row[ACTED][:10]}),
    _acted("time-before-1970", "Half a second before 1970 is the last day of 1969.",
           lambda row: {DAY: "1969-12-31", ACTED: "1969-12-31T23:59:59.5Z"}),
    _acted("time-order-before-1970", "Content on the day after the half second before 1970.",
           lambda row: {DAY: "1970-01-01", ACTED: "1969-12-31T23:59:59.5Z"}, "HT-R17", f"/{ACTED}"),
    _acted("time-order-of-days", "Content on a later day than the action.",
           lambda row: {DAY: "2099-12-31"}, "HT-R17", f"/{ACTED}"),
    _acted("time-order-of-microseconds", "A reinstatement one microsecond before the action.",
           lambda row: {ACTED: f"{row[ACTED][:19]}.000001Z", TIME: f"{row[ACTED][:19]}Z"},
           "HT-R17", f"/{TIME}"),
    Kind("two-faults", "Two fields with a fault each are both told.",
         lambda row, random: line(row | {DAY: "2026-02-30", CODE: "nowhere"}),
         (frozenset({(f"/{DAY}", "time"), (f"/{CODE}", "code")}),)),
    Kind("fault-and-rule", "A field with a fault, and a rule that does not read it.",
         lambda row, random: line(row | {CODE: "nowhere", LONG: "see @handle"}),
         (frozenset({(f"/{CODE}", "code"), (f"/{LONG}", "HT-R21")}),)),
)  # fmt: skip


# --- rules ------------------------------------------------------------------------------------------


def _planting(word: str) -> Kind:
    name = f"breaks-{word}" if word.startswith("HT-") else f"shows-{word}"
    return Kind(
        name, f"A drawn row that breaks or shows {word}.", partial(_breaking, word), plants=word
    )


def _breaking(word: str, row: Row, random: Random) -> bytes:
    """A row with no error but the planted one, where chance finds such a row."""
    choose = RandomChooser(random)
    pins = {"incident_id": row["incident_id"]}
    for _ in range(TRIES):
        content = line(broken_row("Incident", word, choose, pins))
        if {rule for _, rule in _errors(content)} <= {word}:
            break
    return content


RULED = tuple(_planting(word) for word in (*field_words("Incident"), *row_rules("Incident")))

KINDS: tuple[Kind, ...] = (
    *SYNTAX, *NUMBERS, *TEXTS_BROKEN, *WRITINGS, *NAMES, *INTEGERS, *TEXTS, *PATTERNS, *CODED, *DATED,
    *RULED,
)  # fmt: skip


# --- files ------------------------------------------------------------------------------------------


def _file(lines: Sequence[bytes], end: bytes = b"\n") -> bytes:
    return b"".join(each + end for each in lines)


_THREE = (ACCEPTED,) * 3
_FIRST_BAD = (UNREADABLE, *_THREE)
_LAST_BAD = (*_THREE, UNREADABLE)
_AGAIN: Line = frozenset({("/incident_id", "HT-R22")})

FILES: tuple[FileKind, ...] = (
    FileKind("file-empty", "No byte at all.", lambda lines: b"", ()),
    FileKind("file-of-one-newline", "Nothing but a newline.", lambda lines: b"\n", (UNREADABLE,)),
    FileKind("file-with-mark", "A byte order mark before the first line.",
             lambda lines: BOM + _file(lines), _THREE),
    FileKind("file-with-mark-and-crlf", "A byte order mark and CRLF.",
             lambda lines: BOM + _file(lines, b"\r\n"), _THREE),
    FileKind("file-of-a-mark", "Nothing but a byte order mark.", lambda lines: BOM, ()),
    FileKind("file-with-two-marks", "Two byte order marks before the first line.",
             lambda lines: BOM * 2 + _file(lines), (UNREADABLE, ACCEPTED, ACCEPTED)),
    FileKind("file-mark-and-bad-line", "A byte order mark before a line that is no JSON.",
             lambda lines: BOM + b"x\n" + _file(lines), _FIRST_BAD),
    FileKind("file-no-last-newline", "The last line has no newline.",
             lambda lines: _file(lines)[:-1], _THREE),
    FileKind("file-crlf", "Every line ends with CRLF.", lambda lines: _file(lines, b"\r\n"), _THREE),
    FileKind("file-crlf-no-last", "CRLF, and a last line without.",
             lambda lines: _file(lines, b"\r\n")[:-2], _THREE),
    FileKind("file-crlf-cut", "CRLF, and a last line with CR only.",
             lambda lines: _file(lines, b"\r\n")[:-1], _THREE),
    FileKind("file-mixed-ends", "LF and CRLF in one file.",
             lambda lines: _file(lines[:1]) + _file(lines[1:], b"\r\n"), _THREE),
    FileKind("file-cr", "Every line ends with CR, so that the file is one line.",
             lambda lines: _file(lines, b"\r"), (UNREADABLE,)),
    FileKind("file-without-ends", "The objects follow one another without newline.",
             lambda lines: b"".join(lines), (UNREADABLE,)),
    FileKind("file-blank-first", "A blank first line.", lambda lines: b"\n" + _file(lines), _FIRST_BAD),
    FileKind("file-blank-last", "A blank last line.", lambda lines: _file(lines) + b"\n", _LAST_BAD),
    FileKind("file-crlf-blank-last", "A blank last line that ends with CRLF.",
             lambda lines: _file(lines, b"\r\n") + b"\r\n", _LAST_BAD),
    FileKind("file-spaces-last", "A last line of spaces without newline.",
             lambda lines: _file(lines) + b"  ", _LAST_BAD),
    FileKind("file-null-first", "The first line is null.",
             lambda lines: b"null\n" + _file(lines), _FIRST_BAD),
    FileKind("file-list-first", "The first line is a list.",
             lambda lines: b"[1]\n" + _file(lines), _FIRST_BAD),
    FileKind("file-text-first", "The first line is a text.",
             lambda lines: b'"x"\n' + _file(lines), _FIRST_BAD),
    FileKind("file-comment-first", "The first line is a comment.",
             lambda lines: b"# x\n" + _file(lines), _FIRST_BAD),
    FileKind("file-bad-byte-first", "The first line is no UTF-8.",
             lambda lines: b"\xff\n" + _file(lines), _FIRST_BAD),
    FileKind("file-cut-off", "The last line ends too early.", lambda lines: _file(lines)[:-20],
             (ACCEPTED, ACCEPTED, UNREADABLE)),
    FileKind("file-nul-last", "NUL bytes at the end, as after a crash.",
             lambda lines: _file(lines) + b"\0" * 512, _LAST_BAD),
    FileKind("file-control-z", "Control-Z at the end, as in old systems.",
             lambda lines: _file(lines) + b"\x1a", _LAST_BAD),
    FileKind("file-utf-16", "The file is in UTF-16: every line is a fault, the last half of a newline too.",
             lambda lines: "".join(_ascii(each) + "\n" for each in lines).encode("utf-16"),
             (UNREADABLE,) * 4),
    FileKind("file-line-twice", "The first record stands a second time at the end.",
             lambda lines: _file([*lines, lines[0]]), (*_THREE, _AGAIN)),
)  # fmt: skip


# --- lines by the million -----------------------------------------------------------------------------

# How many rows are drawn to begin with, what share of them may break a warning, and how many different
# lines each kind has.
ROWS, WARNED, VARIANTS = 1_000, 0.1, 4

Piece = tuple[bytes, str | None, Expectation]


def planted(
    seed: int,
    rows: int,
    share: float,
    kinds: Sequence[Kind] | None = None,
    base: Sequence[Row] | None = None,
) -> Iterator[Piece]:
    """The lines of a file of `rows` lines, about a `share` of them with a fault or an oddity.

    Yields the bytes with the newline, the name of the kind or None, and what is expected of each line
    in these bytes. Kinds take turns; without `kinds` it is all that are not heavy. `base` holds valid
    rows to start from, each under `IDENTIFIER`. Every identifier occurs once, and the first line is
    clean, since the start of a file has rules of its own. The same arguments give the same lines.
    Raises BadUse when no row of `base` has what a kind needs.
    """
    random = Random(seed)
    bases = list(base) if base else [drawn(random, warned=WARNED) for _ in range(ROWS)]
    chosen = [kind for kind in KINDS if not kind.heavy] if kinds is None else list(kinds)
    clean = [_parts(line(row)) for row in bases]
    turns = list(_turns(chosen, bases, random)) if share > 0 else []
    return _pieces(random, rows, share, clean, turns)


def _parts(content: bytes) -> list[bytes]:
    return (content + b"\n").split(IDENTIFIER.encode())


def _turns(
    kinds: Sequence[Kind], bases: Sequence[Row], random: Random
) -> Iterator[tuple[list[bytes], str, Expectation]]:
    fitting = {kind.name: [row for row in bases if kind.fits(row)] for kind in kinds}
    for name, rows in fitting.items():
        if not rows:
            raise BadUse(f"no row to start from has what the kind {name} needs")
    for _ in range(VARIANTS):
        for kind in kinds:
            content, expect = made(kind, random.choice(fitting[kind.name]), random)
            yield _parts(content), kind.name, expect


def _pieces(
    random: Random,
    rows: int,
    share: float,
    clean: Sequence[list[bytes]],
    turns: Sequence[tuple[list[bytes], str, Expectation]],
) -> Iterator[Piece]:
    chance, many, taken, number = random.random, len(clean), 0, 0
    sound: Expectation = (ACCEPTED,)
    while number < rows:
        stamp = stamped(number)
        if number and chance() < share:
            parts, name, expect = turns[taken % len(turns)]
            if number + len(expect) <= rows:
                taken += 1
                number += len(expect)
                yield stamp.join(parts), name, expect
                continue
        yield stamp.join(clean[int(chance() * many)]), None, sound
        number += 1
