"""Inputs come from everywhere, packed or not; what cannot be read is said in one clear sentence."""

from __future__ import annotations

import bz2
import errno
import gzip
import hashlib
import io
import lzma
import os
import tarfile
import tempfile
import threading
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import harmtax
from harmtax import Incident
from harmtax.errors import BadUse, Unreadable
from harmtax.records import formats
from harmtax.records.sources import HEAD, Source, inputs
from tests.rows import incident

LINES = b"".join(b'{"line":%d}\n' % number for number in range(50))
# Larger than every buffer on the way and hard to compress, so that a fault can wait in the middle.
LONG = Random(5).randbytes(6 << 20)


def zstd(content: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(content, asbytes=True))


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


PACK = {"gz": gzip.compress, "zst": zstd, "zip": lambda content: zipped({"in.ndjson": content})}


def file(path: Path, content: bytes = LINES) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def one(source: Any) -> Source:
    [found] = inputs(source)
    return found


def content(source: Source) -> bytes:
    with source.open() as stream:
        return stream.read()


def names(source: Any) -> list[str]:
    return [each.name for each in inputs(source)]


def refusal(source: Any) -> str:
    with pytest.raises(Unreadable) as caught:
        for each in inputs(source):
            content(each)
    shown = caught.value.__cause__ or (
        None if caught.value.__suppress_context__ else caught.value.__context__
    )
    assert type(caught.value) is Unreadable and shown is None
    return str(caught.value)


# --- reading ----------------------------------------------------------------------------------------


def test_a_file_is_read_as_it_is_as_often_as_wanted(tmp_path: Path) -> None:
    source = one(file(tmp_path / "in.ndjson"))
    assert source.name == source.content_name == "in.ndjson"
    assert [content(source), content(source)] == [LINES, LINES]
    assert source.size == len(LINES)
    assert source.sha256() == hashlib.sha256(LINES).hexdigest()
    with source.open() as stream:
        assert stream.seekable() and stream.readable()
        assert stream.seek(-5, os.SEEK_END) == len(LINES) - 5
        assert stream.read() == LINES[-5:]
        stream.seek(-3, os.SEEK_CUR)
        assert stream.read() == LINES[-3:]
        with pytest.raises(OSError, match="before the start"):
            stream.seek(-1)


@pytest.mark.parametrize("kind", ["ndjson", "gz", "zst", "zip"])
def test_a_stream_can_be_read_in_every_way(kind: str, tmp_path: Path) -> None:
    packed = PACK[kind](LINES) if kind in PACK else LINES
    source = one(file(tmp_path / f"in.{kind}", packed))
    lines = LINES.splitlines(keepends=True)
    with source.open() as stream:
        assert stream.readline() == lines[0]
        some = stream.readlines(60)
        assert 60 <= sum(map(len, some)) < 80
        assert [lines[0], *some, *stream] == lines
    with source.open() as stream:
        assert stream.read(7) + stream.read(10**6) == LINES
        assert stream.read(1) == b""
    assert source.head() == LINES


@pytest.mark.parametrize("kind", PACK)
def test_what_is_packed_is_recognised_by_its_bytes_not_by_its_name(
    kind: str, tmp_path: Path
) -> None:
    source = one(file(tmp_path / "in.txt", PACK[kind](LINES)))
    assert content(source) == LINES
    with source.open() as stream:
        assert not stream.seekable()
    plain = one(file(tmp_path / f"plain.ndjson.{kind}"))
    assert content(plain) == LINES
    assert plain.content_name == plain.name == f"plain.ndjson.{kind}"


def test_the_name_of_the_content_tells_the_format_of_a_packed_file(tmp_path: Path) -> None:
    for name in ("in.ndjson.gz", "in.ndjson.zst"):
        packed = gzip.compress(b"null\n") if name.endswith("gz") else zstd(b"null\n")
        source = one(file(tmp_path / name, packed))
        assert (source.name, source.content_name) == (name, "in.ndjson")
        found = formats.recognised(source.head(), source.content_name, Incident.table())
        assert found.name == "ndjson"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.integers(1, 200))
def test_members_and_frames_in_a_row_are_read_on(parts: list[bytes], step: int) -> None:
    # A frame that is to be skipped may stand anywhere (RFC 8878, section 3.1.2).
    skipped = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
    for packed in (
        b"".join(map(gzip.compress, parts)),
        b"".join(map(zstd, parts)),
        skipped + skipped.join(map(zstd, parts)),
    ):
        with one(io.BytesIO(packed)).open() as stream:
            assert b"".join(iter(lambda stream=stream: stream.read(step), b"")) == b"".join(parts)


