"""Single edits of the standard, one of each kind, made on the map of its elements.

Each edit does what the build would do to everything that follows from it: a code that goes leaves the
conditions, a field that goes leaves the rules. `CHANGES` names what the comparison must call it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from harmtax.standard.release import split

Elements = dict[str, dict[str, Any]]
Edit = Callable[[Elements, Random], None]

RECORDS = (
    "Incident",
    "RemovalRequest",
    "Appeal",
    "Exposure",
    "SystemStatement",
    "RegulatoryAction",
)
EDITS: dict[str, Edit] = {}
# The checks that one row can break; those of a set are edited in a test of their own.
ROW = ("never", "order", "distinct", "alone", "refuse")


def edit(made: Edit) -> Edit:
    """Registers an edit by its name."""
    EDITS[made.__name__] = made
    return made


# --- finding a place --------------------------------------------------------------------------------


def fields(elements: Elements, fits: Callable[[dict[str, Any]], bool]) -> list[str]:
    return [
        name
        for name, facts in elements.items()
        if name.startswith("record_types/")
        and len(split(name)) == 3
        and split(name)[1] in RECORDS
        and split(name)[2] != "harmtax_version"
        and fits(facts)
    ]


def conditions(elements: Elements) -> Iterator[tuple[dict[str, Any], str, str, list[Any]]]:
    """Every condition: the check or side that has it, the word, the record type, the condition."""
    for name, facts in elements.items():
        if name.startswith("rules/"):
            for record, checks in facts["checks"].items():
                for check in checks:
                    for word in ("what", "when"):
                        if word in check:
                            yield check, word, record, check[word]
                    if "where" in check:
                        yield check, "where", check["to"], check["where"]
        elif name.startswith("metrics/"):
            for word in ("numerator", "denominator"):
                if facts[word]:
                    yield facts[word], "where", facts[word]["record"], facts[word]["where"]


def mentioned(elements: Elements, record: str) -> set[str]:
    """The fields that some rule or metric speaks of."""
    told = {t[0] for _, _, r, what in conditions(elements) if r == record for c in what for t in c}
    for _, check in checks(elements, record):
        told |= {check.get(w) for w in ("at", "first", "then", "of", "over", "target")} - {None}
        for word in ("fields", "key", "same"):
            told |= set(check.get(word) or ())
    return told


def checks(elements: Elements, record: str | None = None) -> list[tuple[str, dict[str, Any]]]:
    return [
        (name, check)
        for name, facts in elements.items()
        if name.startswith("rules/")
        for owner, those in facts["checks"].items()
        if owner in RECORDS and record in (None, owner)
        for check in those
    ]


def nevers(elements: Elements, severity: str = "error") -> list[dict[str, Any]]:
    return [
        check
        for _, check in checks(elements)
        if check["check"] == "never" and check["severity"] == severity
    ]


def listed(elements: Elements) -> list[str]:
    """Code lists that a field of a record uses."""
    return sorted(
        {elements[f]["codes"] for f in fields(elements, lambda f: "codes" in f)} - {"CategoryCode"}
    )


def codes(elements: Elements, listing: str) -> list[str]:
    start = f"code_lists/{listing}/"
    return [
        n.removeprefix(start)
        for n, facts in elements.items()
        if n.startswith(start) and facts.get("status", "active") == "active"
    ]


def replaced(elements: Elements, listing: str, code: str, other: str | None) -> None:
    """A code by another one in every condition; by none, what asks for it alone cannot hold any more."""
    owners = {
        split(name)[1:]
        for name, facts in elements.items()
        if len(split(name)) == 3 and facts.get("codes") == listing
    }
    for holder, word, record, what in list(conditions(elements)):
        kept = []
        for conjunction in what:
            tests: list[Any] | None = []
            for field, test, argument in conjunction:
                if (record, field) in owners and isinstance(argument, list):
                    argument = [other if a == code else a for a in argument if a != code or other]
                    if not argument and test == "lacks":
                        continue
                    if not argument:
                        tests = None
                        break
                tests.append([field, test, argument])
            if tests is not None:
                kept.append(tests)
        holder[word] = kept
    for _, check in checks(elements):
        if check["check"] == "alone" and code in check["codes"]:
            check["codes"] = [
                other if c == code else c for c in check["codes"] if c != code or other
            ]
    for name, facts in elements.items():
        if name.startswith("rules/"):
            for record in facts["checks"]:
                facts["checks"][record] = [
                    c for c in facts["checks"][record]
                    if c.get("what", True) and c.get("when", True) and c.get("codes", True)
                ]  # fmt: skip


def pick(random: Random, options: list[Any]) -> Any:
    assert options, "no place for this edit"
    return options[int(random.random() * len(options))]


# --- words and codes --------------------------------------------------------------------------------


@edit
def reword_something(elements: Elements, random: Random) -> None:
    elements[pick(random, [n for n in elements if "title" in elements[n]])]["title"] += " indeed"


@edit
def redefine_something(elements: Elements, random: Random) -> None:
    name = pick(random, [n for n in elements if elements[n].get("definition")])
    elements[name]["definition"] += " Others do not count."


def _code(elements: Elements, random: Random) -> tuple[str, str]:
    listing = pick(random, [n for n in listed(elements) if len(codes(elements, n)) > 2])
    return listing, pick(random, codes(elements, listing))


@edit
def add_a_code(elements: Elements, random: Random) -> None:
    listing, _ = _code(elements, random)
    elements[f"code_lists/{listing}/brand_new"] = {"title": "New", "definition": "It is new."}


@edit
def retire_a_code(elements: Elements, random: Random) -> None:
    listing, code = _code(elements, random)
    elements[f"code_lists/{listing}/{code}"]["status"] = "retired"
    replaced(elements, listing, code, None)


@edit
def delete_a_code(elements: Elements, random: Random) -> None:
    listing, code = _code(elements, random)
    del elements[f"code_lists/{listing}/{code}"]
    replaced(elements, listing, code, None)


@edit
def rename_a_code(elements: Elements, random: Random) -> None:
    listing, code = _code(elements, random)
    name = f"code_lists/{listing}/{code}"
    elements[f"{name}_so"] = dict(elements[name])
    elements[name] |= {"status": "retired", "replaced_by": f"{code}_so"}
    replaced(elements, listing, code, f"{code}_so")


@edit
def let_a_code_stand_alone(elements: Elements, random: Random) -> None:
    name = pick(random, fields(elements, lambda f: f.get("many") and f["codes"] != "CategoryCode"))
    listing = elements[name]["codes"]
    code = pick(random, [c for c in codes(elements, listing)
                         if not elements[f"code_lists/{listing}/{c}"].get("alone")])  # fmt: skip
    elements[f"code_lists/{listing}/{code}"]["alone"] = True
    for field in fields(elements, lambda f: f.get("many") and f["codes"] == listing):
        elements["rules/HT-R03"]["checks"][split(field)[1]].append(
            {"check": "alone", "severity": "error", "at": split(field)[2], "codes": [code]}
        )


@edit
def let_a_code_join_others(elements: Elements, random: Random) -> None:
    check = pick(random, [c for _, c in checks(elements) if c["check"] == "alone"])
    code = check["codes"].pop()
    for name in elements:
        if name.startswith("code_lists/") and split(name)[-1] == code and "alone" in elements[name]:
            elements[name]["alone"] = False
    for _, other in checks(elements):
        if other["check"] == "alone" and code in other["codes"]:
            other["codes"].remove(code)


@edit
def measure_a_code_otherwise(elements: Elements, random: Random) -> None:
    name = pick(
        random, [n for n in elements if n.startswith("code_lists/") and "unit" in elements[n]]
    )
    elements[name]["unit"] = "hectares"


@edit
def reorder_a_list(elements: Elements, random: Random) -> None:
    listing, _ = _code(elements, random)
    name = f"code_lists/{listing}/{codes(elements, listing)[0]}"
    elements[name] = elements.pop(name)


@edit
def rename_a_list(elements: Elements, random: Random) -> None:
    old = pick(random, listed(elements))
    for name in [
        n for n in elements if n == f"code_lists/{old}" or n.startswith(f"code_lists/{old}/")
    ]:
        elements[name.replace(f"code_lists/{old}", "code_lists/Quite", 1)] = elements.pop(name)
    for facts in elements.values():
        if facts.get("codes") == old:
            facts["codes"] = "Quite"


# --- categories -------------------------------------------------------------------------------------


def tree(elements: Elements) -> dict[str, str | None]:
    return {split(n)[1]: f["parent"] for n, f in elements.items() if n.startswith("categories/")}


def branches(elements: Elements) -> None:
    """What the build makes of `each: branch`: no additional category in the branch of the main one."""
    parents = tree(elements)
    tops = [code for code, parent in parents.items() if parent is None]
    below = {top: [c for c, p in parents.items() if top in (c, p)] for top in tops}
    check = next(
        c for c in elements["rules/HT-R03"]["checks"]["Incident"] if c["check"] == "never"
    )  # fmt: skip
    check["what"] = [
        [["category_additional", "has", codes_], ["category", "in", codes_]]
        for codes_ in below.values()
    ]


@edit
def add_a_category(elements: Elements, random: Random) -> None:
    parent = pick(random, [c for c, p in tree(elements).items() if p is None])
    elements["categories/NEW"] = elements[f"categories/{parent}"] | {
        "parent": parent,
        "title": "New",
    }
    branches(elements)


@edit
def add_a_top_category(elements: Elements, random: Random) -> None:
    elements["categories/NEW"] = elements["categories/OTH"] | {
        "title": "New",
        "definition": "Else.",
    }
    branches(elements)


@edit
def move_a_category(elements: Elements, random: Random) -> None:
    parents = tree(elements)
    code = pick(random, [c for c, p in parents.items() if p is not None])
    goal = pick(random, [c for c, p in parents.items() if p is None and c != parents[code]])
    elements[f"categories/{code}"]["parent"] = goal
    branches(elements)


@edit
def reorder_the_categories(elements: Elements, random: Random) -> None:
    code = pick(random, list(tree(elements))[:-1])
    elements[f"categories/{code}"] = elements.pop(f"categories/{code}")


@edit
def give_a_category_another_tier(elements: Elements, random: Random) -> None:
    names = [n for n in elements if n.startswith("categories/")]
    name = pick(random, [n for n in names if elements[n]["base_tier"] not in (None, "floor")])
    elements[name]["base_tier"] = "floor"
    elements[name]["tiers"]["unknown"] = ["floor", "assumed"]


# --- fields -----------------------------------------------------------------------------------------


@edit
def require_a_field(elements: Elements, random: Random) -> None:
    name = pick(random, fields(elements, lambda f: not f.get("required")))
    elements[name]["required"] = True


@edit
def make_a_field_optional(elements: Elements, random: Random) -> None:
    del elements[pick(random, fields(elements, lambda f: f.get("required")))]["required"]


def _bound(elements: Elements, random: Random, word: str, step: int) -> None:
    name = pick(random, fields(elements, lambda f: word in f))
    elements[name][word] += step


@edit
def raise_a_minimum(elements: Elements, random: Random) -> None:
    _bound(elements, random, "minimum", 3)


@edit
def lower_a_minimum(elements: Elements, random: Random) -> None:
    _bound(elements, random, "minimum", -3)


@edit
def raise_a_maximum(elements: Elements, random: Random) -> None:
    _bound(elements, random, "maximum", 1)


@edit
def lower_a_maximum(elements: Elements, random: Random) -> None:
    _bound(elements, random, "maximum", -1)


@edit
def lift_a_bound(elements: Elements, random: Random) -> None:
    name = pick(random, fields(elements, lambda f: "maximum" in f))
    del elements[name][pick(random, ["minimum", "maximum"])]


@edit
def shorten_a_text(elements: Elements, random: Random) -> None:
    _bound(elements, random, "max_length", -1)


@edit
def lengthen_a_text(elements: Elements, random: Random) -> None:
    _bound(elements, random, "max_length", 1)


@edit
def ask_a_pattern(elements: Elements, random: Random) -> None:
    name = pick(random, fields(elements, lambda f: f["kind"] == "text" and "pattern" not in f))
    elements[name]["pattern"] = "^[a-z]{1,500}$"


@edit
def narrow_a_pattern(elements: Elements, random: Random) -> None:
    name = pick(
        random,
        fields(elements, lambda f: f["kind"] == "text" and "{1,500}" in f.get("pattern", "")),
    )
    elements[name]["pattern"] = elements[name]["pattern"].replace("0-9", "")


@edit
def widen_a_pattern(elements: Elements, random: Random) -> None:
    name = pick(
        random,
        fields(elements, lambda f: f["kind"] == "text" and "{1,500}" in f.get("pattern", "")),
    )
    elements[name]["pattern"] = (
        elements[name]["pattern"].replace("{1,500}", "{1,600}").replace("0-9", "0-9.")
    )


@edit
def drop_a_pattern(elements: Elements, random: Random) -> None:
    del elements[pick(random, fields(elements, lambda f: f["kind"] == "text" and "pattern" in f))][
        "pattern"
    ]


def _unmentioned(elements: Elements, fits: Callable[[dict[str, Any]], bool]) -> list[str]:
    return [
        n for n in fields(elements, fits) if split(n)[2] not in mentioned(elements, split(n)[1])
    ]


@edit
def make_a_field_a_list(elements: Elements, random: Random) -> None:
    elements[
        pick(random, _unmentioned(elements, lambda f: f["kind"] == "code" and not f.get("many")))
    ]["many"] = True


@edit
def make_a_list_single(elements: Elements, random: Random) -> None:
    name = pick(random, fields(elements, lambda f: f.get("many")))
    del elements[name]["many"]
    record, field = split(name)[1:]
    for _, check in checks(elements, record):
        if check["check"] == "distinct":
            check["fields"] = [each for each in check["fields"] if each != field]
    for facts in (f for n, f in elements.items() if n.startswith("rules/")):
        facts["checks"] = {
            r: [
                c for c in those if not (r == record and c["check"] == "alone" and c["at"] == field)
            ]
            for r, those in facts["checks"].items()
        }
    for _, _, owner, what in conditions(elements):
        for conjunction in what if owner == record else ():
            for test in conjunction:
                if test[0] == field and isinstance(test[2], list):
                    test[1] = "in"


@edit
def let_a_code_be_any_text(elements: Elements, random: Random) -> None:
    name = pick(random, _unmentioned(elements, lambda f: f["kind"] == "code" and not f.get("many")))
    del elements[name]["codes"]
    elements[name]["kind"] = "text"


@edit
def make_a_text_a_number(elements: Elements, random: Random) -> None:
    name = pick(random, _unmentioned(elements, lambda f: f["kind"] == "text"))
    elements[name]["kind"] = "integer"
    for word in ("pattern", "max_length"):
        elements[name].pop(word, None)


def _other_list(elements: Elements, random: Random, share: float) -> None:
    name = pick(random, fields(elements, lambda f: "codes" in f and f["codes"] != "CategoryCode"))
    old = elements[name]["codes"]
    kept = codes(elements, old)
    kept = kept[: max(1, int(len(kept) * share))]
    elements["code_lists/Quite"] = {"title": "Quite another", "definition": "Of another kind."}
    for code in [*kept, "one_more"]:
        elements[f"code_lists/Quite/{code}"] = {"title": code, "definition": ""}
    lost = set(codes(elements, old)) - set(kept)
    elements[name]["codes"] = "Quite"
    for code in lost:
        replaced(elements, "Quite", code, None)


@edit
def give_a_field_a_wider_list(elements: Elements, random: Random) -> None:
    _other_list(elements, random, 1.0)


@edit
def give_a_field_a_narrower_list(elements: Elements, random: Random) -> None:
    _other_list(elements, random, 0.5)


@edit
def add_an_optional_field(elements: Elements, random: Random) -> None:
    elements[f"record_types/{pick(random, list(RECORDS))}/extra"] = {
        "kind": "integer", "title": "Extra", "definition": "More.", "audience": "public",
    }  # fmt: skip


@edit
def add_a_required_field(elements: Elements, random: Random) -> None:
    elements[f"record_types/{pick(random, list(RECORDS))}/extra"] = {
        "kind": "integer", "title": "Extra", "definition": "More.", "audience": "public", "required": True,
    }  # fmt: skip


@edit
def remove_a_field(elements: Elements, random: Random) -> None:
    del elements[pick(random, _unmentioned(elements, lambda f: True))]


@edit
def rename_a_field(elements: Elements, random: Random) -> None:
    name = pick(random, _unmentioned(elements, lambda f: True))
    elements[f"{name}_so"] = elements.pop(name)


@edit
def let_more_see_a_field(elements: Elements, random: Random) -> None:
    name = pick(random, fields(elements, lambda f: f["audience"] == "shared"))
    elements[name]["audience"] = "public"


@edit
def let_fewer_see_a_text(elements: Elements, random: Random) -> None:
    record = pick(random, [r for r, those in elements["rules/HT-R21"]["checks"].items() if those])
    name = pick(random, [f for f in fields(elements, lambda f: f["kind"] == "text" and "pattern" not in f)
                         if split(f)[1] == record and elements[f]["audience"] != "restricted"])  # fmt: skip
    elements[name]["audience"] = "restricted"
    elements["rules/HT-R21"]["checks"][record][0]["fields"].append(split(name)[2])


# --- rules ------------------------------------------------------------------------------------------


@edit
def remove_a_rule(elements: Elements, random: Random) -> None:
    del elements[pick(random, [n for n in elements if n.startswith("rules/")])]


def _new_rule(elements: Elements, random: Random, severity: str) -> None:
    record = pick(random, list(RECORDS))
    name = pick(random, [f for f in fields(elements, lambda f: "codes" in f and not f.get("many"))
                         if split(f)[1] == record and elements[f]["codes"] != "CategoryCode"])  # fmt: skip
    what = [[[split(name)[2], "in", [pick(random, codes(elements, elements[name]["codes"]))]]]]
    check = {"check": "never", "severity": severity, "at": split(name)[2], "what": what}
    elements["rules/HT-R99"] = {
        "severity": severity, "says": "No.", "do": "Do not.", "source": "us", "records": [record],
        "json_schema": "yes", "checks": {record: [check]},
    }  # fmt: skip


@edit
def add_a_rule(elements: Elements, random: Random) -> None:
    _new_rule(elements, random, "error")


@edit
def add_a_warning(elements: Elements, random: Random) -> None:
    _new_rule(elements, random, "warning")


def _weighed(elements: Elements, random: Random, old: str, new: str) -> None:
    name = pick(random, [n for n in elements if n.startswith("rules/") and elements[n]["severity"] == old
                         and any(r in RECORDS and c["check"] in ROW for r, cs in elements[n]["checks"].items()
                                 for c in cs)])  # fmt: skip
    elements[name]["severity"] = new
    for those in elements[name]["checks"].values():
        for check in those:
            check["severity"] = new


@edit
def turn_a_warning_into_an_error(elements: Elements, random: Random) -> None:
    _weighed(elements, random, "warning", "error")


@edit
def turn_an_error_into_a_warning(elements: Elements, random: Random) -> None:
    _weighed(elements, random, "error", "warning")


@edit
def ask_less_before_refusing(elements: Elements, random: Random) -> None:
    """A conjunction loses a test, so that it holds more often; other rules may refuse that already."""
    what = pick(random, [c["what"] for c in nevers(elements) if any(len(j) > 1 for j in c["what"])])
    conjunction = pick(random, [j for j in what if len(j) > 1])
    conjunction.pop(int(random.random() * len(conjunction)))


@edit
def ask_more_before_refusing(elements: Elements, random: Random) -> None:
    check = pick(random, [c for c in nevers(elements) if c["at"] and len(c["what"]) > 0])
    conjunction = pick(random, check["what"])
    conjunction.append([conjunction[0][0], "present", None])
    test = next((t for t in conjunction if t[1] in ("in", "has") and len(t[2]) > 1), None)
    if test is not None:
        test[2].pop(int(random.random() * len(test[2])))


@edit
def refuse_one_more_code(elements: Elements, random: Random) -> None:
    owners = {split(n)[1:]: f["codes"] for n, f in elements.items() if "codes" in f}
    places = [
        (test, owners[record, test[0]])
        for _, word, record, what in conditions(elements)
        if word == "what" and record in RECORDS
        for conjunction in what
        for test in conjunction
        if test[1] in ("in", "has") and owners[record, test[0]] != "CategoryCode"
    ]
    test, listing = pick(random, [(t, n) for t, n in places if set(codes(elements, n)) - set(t[2])])
    test[2].append(pick(random, sorted(set(codes(elements, listing)) - set(test[2]))))


@edit
def refuse_one_thing_less(elements: Elements, random: Random) -> None:
    what = pick(random, [c["what"] for c in nevers(elements) if len(c["what"]) > 1])
    what.pop(int(random.random() * len(what)))


@edit
def say_a_rule_twice(elements: Elements, random: Random) -> None:
    """A new rule that refuses only what another refuses already."""
    record = pick(random, [r for r in RECORDS if any(
        c["check"] == "never" and c["severity"] == "error" for _, c in checks(elements, r))])  # fmt: skip
    check = pick(random, [c for _, c in checks(elements, record)
                          if c["check"] == "never" and c["severity"] == "error"])  # fmt: skip
    elements["rules/HT-R99"] = {
        "severity": "error", "says": "No.", "do": "Do not.", "source": "us", "records": [record],
        "json_schema": "yes", "checks": {record: [check | {"what": check["what"][:1]}]},
    }  # fmt: skip


def _orders(elements: Elements) -> list[dict[str, Any]]:
    return [c for _, c in checks(elements) if c["check"] == "order" and not c.get("otherwise")]


@edit
def ask_for_more_time_between(elements: Elements, random: Random) -> None:
    order = pick(random, [c for c in _orders(elements) if not c.get("equal")])
    order["seconds"] = order.get("seconds", 0) + 7


@edit
def ask_for_less_time_between(elements: Elements, random: Random) -> None:
    order = pick(
        random, [c for c in _orders(elements) if not c.get("equal") and c["severity"] == "error"]
    )
    order["seconds"] = order.get("seconds", 0) - 7


@edit
def drop_an_order(elements: Elements, random: Random) -> None:
    gone = pick(random, _orders(elements))
    for name, facts in elements.items():
        if name.startswith("rules/"):
            facts["checks"] = {
                r: [c for c in cs if c is not gone] for r, cs in facts["checks"].items()
            }


@edit
def refuse_one_more_pattern(elements: Elements, random: Random) -> None:
    check = pick(random, [c for _, c in checks(elements) if c["check"] == "refuse"])
    check["patterns"].append(["a clause", "clause"])


@edit
def refuse_one_pattern_less(elements: Elements, random: Random) -> None:
    check = pick(random, [c for _, c in checks(elements) if c["check"] == "refuse"])
    check["patterns"].pop()


# --- metrics ----------------------------------------------------------------------------------------


@edit
def count_something_else(elements: Elements, random: Random) -> None:
    name = pick(
        random,
        [n for n in elements if n.startswith("metrics/") and elements[n]["numerator"]["where"][0]],
    )
    elements[name]["numerator"]["where"][0].pop()


@edit
def remove_a_metric(elements: Elements, random: Random) -> None:
    del elements[pick(random, [n for n in elements if n.startswith("metrics/")])]


@edit
def break_a_metric_down_less(elements: Elements, random: Random) -> None:
    name = pick(random, [n for n in elements if n.startswith("metrics/") and "category" in
                         elements[n]["numerator"]["dimensions"]])  # fmt: skip
    for word in ("numerator", "denominator"):
        if elements[name][word]:
            told = elements[name][word]["dimensions"]
            elements[name][word]["dimensions"] = [each for each in told if each != "category"]


@edit
def refuse_to_merge_a_metric(elements: Elements, random: Random) -> None:
    elements[pick(random, [n for n in elements if elements[n].get("mergeable")])]["mergeable"] = (
        False
    )
