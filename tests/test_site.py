"""The site: it is built offline, every link leads somewhere, its search finds what to do in any language."""

from __future__ import annotations

import dataclasses
import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from harmtax.standard import release

from schema.site import conditions, data, history, index, links, listings, matter, menu, tongues
from schema.site.page import Page
from schema.writers import wording
from schema.writers.source import Refused

HOME = Path(__file__).resolve().parent.parent
DOCS = HOME / ".venv-docs" / "bin" / "python"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--virtual-time-budget=60000",
)  # fmt: skip
# One page of each kind, and each of what the theme shows differently.
PAGES = (
    "index.html", "platforms.html", "taxonomy/index.html", "taxonomy/CSE-IDM.html",
    "fr/taxonomy/CSE-IDM.html", "zh-Hant/index.html", "ko/rules.html", "lists/Label.html",
    "records/Incident.html", "rules/HT-R19.html", "metrics/M01.html", "crosswalks/index.html",
    "crosswalks/dsa_v2.html", "versions/0.2.0.html", "versions/0.1.0/taxonomy.html", "commands.html",
    "api/harmtax.standard.taxonomy.html", "search.html?q=deepfake",
)  # fmt: skip
# What a stranger types, and where it leads: what to do with a nudified image of a minor.
QUERIES = {
    "image dénudée d'une mineure": "fr/taxonomy/CSE-IDM.html",
    "nudification mineur": "fr/taxonomy/CSE-IDM.html",
    "que faire avec la photo d'une élève déshabillée": "fr/taxonomy/CSE-IDM.html",
    "nudified picture of a child": "taxonomy/CSE-IDM.html",
    "Nacktbild einer Minderjährigen": "de/taxonomy/CSE-IDM.html",
    "minorenne denudata": "it/taxonomy/CSE-IDM.html",
    "미성년자 나체 합성": "ko/taxonomy/CSE-IDM.html",
    "未成年脫衣": "zh-Hant/taxonomy/CSE-IDM.html",
    "foto telanjang anak di bawah umur": "id/taxonomy/CSE-IDM.html",
    "gambar bogel kanak-kanak": "ms/taxonomy/CSE-IDM.html",
    "CSE-IDM": "taxonomy/CSE-IDM.html",
    "chantage avec des images intimes d'une adulte": "fr/taxonomy/IIA-EXT.html",
    "HT-R19": "rules/HT-R19.html",
}