def test_an_empty_file_is_an_input_packed_or_not(tmp_path: Path) -> None:
    for packed in (b"", gzip.compress(b""), zstd(b""), zipped({"a": b""})):
        source = one(file(tmp_path / "in", packed))
        assert content(source) == b"" and source.head() == b""


def test_the_head_takes_nothing_and_is_bounded(tmp_path: Path) -> None:
    source = one(file(tmp_path / "in", LONG))
    with source.open() as stream:
        assert source.head() == LONG[:HEAD]
        assert stream.read() == LONG


@pytest.mark.parametrize("kind", ["ndjson", "gz", "zst", "zip"])
def test_the_position_counts_the_bytes_on_disk_up_to_the_size(kind: str, tmp_path: Path) -> None:
    path = file(tmp_path / "in", PACK[kind](LONG) if kind in PACK else LONG)
    source = one(path)
    assert source.position() == 0
    seen = []
    with source.open() as stream:
        while stream.read(1 << 20):
            seen.append(source.position())
    assert seen == sorted(seen) and 0 < seen[0] < seen[2] < source.size
    assert source.position() == source.size
    assert source.sha256() == hashlib.sha256(path.read_bytes()).hexdigest()
    with source.open():
        assert source.position() == 0


# --- archives ---------------------------------------------------------------------------------------


def test_every_file_in_an_archive_is_an_input(tmp_path: Path) -> None:
    members = {
        "b.ndjson": b"b", "a.csv": b"a", "deep/": b"", "deep/c.ndjson.gz": gzip.compress(b"c"),
        "deep/d.zst": zstd(b"d"), "__MACOSX/b.ndjson": b"x", "deep/.DS_Store": b"x",
        "manifest.json": b"{}", "_SUCCESS": b"",
    }  # fmt: skip
    found = list(inputs(file(tmp_path / "in.zip", zipped(members))))
    assert [(each.name, each.content_name, content(each)) for each in found] == [
        ("in.zip-b.ndjson", "b.ndjson", b"b"),
        ("in.zip-a.csv", "a.csv", b"a"),
        ("in.zip-deep-c.ndjson.gz", "c.ndjson", b"c"),
        ("in.zip-deep-d.zst", "d", b"d"),
    ]
    # Readers of one archive do not move each other.
    with found[0].open() as one_, found[1].open() as other:
        assert (other.read(), one_.read()) == (b"a", b"b")


def test_no_name_in_an_archive_leads_anywhere(tmp_path: Path) -> None:
    members = {
        "../../up.csv": b"",
        "/etc/x": b"",
        "line\nbreak\x1b[31m": b"",
        "long" * 99 + ".csv": b"",
    }
    found = names(file(tmp_path / "in.zip", zipped(members)))
    assert found[:3] == ["in.zip-..-..-up.csv", "in.zip--etc-x", "in.zip-line_break_[31m"]
    assert len(found[3]) == 200 and found[3].endswith("long.csv")


def test_a_hidden_file_that_was_asked_for_gets_a_name_that_shows(tmp_path: Path) -> None:
    source = one(file(tmp_path / ".x.ndjson"))
    assert (source.name, content(source)) == ("_x.ndjson", LINES)


def test_a_name_that_is_no_text_still_names_its_input(tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"n\xe4me.ndjson")
    Path(os.fsdecode(path)).write_bytes(LINES)
    assert names(tmp_path) == ["n\\xe4me.ndjson"]


# --- what cannot be read ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PACK)
def test_a_fault_in_the_middle_is_told_when_it_is_met(kind: str, tmp_path: Path) -> None:
    packed = bytearray(PACK[kind](LONG))
    middle = len(packed) // 2
    packed[middle : middle + 4000] = bytes(4000)
    source = one(file(tmp_path / "in", bytes(packed)))
    read = b""
    with source.open() as stream, pytest.raises(Unreadable, match="cannot be unpacked"):
        while block := stream.read(1 << 18):
            read += block
    # What a checksum covers is told at its end, when the bytes are out already.
    assert len(read) >= 1 << 20 and read[: 1 << 20] == LONG[: 1 << 20]


@pytest.mark.parametrize("share", [0.999999, 0.5, 0.01])
@pytest.mark.parametrize("kind", PACK)
def test_a_file_that_was_cut_off_is_unreadable(kind: str, share: float, tmp_path: Path) -> None:
    packed = PACK[kind](LONG)
    told = refusal(file(tmp_path / "in", packed[: int(len(packed) * share)]))
    assert told.startswith(f"{tmp_path / 'in'}: ")
    assert any(words in told for words in ("too early", "Truncated", "cut off"))


