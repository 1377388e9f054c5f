"""Hands out English texts that a language lacks, and takes the translations in.

Usage: python -m schema.translate LANGUAGE [PART] [--from N] [--count M] [--done|--lint|--tidy|--merge FILE]

Without a part it tells how much is missing in each. With a part it prints as YAML what is missing or stale
there: the English texts by element. Whoever translates writes the same keys with the words of the language
into a file and gives it with --merge: it is checked, stamped with the digest of the English and put into the
part in the order of the schema. Elements with the same English get the same words. A reviewed entry is left
as it is while its English holds. With --done the texts that exist stand beside the English ones, for review.
With --lint what is wrong on its face is listed, and where a text does not use the words of `terms.yaml`.
With --tidy entries follow what changes.yaml renamed in its newest version; one without an element goes.
Exit code 1 when an entry was not taken, or when --lint found something.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from harmtax.standard.english import digest

from schema.writers import metrics, standard
from schema.writers.plan import load
from schema.writers.source import Refused, plain
from schema.writers.wording import (
    PARTS,
    English,
    Entry,
    Part,
    Texts,
    element,
    english,
    is_stale,
    located,
    missing,
    read,
    status_of,
    written,
)
from schema.writers.wording_lint import Terms, faults, off_terms, terms

DRAFT = "machine_draft"
HOME = Path(__file__).resolve().parent


def wanted(part: Part, now: Mapping[str, Texts]) -> dict[str, Texts]:
    """What is missing or stale, each different English text once, in the order of the schema."""
    seen: set[str] = set()
    found = {}
    for key, texts in now.items():
        entry = part.entries.get(key)
        if (missing(entry, texts) or (entry and is_stale(entry, texts))) and (
            digest(texts) not in seen
        ):
            found[key] = texts
        seen.add(digest(texts))
    return found


def merged(
    part: Part, new: Mapping[str, Texts], now: Mapping[str, Texts]
) -> tuple[Part, list[str]]:
    """The part with the new texts in it, and why an entry was not taken."""
    entries, refused = dict(part.entries), []
    for key, texts in new.items():
        old = entries.get(key)
        wrong = [f"{key}: no such element"] if key not in now else []
        wrong = wrong or [f"{key}: {fault}" for fault in faults(texts, now[key])]
        if (
            old
            and key in now
            and status_of(part, old) == "reviewed"
            and not is_stale(old, now[key])
        ):
            wrong.append(f"{key}: reviewed, and English has not changed since")
        if wrong:
            refused += wrong
            continue
        kept = old.texts if old and not is_stale(old, now[key]) else {}
        entries[key] = _stamped({**kept, **texts}, now[key], part)
    return _ordered(_spread(entries, now, part), part, now), refused


def _stamped(texts: Texts, now: Texts, part: Part) -> Entry:
    """A draft, also in a file that has been reviewed as a whole."""
    told = {kind: texts[kind] for kind in now if kind in texts}
    review = {} if part.review == DRAFT else {"status": DRAFT}
    return Entry(told, digest({kind: now[kind] for kind in told}), review)


def _spread(entries: Mapping[str, Entry], now: Mapping[str, Texts], part: Part) -> dict[str, Entry]:
    """With the same words for every element whose English is the same."""
    whole = {
        digest(now[key]): entry.texts
        for key, entry in entries.items()
        if key in now and not missing(entry, now[key]) and not is_stale(entry, now[key])
    }
    found = dict(entries)
    for key, texts in now.items():
        entry = found.get(key)
        if (missing(entry, texts) or (entry and is_stale(entry, texts))) and (
            digest(texts) in whole
        ):
            found[key] = _stamped(whole[digest(texts)], texts, part)
    return found


def _ordered(entries: Mapping[str, Entry], part: Part, now: Mapping[str, Texts]) -> Part:
    """In the order of the schema; what the schema has no more stays at the end until it is renamed."""
    keys = [key for key in now if key in entries] + [key for key in entries if key not in now]
    return Part(part.review, {key: entries[key] for key in keys}, part.source)


def tidied(parts: Mapping[str, Part], renamed: Mapping[str, str], now: English) -> dict[str, Part]:
    """The parts with each entry under the name that its element has now, and none without an element.

    `renamed` maps old names of elements to new ones; what stands below a renamed element goes with it.
    """
    moved: dict[str, dict[str, Entry]] = {name: dict(part.entries) for name, part in parts.items()}
    for name, part in parts.items():
        for key, entry in part.entries.items():
            at = located(_followed(element(name, key), renamed)) if key not in now[name] else None
            if at is not None and at[1] in now[at[0]]:
                moved[at[0]].setdefault(at[1], entry)
    return {
        name: _ordered(
            {key: e for key, e in moved[name].items() if key in now[name]}, part, now[name]
        )
        for name, part in parts.items()
    }


def _followed(name: str, renamed: Mapping[str, str]) -> str:
    for old, new in renamed.items():
        if name == old or name.startswith(f"{old}/"):
            return new + name.removeprefix(old)
    return name


def asked(now: Mapping[str, Texts], part: Part) -> Iterator[str]:
    """The lines of YAML for whoever translates; what exists stands beside as a comment."""
    for key, texts in now.items():
        old = part.entries.get(key)
        yield f"{json.dumps(key)}:" if key in ("no", "none") else f"{key}:"
        for kind, text in texts.items():
            yield f"  {kind}: {json.dumps(text, ensure_ascii=False)}"
            if old and kind in old.texts:
                state = "now, of older English" if is_stale(old, texts) else "now"
                yield f"  # {state}: {old.texts[kind]}"


def take(path: Path, part: Part, now: Mapping[str, Texts], file: Path) -> int:
    """Merges a file of translations into the part at `path`. Gives the exit code."""
    new = plain(file)
    if not isinstance(new, Mapping) or not all(isinstance(v, Mapping) for v in new.values()):
        raise Refused(f"{file}: expected texts by element")
    texts = {key: {kind: str(text) for kind, text in each.items()} for key, each in new.items()}
    done, refused = merged(part, texts, now)
    if done != part:
        replace(path, done)
    for fault in refused:
        print(f"not taken: {fault}", file=sys.stderr)
    left = len(wanted(done, now))
    print(f"{path.parent.name}/{path.name}: {len(texts)} given, {left} still wanted")
    return 1 if refused else 0


def linted(part: Part, now: Mapping[str, Texts], table: Terms, language: str) -> Iterator[str]:
    """What is wrong with the texts of a part, and where they do not use the terms of the language."""
    for key, entry in part.entries.items():
        if key not in now:
            yield f"{key}: the standard has no such element; rename the entry or remove it"
        elif not is_stale(entry, now[key]):
            yield from (f"{key}: {fault}" for fault in faults(entry.texts, now[key]))
            # Whoever gave the names of the places has terms of their own.
            if status_of(part, entry) != "adopted":
                told = off_terms(key, entry.texts, now[key], table, language)
                yield from (f"{key}: {fault}" for fault in told)


def replace(path: Path, part: Part) -> None:
    """Writes a part as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(written(part), encoding="utf-8")
    os.replace(draft, path)