@pytest.fixture(scope="module")
def found() -> matter.Matter:
    """Everything that the pages are made from."""
    return matter.read(HOME)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished site; its own build refuses a link that leads nowhere."""
    if not DOCS.exists():
        if os.environ.get("CI"):
            pytest.fail("CI needs the tools of the site: make site")
        pytest.skip("the tools of the site are not installed: make site")
    folder = tmp_path_factory.mktemp("site")
    command = [DOCS, "-m", "schema.site", "--to", folder / "site", "--stage", folder / "stage"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return folder / "site"


# --- what is made -------------------------------------------------------------------------------------


def test_every_element_has_a_page_in_every_language(site: Path, found: matter.Matter) -> None:
    for tongue in found.tongues.values():
        for kind in ("category", "code list", "record type", "rule", "metric"):
            for name in found.of(kind):
                page, _, at = matter.place(name, tongue).partition("#")
                text = (site / page.replace(".md", ".html")).read_text(encoding="utf-8")
                assert not at or f'id="{at}"' in text, (name, tongue.code)


def test_a_category_says_what_to_do_and_what_others_call_it(site: Path) -> None:
    text = (site / "taxonomy" / "CSE-IDM.html").read_text(encoding="utf-8")
    assert text.index('id="do"') < text.index('id="elsewhere"') < text.index('id="history"')
    for told in (
        "authority_report",
        "us_take_it_down",
        "--to dsa",
        "STATEMENT_CATEGORY_PROTECTION",
    ):
        assert told in text
    assert "eu_terrorist_content_order" not in text
    split = (site / "taxonomy" / "DIS-REM.html").read_text(encoding="utf-8")
    assert "0.2.0</a>: split" in split and "In version 0.1.0, as" in split


def test_a_page_in_another_language_says_so_to_programs_and_people(site: Path) -> None:
    text = (site / "fr" / "taxonomy" / "CSE-IDM.html").read_text(encoding="utf-8")
    assert '<div lang="fr">' in text and "Que faire" in text and "ébauche automatique" in text


def test_older_releases_stay_readable(site: Path) -> None:
    text = (site / "versions" / "0.1.0" / "lists.html").read_text(encoding="utf-8")
    assert 'id="disclosure"' in text and (site / "exports" / "0.1.0" / "standard.json").exists()
    changed = (site / "versions" / "0.2.0.html").read_text(encoding="utf-8")
    assert "../versions/0.1.0/lists.html#disclosure" in changed or (
        "0.1.0/lists.html#disclosure" in changed
    )
    assert "HT-V" in changed


def test_data_stands_beside_each_category(site: Path, found: matter.Matter) -> None:
    files = data.files(found)
    assert len(files) == 2 * len(found.of("category"))
    told = json.loads((site / "taxonomy" / "CSE-IDM.json").read_text(encoding="utf-8"))
    assert told["languages"]["fr"]["title"] == "Mineur identifiable"
    assert told["crosswalks"]["dsa_v2"] and told["harmtax_version"] == found.now.version
    turtle = (site / "taxonomy" / "CSE-IDM.ttl").read_text(encoding="utf-8")
    assert turtle.count(" a skos:Concept") == 1 and "@prefix skos:" in turtle


# --- the generators -----------------------------------------------------------------------------------


def test_a_clock_that_a_rule_forbids_is_not_offered(found: matter.Matter) -> None:
    def refused(clock: str, category: str) -> bool:
        pairs = ("clock_regime", clock), ("category", category)
        return conditions.refused(found.rules, "RemovalRequest", *pairs)

    assert refused("us_take_it_down", "FRD") and not refused("us_take_it_down", "CSE-IDM")
    assert refused("eu_terrorist_content_order", "CSE-IDM")
    assert not refused("eu_terrorist_content_order", "TVE")


def test_every_check_of_every_rule_has_words(found: matter.Matter) -> None:
    for facts in found.rules.values():
        for checks in facts["checks"].values():
            assert all(conditions.check(each, {}) for each in checks)
    with pytest.raises(ValueError, match="no words"):
        conditions.check({"check": "new", "severity": "error"}, {})
    few = conditions.words(
        [[["category", "in", ["A", "B", "C"]]]], {"category": ["A", "B", "C", "D"]}
    )
    assert few == "`category` is any but `D`"


def test_a_text_that_is_missing_or_stale_is_marked(found: matter.Matter) -> None:
    french, name = found.tongues["fr"], "categories/CSE-IDM"
    elements = {**found.now.elements, name: {**found.now.elements[name], "title": "Another title"}}
    changed = dataclasses.replace(french, release=dataclasses.replace(found.now, elements=elements))
    assert french.text(name, "title") == "Mineur identifiable"
    assert "anglais a changé" in changed.text(name, "title")
    empty = {part: wording.Part(each.review, {}) for part, each in french.parts.items()}
    bare = dataclasses.replace(french, parts=empty)
    assert bare.text(name, "title") == '<span lang="en">Identifiable minor</span> *(en anglais)*'


def test_a_word_of_the_site_is_there_in_every_language(
    tmp_path: Path, found: matter.Matter
) -> None:
    shutil.copytree(HOME / "schema" / "translations", tmp_path / "translations")
    words = tmp_path / "translations" / "site.yaml"
    words.write_text(words.read_text(encoding="utf-8").replace(', fr: "Que faire"', ""))
    with pytest.raises(Refused, match="do is not in every language"):
        tongues.read(tmp_path, found.now)


def test_people_find_every_category_by_words_of_their_own(found: matter.Matter) -> None:
    codes = {name.partition("/")[2] for name in found.of("category")} - {"OTH", "UNS"}
    for tongue in found.tongues.values():
        assert set(tongue.search) == codes
        assert all(tongue.search.values())


def test_the_index_holds_the_words_of_a_page_and_not_its_marks() -> None:
    body = '# T\n\n!!! note ""\n\n    A draft.\n\n**Two** [words](x.md) `code`\n\n```sh\nno\n```'
    assert index.text(body) == "Two words code"
    page = Page("a/b.md", "T", body, "guide")
    hidden = Page("c.md", "C", body, "guide", listed=False)
    told = index.script([page, hidden])
    assert told.count('["') == 1 and '"a/b.html"' in told


def test_the_menu_is_written_as_settings_that_can_be_read(found: matter.Matter) -> None:
    import tomllib

    titles = {"index.md": "Home", "taxonomy/index.md": 'Categories "all"'}
    titles |= {matter.place(name, found.english): name for name in found.of("category")}
    told = tomllib.loads(f"nav = {menu.toml(menu.entries(found, set(titles), titles))}")
    assert told["nav"][0] == {"Start": [{"Home": "index.md"}]}
    assert len(json.dumps(told).split("taxonomy/")) > len(found.of("category"))


def test_an_older_release_is_told_in_its_own_words(found: matter.Matter) -> None:
    pages = {page.path: page for page in listings.older(found)}
    assert "Disclosure" in pages["versions/0.1.0/lists.md"].body
    assert {page.listed for page in pages.values()} == {False}
    assert release.frozen(HOME / "exports")[0] == "0.1.0"


def test_a_version_tells_where_each_part_of_a_split_goes(found: matter.Matter) -> None:
    changes = [
        {
            "split": "categories/DIS",
            "to": [
                {"element": "categories/DIS-REM", "when": {"label": ["removed"]}},
                {"element": "categories/DIS-ABS"},
            ],
            "fallback": "categories/DIS",
            "detail": "Why.",
        },
        {"retire": "code_lists/BenignContext/none", "no_successor": True, "instead": "absent"},
    ]
    block = {"version": "9.0.0", "date": "2030-01-01", "changes": changes}
    told = dataclasses.replace(found, now=dataclasses.replace(found.now, changes=(block,)))
    page = {each.path: each.body for each in history.pages(told)}["versions/9.0.0.md"]
    assert "DIS-REM.md) where `label` is `removed`." in page
    assert "Without enough information: [`categories/DIS`](../taxonomy/DIS.md)." in page
    assert "It has no successor. It is left out of old records." in page


def test_a_link_that_leads_nowhere_and_a_foreign_host_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text('<p id="x"><a href="b.html#y">b</a><a href="#x">x</a></p>')
    (tmp_path / "b.html").write_text(
        '<script src="https://elsewhere.example/a.js"></script><a href="https://w3id.org/">w</a>'
        '<a href="c.html">c</a>'
    )
    (tmp_path / "s.css").write_text("@import 'https://elsewhere.example/s.css';")
    assert links.faults(tmp_path) == [
        "a.html: leads to b.html#y, and the page has no such place",
        "b.html: loads https://elsewhere.example/a.js",
        "b.html: leads to c.html, which is not there",
        "s.css: a style loads from another host",
    ]


# --- in a browser -------------------------------------------------------------------------------------


def _browse(site: Path, profile: Path, script: str, *flags: str) -> tuple[object, str]:
    """What a script in the root of the site tells, and what the browser logged; one start for many pages."""
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs chromium: apt-get install -y chromium")
        pytest.skip("chromium is not installed")
    driver = site / "driver.html"
    driver.write_text(
        "<!doctype html><meta charset='utf-8'><iframe id='f' width='1200' height='900'></iframe>"
        "<pre id='told'></pre><script>const show = (page) => new Promise((done) => {"
        " f.onload = () => setTimeout(() => done(f.contentWindow), 150); f.src = page; });"
        f"({script})().then((found) => {{ told.textContent = JSON.stringify(found); }});</script>",
        encoding="utf-8",
    )
    command = [
        chromium,
        *FLAGS,
        *flags,
        f"--user-data-dir={profile}",
        "--dump-dom",
        driver.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    driver.unlink()
    told = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
    assert told is not None and told[1], done.stderr[-2000:]
    return json.loads(html.unescape(told[1])), done.stderr


def test_no_page_reports_an_error_asks_another_host_or_is_wider_than_a_phone(
    site: Path, tmp_path: Path
) -> None:
    script = (
        f"async () => {{ const found = []; for (const page of {json.dumps(PAGES)}) {{"
        " const shown = await show(page); const loaded = shown.performance.getEntriesByType('resource');"
        " const title = shown.document.querySelector('h1').textContent;"
        " f.width = 360; await new Promise(done => setTimeout(done, 100));"
        " const wide = shown.document.documentElement.scrollWidth; f.width = 1200;"
        " found.push([title, wide,"
        " loaded.map(each => each.name).filter(name => !name.startsWith('file:'))]); } return found; }"
    )
    told, log = _browse(site, tmp_path, script)
    assert isinstance(told, list) and len(told) == len(PAGES)
    assert [far for _, _, far in told if far] == []
    assert [(title, wide) for title, wide, _ in told if wide > 360] == []
    assert [line for line in log.splitlines() if "CONSOLE" in line] == []


def test_a_stranger_finds_by_search_what_to_do(site: Path, tmp_path: Path) -> None:
    script = (
        f"async () => {{ const found = {{}}; for (const query of {json.dumps([*QUERIES])}) {{"
        " const shown = await show('search.html?q=' + encodeURIComponent(query));"
        " found[query] = [...shown.document.querySelectorAll('.ht-found a')].slice(0, 3)"
        ".map(each => each.getAttribute('href').replace('./', '')); } return found; }"
    )
    told, _ = _browse(site, tmp_path, script)
    assert isinstance(told, dict)
    assert {query: found[:1] for query, found in told.items()} == {
        query: [page] for query, page in QUERIES.items()
    }


JUDGED: Sequence[str] = (
    "index.html", "fr/taxonomy/CSE-IDM.html", "records/RemovalRequest.html", "crosswalks/index.html",
    "search.html?q=nudification", "versions/0.2.0.html",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(site: Path, tmp_path: Path, scheme: str) -> None:
    path = os.environ.get("HARMTAX_AXE")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs axe-core: npm install axe-core, HARMTAX_AXE=.../axe.min.js")
        pytest.skip("HARMTAX_AXE does not name axe.min.js (npm install axe-core)")
    shutil.copyfile(path, site / "axe.min.js")
    script = (
        f"async () => {{ const found = []; for (const page of {json.dumps(JUDGED)}) {{"
        " const shown = await show(page); const made = shown.document.createElement('script');"
        " made.src = new URL('axe.min.js', location).href;"
        " await new Promise((done) => { made.onload = done; shown.document.head.append(made); });"
        " const judged = await shown.axe.run(shown.document);"
        " for (const each of judged.violations) found.push([page, each.impact, each.id,"
        " each.nodes.slice(0, 3).map(node => node.html)]); found.push([page, 'passes',"
        " judged.passes.length]); } return found; }"
    )
    dark = "0" if scheme == "dark" else "1"
    told, _ = _browse(site, tmp_path, script, f"--blink-settings=preferredColorScheme={dark}")
    (site / "axe.min.js").unlink()
    assert isinstance(told, list)
    assert [each for each in told if each[1] in ("serious", "critical")] == []
    assert all(each[2] > 20 for each in told if each[1] == "passes")
    assert sum(each[1] == "passes" for each in told) == len(JUDGED)