def test_other_bytes_after_the_packed_ones_are_not_passed_over(tmp_path: Path) -> None:
    for packed in (gzip.compress(LINES), zstd(LINES)):
        assert "cannot be unpacked" in refusal(file(tmp_path / "in", packed + b"more"))


def _patched(archive: bytes, offset: int, value: bytes) -> bytes:
    """The archive with bytes changed in the local and in the central header of its first member."""
    changed = bytearray(archive)
    for start in (archive.index(b"PK\x03\x04") + 6, archive.index(b"PK\x01\x02") + 8):
        changed[start + offset : start + offset + len(value)] = value
    return bytes(changed)


def test_an_encrypted_archive_is_named_as_such(tmp_path: Path) -> None:
    archive = _patched(zipped({"in.ndjson": LINES}), 0, b"\x01")
    told = refusal(file(tmp_path / "in.zip", archive))
    assert told == f"{tmp_path}/in.zip (in.ndjson): it is encrypted; decrypt the archive first"


def test_a_method_of_packing_that_is_not_known_is_no_crash(tmp_path: Path) -> None:
    archive = _patched(zipped({"in.ndjson": LINES}), 2, b"\x62")
    assert "compression method" in refusal(file(tmp_path / "in.zip", archive))


def test_a_wrong_checksum_in_an_archive_is_told(tmp_path: Path) -> None:
    archive = zipped({"in.ndjson": LINES}, zipfile.ZIP_STORED).replace(b'{"line":7}', b'{"line":8}')
    assert "CRC-32" in refusal(file(tmp_path / "in.zip", archive))


@pytest.mark.parametrize(
    ("packed", "words"),
    [
        (zipped({}), "the archive holds no files"),
        (zipped({"a/": b"", "__MACOSX/a": b""}), "the archive holds no files"),
        (zipped({"[Content_Types].xml": b"", "xl/a.xml": b""}), "save its table as CSV"),
        (zipped({"a.zip": zipped({"b.zip": zipped({"c": b""})})}), "unpack it first"),
        (gzip.compress(zipped({"b": b""})), "unpack it first"),
        (gzip.compress(gzip.compress(LINES)), "compressed twice"),
        (zstd(gzip.compress(LINES)), "compressed twice"),
        (bz2.compress(LINES), "does not unpack bzip2"),
        (lzma.compress(LINES), "does not unpack xz"),
        (b"PK\x03\x04 and no archive", "damaged or cut off"),
    ],
    # The bytes hold the time at which they were packed, so they make no names.
    ids=range(10),
)
def test_what_harmtax_does_not_unpack_is_named(packed: bytes, words: str, tmp_path: Path) -> None:
    assert words in refusal(file(tmp_path / "in", packed))


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_archive_is_named_packed_or_not(mode: Any, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "in.tar", mode) as archive:
        archive.add(file(tmp_path / "a.ndjson"), "a.ndjson")
    assert "does not unpack tar" in refusal(tmp_path / "in.tar")


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == f"{tmp_path}/none: No such file or directory"
    assert "null" in refusal("a\0b")
    (tmp_path / "broken").symlink_to(tmp_path / "none")
    assert "No such file" in refusal(tmp_path)


def test_a_glob_without_files_and_a_folder_without_files_are_unreadable(tmp_path: Path) -> None:
    assert "no file matches" in refusal(str(tmp_path / "*.csv"))
    file(tmp_path / "deep" / "a.csv")
    assert refusal(tmp_path) == (
        f"{tmp_path}: the folder holds no files ({tmp_path}/** would go deeper)"
    )


def test_a_file_that_may_not_be_opened_is_unreadable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file(tmp_path / "in")

    def closed(*_: Any, **__: Any) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", closed)
    assert refusal(path) == f"{path}: Permission denied"


