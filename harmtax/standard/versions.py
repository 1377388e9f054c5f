"""The gate of the standard: the working schema against the last release, and what it asks for."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from harmtax.errors import BadUse
from harmtax.standard import declaration, phrases, sums
from harmtax.standard.declaration import Problem
from harmtax.standard.entries import OPERATIONS
from harmtax.standard.release import WORKING, Release, frozen, number, read, release
from harmtax.standard.verdict import Verdict, following, verdict

SCHEMA = Path("schema") / "harmtax.yaml"


class Gate(NamedTuple):
    """What the gate found. It is open when there are no problems.

    `verdict` is absent as long as nothing was released. `live` says whether the schema itself was read;
    otherwise what was last built from it. `block` is the text for `changes.yaml` that declares all that
    is undeclared, ready to paste, empty when nothing is missing.
    """

    verdict: Verdict | None
    working: Release
    live: bool
    problems: tuple[Problem, ...]
    block: str


def diff(old: Path, new: Path) -> Verdict:
    """What differs between two versions of the standard, each a folder of exports or its `standard.json`.

    The result holds every change with the rule that judges it, their level (major, minor, patch or none),
    what they break and the least version that they ask for. Raises Unreadable for what is not there, BadUse
    for what tells no standard and when `old` is the newer one.
    """
    return verdict(read(Path(old)), read(Path(new)))


def check(exports: Path) -> Gate:
    """Holds the working schema against the newest release in the folder `exports`.

    The schema is read live where it stands beside `exports`, and else what was built in `exports/next`.
    Raises BadUse when the schema is refused, Unreadable when there is nothing to read.
    """
    now = live(exports)
    working = read(exports / WORKING) if now is None else now
    history = [read(exports / name) for name in frozen(exports)]
    found = [*_damaged(exports), *_rewritten(working, history), *_unread(working)]
    if not history:
        return Gate(None, working, now is not None, tuple(found), "")
    last = history[-1]
    if number(working.version) < number(last.version):
        raise BadUse(f"the schema is of version {working.version}, and {last.version} is released")
    judged = verdict(last, working)
    found += [*_misnumbered(judged), *declaration.problems(judged, history)]
    return Gate(judged, working, now is not None, tuple(found), _block(judged, found))


def live(exports: Path) -> Release | None:
    """The standard as the schema beside `exports` says it now; None where there is no schema.

    Raises BadUse with the words of the build when it refuses the schema.
    """
    home = exports.absolute().parent
    if not (home / SCHEMA).exists():
        return None
    run = subprocess.run(
        [sys.executable, "-m", "schema.snapshot"],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        said = (run.stderr.strip().splitlines() or [""])[-1]
        if said.startswith("ModuleNotFoundError"):
            said = "its build tools are not installed here: pip install --group schema"
        raise BadUse(f"the schema in {home / 'schema'} cannot be read: {said}")
    return release(json.loads(run.stdout), str(home / "schema"))


def _damaged(exports: Path) -> Iterator[Problem]:
    for name in frozen(exports):
        for fault in sums.faults(exports / name):
            yield Problem(
                "frozen", name, f"exports/{name} is released and must not change: {fault}"
            )


def _rewritten(working: Release, history: Sequence[Release]) -> Iterator[Problem]:
    """Blocks of released versions that no longer say what they said when they were released."""
    now = {str(block["version"]): block for block in working.changes}
    for older in history:
        was = next((b for b in older.changes if str(b["version"]) == older.version), None)
        if was is not None and now.get(older.version) != was:
            yield Problem(
                "rewritten", older.version,
                f"the block of version {older.version} in changes.yaml is released and must not change;"
                f" what it said stands in exports/{older.version}/standard.json",
            )  # fmt: skip


def _unread(working: Release) -> Iterator[Problem]:
    """What stands in `changes.yaml` and would be passed over: unknown operations, versions to come."""
    for block in working.changes:
        version = str(block["version"])
        if number(version) > number(working.version):
            yield Problem(
                "unfounded", version,
                f"changes.yaml has a block of version {version}, and the schema is version {working.version}",
            )  # fmt: skip
        for told in block["changes"]:
            named = [operation for operation in OPERATIONS if operation in told]
            if len(named) != 1:
                yield Problem(
                    "unfounded", version,
                    f"an entry of version {version} has no operation that is known, or more than one:"
                    f" {json.dumps(told, ensure_ascii=False)}; known: {', '.join(OPERATIONS)}",
                )  # fmt: skip


def _misnumbered(judged: Verdict) -> Iterator[Problem]:
    least, version, last = judged.least, judged.new.version, judged.old.version
    if version != last and judged.level == "none":
        yield Problem(
            "version",
            version,
            f"nothing differs from version {last}, so it is not version {version} yet",
        )
    elif number(version) > number(last) and version not in following(last):
        yield Problem(
            "version", version,
            f"version {version} leaves numbers out: after {last} comes {' or '.join(following(last))}",
        )  # fmt: skip
    if number(version) < number(least):
        why = max(judged.changes, key=lambda each: each.level == judged.level)
        yield Problem(
            "version", version,
            f"version {version} is too low: after {judged.old.version} a {judged.level} change asks for"
            f" {least} or higher ({why.rule.id}: {phrases.sentence(why.difference)} {why.rule.reason}) Set"
            " `version` in schema/harmtax.yaml.",
        )  # fmt: skip


def _block(judged: Verdict, found: Sequence[Problem]) -> str:
    entries = "\n".join(dict.fromkeys(each.proposal for each in found if each.proposal))
    if not entries:
        return ""
    if any(block["version"] == judged.new.version for block in judged.new.changes) and (
        judged.new.version != judged.old.version
    ):
        return entries + "\n"
    today = datetime.now(UTC).date().isoformat()
    return f'  - version: {judged.least}\n    date: "{today}"\n    changes:\n{entries}\n'


def facts(judged: Verdict) -> dict[str, Any]:
    """A verdict as plain JSON."""
    return {
        "old": judged.old.version,
        "new": judged.new.version,
        "level": judged.level,
        "breaks": judged.breaks,
        "least_version": judged.least,
        "differences": [
            {
                "rule": each.rule.id,
                "level": each.level,
                "breaks": each.breaks,
                **{k: v for k, v in each.difference._asdict().items() if k != "follows"},
                "follows": [one._asdict() for one in each.difference.follows],
                "says": phrases.sentence(each.difference),
                "reason": each.rule.reason,
            }
            for each in judged.changes
        ],
    }
