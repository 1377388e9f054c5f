"""Words for findings: what is wrong, what to do about it, and what was probably meant.

What a rule says and asks for is told in the language that is set (`in_language`); what was found and
proposed in one record is told in English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache

from harmtax._generated.constraints import RULES
from harmtax._generated.foreign import FORMATS
from harmtax._generated.lint import LINT
from harmtax._generated.taxonomy import CODE_LISTS
from harmtax.records.findings import meanings
from harmtax.records.findings.fields import cut, field_name, field_of, fields_of, whole
from harmtax.records.findings.vocabulary import Meaning
from harmtax.shapes import Code, Field, Rule
from harmtax.standard import languages

# A code list that short is told as a whole when nothing like the written value is in it.
_FEW = 12
_LONGEST_DETAIL = 300
_FAULTS = ("FieldFault", "SubmissionFault")
_language: ContextVar[str] = ContextVar("language", default=languages.SOURCE)


@contextmanager
def in_language(tag: str) -> Iterator[None]:
    """Words findings in a language while it lasts. Raises BadUse for one that the standard lacks."""
    before = _language.set(languages.language(tag))
    try:
        yield
    finally:
        _language.reset(before)


def message(rule: str, record_type: str, path: str, detail: str | None) -> str:
    """What is wrong, in one sentence."""
    known = rule_of(rule)
    more = cut(detail, _LONGEST_DETAIL) if detail else ""
    if known is not None:
        says = _said(rule, "says", known.says)
        return f"{says} Here {more}." if more else says
    says = _said(rule, "definition", faults()[rule].definition)
    told = more or _expected(rule, field_of(record_type, path))
    return f"{says.rstrip('.。')} ({told})." if told else says


def hint(
    rule: str, record_type: str, path: str, value: str | None, origin: str | None = None
) -> str:
    """What to do, in one sentence, and what was probably meant where that can be told."""
    known = rule_of(rule)
    if known is not None:
        return _said(rule, "do", known.do)
    do = _said(rule, "do", faults()[rule].do or "")
    more = _proposal(rule, record_type, field_name(path), value, origin)
    return f"{do} {more}".strip()


def _said(rule: str, kind: str, english: str) -> str:
    """A text of a rule or a fault in the language that is set; the rules of receivers are English."""
    tag = _language.get()
    if tag == languages.SOURCE or not english:
        return english
    names = (f"rules/{rule}", *(f"code_lists/{each}/{rule}" for each in _FAULTS))
    found = (languages.tell(name, kind, tag) for name in names)
    return next((told.marked for told in found if told.text), f"{english} [en]")


def rule_of(rule: str) -> Rule | None:
    """The rule of an id, about records or the standard itself, or a receiver's; None for a fault's word."""
    return RULES.get(rule) or standards().get(rule) or receivers().get(rule)


@cache
def standards() -> Mapping[str, Rule]:
    """The rules about the words, links and rules of the standard, by id."""
    return {rule.id: rule for rule in LINT.values()}


@cache
def receivers() -> Mapping[str, Rule]:
    """The rules of those who receive a foreign format, by id."""
    known = (each.receiver for each in FORMATS.values() if each.receiver is not None)
    return {rule.id: rule for receiver in known for rule in receiver.rules}


@cache
def faults() -> Mapping[str, Code]:
    """What can be wrong where no rule is involved: with a field or line, or with a submission."""
    return {code.code: code for each in _FAULTS for code in CODE_LISTS[each].codes}


def _expected(rule: str, field: Field | None) -> str:
    if field is None:
        return ""
    match rule:
        case "code" if field.codes:
            return f"code list {field.codes}"
        case "type":
            return f"expected: {'a list of codes' if field.many else field.kind}"
        case "range":
            return f"from {field.minimum} to {field.maximum}"
        case "length":
            return f"at most {field.max_length} characters" if field.max_length else ""
    return ""


# The same wrong value tends to stand in thousands of records, each of which tells its findings.
@lru_cache(maxsize=20_000)
def _proposal(rule: str, record_type: str, name: str, value: str | None, origin: str | None) -> str:
    written = whole(value)
    field = fields_of(record_type).get(name)
    if rule == "unknown_field":
        return _for_field(record_type, name)
    if not isinstance(written, str):
        return ""
    if rule == "code" and field is not None and field.codes is not None:
        return _for_code(field.codes, written)
    if rule == "unmapped" and origin is not None:
        return _asked(meanings.near_foreign(origin, written))
    return ""


def _for_code(code_list: str, written: str) -> str:
    found = meanings.meaning(code_list, written)
    if found is not None and found.why in ("retired", "crosswalk"):
        return _explained(found)
    near = meanings.near_codes(code_list, written)
    if near or code_list not in CODE_LISTS or len(CODE_LISTS[code_list].codes) > _FEW:
        return _asked(near or meanings.codes_with(code_list, written))
    live = [code.code for code in CODE_LISTS[code_list].codes if code.status == "active"]
    return f"The codes are: {', '.join(live)}."


def _explained(found: Meaning) -> str:
    if found.why == "retired":
        use = f"; use {found.codes[0]}" if found.codes else " and has no successor"
        return f"{found.name} is retired{use}."
    start = f"{found.name} is a code of another format ({found.formats[-1]})"
    match found.codes:
        case ():
            return f"{start}; it has no place in this code list."
        case (code,):
            return f"{start}; here it is {code}."
    return f"{start}; here it is one of {', '.join(found.codes)}."


def _for_field(record_type: str, written: str) -> str:
    sure = meanings.meant_field(record_type, written)
    fields = meanings.column_fields(record_type, written)
    if fields and (sure is None or sure.why != "field"):
        return f"A foreign column of this name fills our field {' or '.join(fields)}."
    return _asked(meanings.near_fields(record_type, written))


def _asked(names: tuple[str, ...]) -> str:
    return f"Did you mean {' or '.join(names)}?" if names else ""