@pytest.mark.parametrize("kind", ["ndjson", "gz", "zst", "zip"])
def test_a_disk_that_fails_in_the_middle_is_told_in_its_own_words(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file(tmp_path / "in", PACK[kind](LONG) if kind in PACK else LONG)
    source = one(path)
    read = os.preadv

    def failing(handle: int, buffers: Any, place: int) -> int:
        if 3 << 20 <= place < 4 << 20:
            raise OSError(errno.EIO, "Input/output error")
        return read(handle, buffers, place)

    with source.open() as stream:
        assert stream.read(1000) == LONG[:1000]
        monkeypatch.setattr(os, "preadv", failing)
        with pytest.raises(Unreadable, match=f"^{path}: Input/output error$"):
            stream.read()


def test_a_full_disk_is_told_while_a_stream_is_spooled(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    assert refusal(io.BytesIO(LINES)) == "stdin: No space left on device"


# --- where inputs are -------------------------------------------------------------------------------


def test_a_folder_gives_its_own_files_by_name_and_no_markers(tmp_path: Path) -> None:
    for name in ("b.csv", "a.ndjson", "deep/c.csv", ".hidden", "manifest.json", "_SUCCESS",
                 "_metadata", "_common_metadata", "_committed_1", "_started_1", "_own.csv"):  # fmt: skip
        file(tmp_path / name)
    assert names(tmp_path) == ["_own.csv", "a.ndjson", "b.csv"]
    assert names(str(tmp_path)) == ["_own.csv", "a.ndjson", "b.csv"]


def test_a_glob_gives_files_and_folders_by_name_once_each(tmp_path: Path) -> None:
    for name in ("x/b.csv", "x/deep/a.csv", "x/deep/er/c.csv", "x/deep/.hidden", "y/d.csv"):
        file(tmp_path / name)
    assert names(f"{tmp_path}/x/*.csv") == ["b.csv"]
    assert names(f"{tmp_path}/x/**/*.csv") == ["b.csv", "a.csv", "c.csv"]
    assert names(f"{tmp_path}/x/**") == ["b.csv", "a.csv", "c.csv"]
    assert names(tmp_path / "x" / "**" / "**") == ["b.csv", "a.csv", "c.csv"]
    assert names(f"{tmp_path}/[xy]") == ["b.csv", "d.csv"]


def test_a_file_whose_name_looks_like_a_glob_is_a_file(tmp_path: Path) -> None:
    assert names(file(tmp_path / "in[1].csv")) == ["in[1].csv"]


def test_a_sequence_keeps_its_order_and_every_input_has_a_name_of_its_own(tmp_path: Path) -> None:
    first, second = file(tmp_path / "b" / "x.csv"), file(tmp_path / "a" / "x.csv")
    assert names([first, [second, io.BytesIO(LINES)], io.BytesIO(LINES), first]) == [
        "x.csv", "x.csv-2", "stdin", "stdin-2", "x.csv-3",
    ]  # fmt: skip
    assert names(iter([first])) == ["x.csv"]


def test_a_stream_is_spooled_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    source = one(io.BytesIO(LINES))
    assert (source.name, source.size) == ("stdin", len(LINES))
    with source.open() as one_, source.open() as other:
        assert one_.read(3) == LINES[:3]
        assert other.read() == LINES
        assert one_.read() == LINES[3:]
    assert list(tmp_path.iterdir()) == []
    assert content(one(io.BytesIO(gzip.compress(LINES)))) == LINES
    assert names(io.BytesIO(zipped({"a": b""}))) == ["stdin-a"]


def test_an_open_file_is_named_by_its_name(tmp_path: Path) -> None:
    with file(tmp_path / "in.ndjson").open("rb") as stream:
        stream.readline()
        source = one(stream)
    assert source.name == "in.ndjson"
    assert content(source) == LINES.split(b"\n", 1)[1]


def test_a_pipe_is_spooled(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(LONG,))
    writer.start()
    source = one(path)
    writer.join()
    assert source.name == "pipe" and content(source) == LONG == content(source)


@pytest.mark.parametrize("source", [b"in.ndjson", 7, None, io.StringIO("{}"), [bytearray(b"x")]])
def test_what_is_no_source_is_bad_use(source: Any) -> None:
    with pytest.raises(BadUse, match="source"):
        list(inputs(source))


# --- through the intake -----------------------------------------------------------------------------


def test_packed_inputs_give_the_same_dataset_as_plain_ones(tmp_path: Path) -> None:
    rows = [incident(), incident(incident_id="i-2"), incident(incident_id="i-3", category="NONE")]
    lines = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    harmtax.convert(file(tmp_path / "in.ndjson", lines), tmp_path / "in.parquet", "parquet")
    typed = (tmp_path / "in.parquet").read_bytes()
    for packed in (*(pack(lines) for pack in PACK.values()), gzip.compress(typed), zstd(typed)):
        outcome = harmtax.validate(file(tmp_path / "packed", packed), tmp_path / "out")
        assert outcome.accepted == 2
        found = pq.read_table(tmp_path / "out" / "Incident-00000.parquet")
        assert found.column("incident_id").to_pylist() == ["i-1", "i-2"]
