"""What fuzzing starts from: the conformance corpus and every kind of fault, as small NDJSON files.

python tests/fuzz/corpus.py FOLDER
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

HOME = Path(__file__).resolve().parent.parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(HOME))

import msgspec  # noqa: E402 - the path must be there first

from benchmarks import faults  # noqa: E402
from harmtax._generated.constraints import CODES, RECORDS  # noqa: E402

SEED = 11
# A longer code list would only make the dictionary slow.
CODES_EACH = 12
SIGNS = (
    b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\n", b"\r", b"\r\n", b"null", b"true", b"false",
    b"-0", b"1.0", b"1e3", b"NaN", b"\\u0000", b"\\ud800", b"\\u0063", b"\xef\xbb\xbf", b"\xc0\xaf", b"\xff",
    b"9007199254740992", b"18446744073709551616", b"T24:00:00Z", b".000000Z", b"+00:00", b" @handle", b"[]",
)  # fmt: skip


def seeds() -> Iterator[tuple[str, bytes]]:
    """Each file with a name of its own, a few kilobytes at most."""
    for path in sorted((HOME / "tests" / "conformance").glob("*/*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        if case.get("record_type") == "Incident":
            yield path.stem, msgspec.json.encode(case["record"]) + b"\n"
    random = Random(SEED)
    rows = [faults.drawn(random, warned=faults.WARNED) for _ in range(60)]
    for kind in faults.KINDS:
        if not kind.heavy:
            row = random.choice([row for row in rows if kind.fits(row)])
            yield kind.name, faults.made(kind, row, random).content + b"\n"
    lines = [faults.line(row) for row in rows[:3]]
    for file in faults.FILES:
        yield file.name, file.make(lines)


def fill(folder: Path) -> None:
    """Writes the seeds into a folder that holds no file yet."""
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        for name, content in seeds():
            (folder / name).write_bytes(content)


def words() -> list[bytes]:
    """Field names, codes and signs that a mutation may put in."""
    fields = RECORDS["Incident"].fields
    names = [b'"%s":' % field.name.encode() for field in fields]
    lists = dict.fromkeys(field.codes for field in fields if field.codes)
    codes = [b'"%s"' % code.encode() for name in lists for code in CODES[name][:CODES_EACH]]
    return [*names, *codes, *SIGNS]


def dictionary() -> bytes:
    """The words as a dictionary of libFuzzer."""
    return b"".join(b'"%s"\n' % b"".join(b"\\x%02x" % byte for byte in word) for word in words())


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