def now_in_english() -> English:
    """The English texts as the schema says them now."""
    plan = load(HOME / "harmtax.yaml")
    told = standard.snapshot(plan, HOME, metrics.read(plan, HOME / "metrics.yaml"))
    return english(told["elements"], HOME)


def main() -> int:
    given = _arguments()
    folder = HOME / "translations" / given.language
    try:
        now = now_in_english()
        parts = {name: read(folder / f"{name}.yaml") for name in PARTS}
        if given.lint:
            return _lint(given, parts, now)
        if given.tidy:
            return _tidy(folder, parts, now)
        if given.part is None:
            for name, part in parts.items():
                print(f"{name}: {len(wanted(part, now[name]))} of {len(now[name])} wanted")
        elif given.merge:
            path = folder / f"{given.part}.yaml"
            return take(path, parts[given.part], now[given.part], given.merge)
        else:
            _print(given, parts[given.part], now[given.part])
    except (Refused, OSError) as error:
        print(f"refused: {error}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("language", choices=_languages())
    parser.add_argument("part", choices=PARTS, nargs="?")
    parser.add_argument("--from", dest="start", type=int, default=0, help="leave out the first N")
    parser.add_argument("--count", type=int, help="print no more than M entries")
    parser.add_argument("--done", action="store_true", help="print what exists, for review")
    parser.add_argument("--lint", action="store_true", help="list what is wrong on its face")
    parser.add_argument("--tidy", action="store_true", help="follow renames, drop what is gone")
    parser.add_argument("--merge", type=Path, help="a YAML file of translations to take in")
    return parser.parse_args()


def _languages() -> list[str]:
    return list(plain(HOME / "translations" / "languages.yaml"))[1:]


def _lint(given: argparse.Namespace, parts: Mapping[str, Part], now: English) -> int:
    table = terms(HOME / "translations" / "terms.yaml", {"en", *_languages()})
    found = [
        f"{name}: {fault}"
        for name, part in parts.items()
        if given.part in (None, name)
        for fault in linted(part, now[name], table, given.language)
    ]
    print("\n".join([*found, f"{len(found)} found"]))
    return 1 if found else 0


def _tidy(folder: Path, parts: Mapping[str, Part], now: English) -> int:
    block = plain(HOME / "changes.yaml")["versions"][0]["changes"]
    renamed = {each["rename"]: each["to"][0] for each in block if "rename" in each}
    for name, part in tidied(parts, renamed, now).items():
        gone = [key for key in parts[name].entries if key not in part.entries]
        if gone or part != parts[name]:
            replace(folder / f"{name}.yaml", part)
            print(f"{name}: no longer there: {', '.join(gone) or 'nothing'}")
    return 0


def _print(given: argparse.Namespace, part: Part, now: Mapping[str, Texts]) -> None:
    texts = wanted(part, now)
    if given.done:
        texts = {key: each for key, each in now.items() if key in part.entries}
    stop = None if given.count is None else given.start + given.count
    print("\n".join(asked(dict(list(texts.items())[given.start : stop]), part)))


if __name__ == "__main__":
    sys.exit(main())
