"""The page of a category: what it means, what to do with it, what others call it, how it came about."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harmtax.shapes import Pair
from harmtax.standard.release import Facts

from schema.site import conditions, history
from schema.site.matter import CATEGORY_FIELDS, Matter, coded, place, title_of
from schema.site.page import Page, fenced, items, joined, link, table
from schema.site.tongues import Tongue

CLOCKS, REQUEST = "code_lists/ClockRegime", "record_types/RemovalRequest"
TREATMENTS = "code_lists/Treatment"
SKOS = "skos:"
# Rules that bind all categories in the same way say nothing about one.
COMMON = {"rules/HT-R03"}


def pages(matter: Matter) -> Iterator[Page]:
    """The tree and a page per category, in every language."""
    for tongue in matter.tongues.values():
        yield _tree(matter, tongue)
        for element in matter.of("category"):
            yield _Category(matter, tongue, element).page()


def branches(matter: Matter, tongue: Tongue, here: str) -> str:
    """The tree as a nested list with links."""
    rows = {name: matter.now.elements[name] for name in matter.of("category")}

    def below(parent: str | None, depth: int) -> Iterator[str]:
        for name, facts in rows.items():
            if facts.get("parent") == parent:
                code = name.partition("/")[2]
                words = link(f"`{code}` {tongue.text(name, 'title')}", here, place(name, tongue))
                gone = f" ({tongue.say('retired')})" if facts.get("status") else ""
                yield f"{'    ' * depth}- {words}{gone}"
                yield from below(code, depth + 1)

    return "\n".join(below(None, 0))


def _tree(matter: Matter, tongue: Tongue) -> Page:
    here = place("categories", tongue)
    body = joined(
        (
            f"# {tongue.say('taxonomy')}",
            tongue.say("walk"),
            branches(matter, tongue, here),
            _others(matter, tongue, "categories", here),
        )
    )
    return Page(here, tongue.say("taxonomy"), body, "taxonomy", tongue.code, lone=_alone(tongue))


def _others(matter: Matter, tongue: Tongue, element: str, here: str) -> str:
    links = (
        link(each.name, here, place(element, each))
        for each in matter.tongues.values()
        if each is not tongue
    )
    return f"**{tongue.say('languages')}{tongue.say('colon')}** {' · '.join(links)}"


def _alone(tongue: Tongue) -> bool:
    return not tongue.is_english


class _Category:
    """One category in one language, section by section."""

    def __init__(self, matter: Matter, tongue: Tongue, element: str) -> None:
        self.matter, self.tongue, self.element = matter, tongue, element
        self.code = element.partition("/")[2]
        self.facts: Facts = matter.now.elements[element]
        self.here = place(element, tongue)
        self.names = [each.partition("/")[2] for each in matter.of("category")]

    def page(self) -> Page:
        title = f"{self.code} {self.tongue.plain(self.element, 'title')}"
        parts = (
            f"# {self.code} {self.tongue.text(self.element, 'title')}",
            self._banner(),
            self._meaning(),
            self._section("do", self._steps()),
            self._section("tier", self._tier()),
            self._section("elsewhere", self._elsewhere()),
            self._section("fields", self._mentions()),
            self._section("example", self._example()),
            self._section("history", history.of(self.matter, self.element, self.here)),
            self._section("data", self._data()),
            _others(self.matter, self.tongue, self.element, self.here),
        )
        words = self.tongue.search.get(self.code, "")
        return Page(
            self.here, title, joined(parts), "category", self.tongue.code, self.code, words,
            lone=_alone(self.tongue),
        )  # fmt: skip

    def _say(self, key: str, **places: object) -> str:
        return self.tongue.say(key, **places)

    def _section(self, key: str, body: str) -> str:
        return f"## {self._say(key)} {{ #{key} }}\n\n{body}" if body else ""

    def _link(self, element: str, words: str) -> str:
        return link(words, self.here, place(element, self.tongue))

    def _banner(self) -> str:
        told = []
        if self.facts.get("status"):
            successor = self.facts.get("replaced_by")
            to = f" → {self._link(f'categories/{successor}', str(successor))}" if successor else ""
            told.append(f'!!! warning ""\n\n    {self._say("retired")}{to}')
        if not self.tongue.is_english:
            english = self.matter.english
            words = link(english.name, self.here, place(self.element, english))
            said = self.matter.tongues[self.tongue.code].draft()
            told.append(f'!!! note ""\n\n    {said} → {words}')
        return "\n\n".join(told)

    def _meaning(self) -> str:
        rows = []
        for kind in ("definition", "includes", "excludes"):
            said = self.tongue.text(self.element, kind)
            if said:
                rows.append(
                    f"**{self._say(kind)}{self._say('colon')}** {coded(said, self.here, self.tongue)}"
                )
        parent = self.facts.get("parent")
        if parent:
            element = f"categories/{parent}"
            words = f"{parent} {self.tongue.text(element, 'title')}"
            rows.append(
                f"**{self._say('parent')}{self._say('colon')}** {self._link(element, words)}"
            )
        return joined(rows)

    def _steps(self) -> str:
        steps = [
            self._say(
                "do_code",
                code=f"`{self.code}`",
                field=self._link("record_types/Incident/category", "`category`"),
            ),
            self._say("do_order", place=self.names.index(self.code) + 1, count=len(self.names)),
            self._nested("do_sub", self._children()),
            self._nested("do_rules", self._rules()),
            self._nested("do_clock", self._clocks()),
            self._nested("do_file", self._filings()),
        ]
        return "\n".join(f"1. {step}" for step in steps if step)

    def _nested(self, key: str, lines: list[str]) -> str:
        if not lines:
            return ""
        places = {
            "record": self._link(REQUEST, "`RemovalRequest`"),
            "field": self._link(f"{REQUEST}/clock_regime", "`clock_regime`"),
        }
        return "\n".join([self._say(key, **places), "", *(f"    - {line}" for line in lines), ""])

    def _children(self) -> list[str]:
        return [
            self._link(name, f"`{name.partition('/')[2]}` {self.tongue.text(name, 'title')}")
            for name in self.matter.of("category")
            if self.matter.now.elements[name].get("parent") == self.code
        ]

    def _rules(self) -> list[str]:
        told = []
        for name, _ in conditions.naming(self.matter.rules, CATEGORY_FIELDS, self.code):
            if name in COMMON:
                continue
            severity = self._say(self.matter.now.elements[name]["severity"])
            at = ", ".join(self._fields_at(name))
            words = f"{self._link(name, name.partition('/')[2])} ({severity}, {at})"
            said, do = (self.tongue.text(name, kind) for kind in ("says", "do"))
            colon = self._say("colon")
            told.append(f"{words}{colon} {coded(f'{said} {do}', self.here, self.tongue)}")
        return told

    def _fields_at(self, rule: str) -> list[str]:
        """The fields that a rule about this category points to."""
        checks = self.matter.rules[rule]["checks"]
        at = {
            (record, check["at"])
            for record, told in checks.items()
            for check in told
            if check.get("at") and conditions.names(check, CATEGORY_FIELDS, self.code)
        }
        return [
            self._link(f"record_types/{record}/{field}", f"`{field}`")
            for record, field in sorted(at)
        ]

    def _clocks(self) -> list[str]:
        """The laws with a deadline that a request about this category may name."""
        return [
            f"`{code}` {self.tongue.text(f'{CLOCKS}/{code}', 'title')}{self._say('colon')}"
            f" {self.tongue.text(f'{CLOCKS}/{code}', 'definition')}"
            for code in self.matter.now.below(CLOCKS)
            if not conditions.refused(
                self.matter.rules, "RemovalRequest", ("clock_regime", code), ("category", self.code)
            )
        ]

    def _filings(self) -> list[str]:
        told: dict[str, str] = {}
        for name in self.matter.pairs:
            filed = self.matter.filed(name)
            if filed and any(pair.theirs for pair in self._pairs(name)):
                page, family = filed
                words = link(title_of(name), self.here, page)
                told[family] = f"`harmtax convert incidents --to {family} -o …` ({words})"
        return list(told.values())

    def _tier(self) -> str:
        tiers = self.facts.get("tiers") or {}
        if not tiers:
            return self._say("tier_none")
        rows = []
        for treatment, (tier, basis) in tiers.items():
            mark = f" ({self._say('assumed')})" if basis == "assumed" else ""
            title = self.tongue.text(f"code_lists/Tier/{tier}", "title")
            rows.append((self.tongue.text(f"{TREATMENTS}/{treatment}", "title"), f"{title}{mark}"))
        why = self._say("tier_floor") if self.facts.get("absolute_floor") else ""
        tier = self.tongue.text("record_types/Observation/tier", "title")
        return joined(
            (
                f"{self._say('tier_by')} {why}",
                table((self._say("treatment"), tier), rows),
            )
        )

    def _pairs(self, crosswalk: str) -> list[Pair]:
        return [
            pair
            for pair in self.matter.pairs[crosswalk]
            if pair.ours == self.code and pair.code_list == "CategoryCode"
        ]

    def _elsewhere(self) -> str:
        rows = []
        for name in self.matter.pairs:
            for pair in self._pairs(name):
                words = link(title_of(name), self.here, f"crosswalks/{name}.md")
                if pair.theirs is None:
                    rows.append((words, "", self._say("nothing"), pair.when or "", ""))
                    continue
                way = self._say("both" if pair.imported else "outward")
                relation = self._say(pair.predicate.removeprefix(SKOS))
                when = f"`{pair.when}`" if pair.when else ""
                rows.append((words, f"`{pair.theirs}`", relation, when, way))
        keys = ("list", "theirs", "relation", "condition", "direction")
        return table([self._say(key) for key in keys], rows)

    def _mentions(self) -> str:
        fields = [
            self._link(name, f"`{name.partition('/')[2].replace('/', '.')}`")
            for name in self.matter.of("field")
            if self.matter.now.elements[name].get("codes") == "CategoryCode"
        ]
        metrics = [
            self._link(name, f"{name.partition('/')[2]} {self.tongue.text(name, 'title')}")
            for name in self.matter.of("metric")
            if self._counted(self.matter.now.elements[name])
        ]
        return items([", ".join(fields), ", ".join(metrics)])

    def _counted(self, metric: Facts) -> bool:
        """Whether a metric is about this category in particular."""
        sides = [metric["numerator"], metric.get("denominator")]
        return any(
            name in CATEGORY_FIELDS and isinstance(argument, list) and self.code in argument
            for side in sides
            if side
            for conjunction in side["where"]
            for name, _, argument in conjunction
        )

    def _example(self) -> str:
        file = self.matter.home / "tests" / "conformance" / "valid" / f"category-{self.code}.json"
        if not file.exists():
            return ""
        told = json.loads(file.read_text(encoding="utf-8"))
        # Colours cost more than everything else on the page.
        return fenced("", json.dumps(told["record"], ensure_ascii=False, indent=2))

    def _data(self) -> str:
        files = (
            ("JSON", f"taxonomy/{self.code}.json"),
            ("Turtle (SKOS)", f"taxonomy/{self.code}.ttl"),
        )
        return items(link(words, self.here, file) for words, file in files)
