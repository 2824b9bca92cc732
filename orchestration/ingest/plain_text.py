"""Bytes of a delivered file to text that DuckDB reads: unpacked, in UTF-8, and what is unreadable marked."""

import codecs
import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from orchestration.ingest.file_kind import UnreadableFile
from orchestration.ingest.landing import LandedFile
from orchestration.ingest.source_config import CsvFormat
from orchestration.limits import UNPACKED_LIMIT, unpacked_limit

CHUNK = 4 * 1024 * 1024
TEXT_FORMATS = ("csv", "jsonl")
SHORTEST_UTF_16 = 8
UTF_8_CHARACTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
NO_WINDOWS_1252 = re.compile(rb"[\x00\x81\x8d\x8f\x90\x9d]")

# Three code points that Unicode keeps for use within a program: no delivered text may carry them.
UNREADABLE = "\ufdd0"
CARRIAGE_RETURN = "\ufdd1"
NO_DELIMITER = "\U0010ffff"


def _mark_unreadable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNREADABLE, error.end


codecs.register_error("mark_unreadable", _mark_unreadable)


@dataclass(frozen=True)
class PlainText:
    """A file as plain UTF-8 text, except for bytes that cannot be decoded."""

    path: Path
    size: int
    is_cut: bool
    """The compressed file ends before its end."""
    is_suspect: bool
    """Cut, or decoded from another encoding and perhaps marked: only the slow way sees which rows suffered."""
    ends_with_line_end: bool
    note: str = ""
    """What about its encoding was not as declared."""


def fingerprint(path: Path) -> str:
    """The sha256 of the file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def plain_text(file: LandedFile, csv: CsvFormat, target: Path, *, only_beginning: bool = False) -> PlainText:
    """`file` itself where it is plain UTF-8, else a copy at `target`, read as far as it goes.

    `only_beginning` copies no more than a header needs.
    """
    declared = csv.encoding if file.format == "csv" else "utf-8"
    if not file.is_compressed and declared == "utf-8" and file.format not in TEXT_FORMATS:
        return _described(file.path, is_cut=False, is_suspect=False)
    cut: list[bool] = []
    chunks = _unpacked(file.path, cut) if file.is_compressed else _chunks(file.path)
    beginning = next(chunks, b"")
    encoding = found_encoding(beginning, declared) if file.format in TEXT_FORMATS else declared
    note = "" if encoding.startswith(declared) else _note_of(encoding, declared)
    if not file.is_compressed and encoding == "utf-8":
        return replace(_described(file.path, is_cut=False, is_suspect=False), note=note)
    with target.open("wb") as output:
        chunks = iter([beginning]) if only_beginning else chain([beginning], chunks)
        if encoding == "utf-8":
            output.writelines(chunks)
        else:
            output.writelines(text.encode() for text in _decoded(chunks, encoding))
    is_suspect = bool(cut) or encoding.startswith("utf-16")
    return replace(_described(target, is_cut=bool(cut), is_suspect=is_suspect), note=note)


def found_encoding(beginning: bytes, declared: str) -> str:
    """The encoding of a text that begins like this: UTF-16 and UTF-8 are recognized, anything else is as declared."""
    if beginning.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if beginning.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    some = beginning[:1000]
    # in UTF-16 every second byte of a text in Latin letters is 0
    for codec, zeros in (("utf-16-le", some[1::2]), ("utf-16-be", some[::2])):
        if len(some) >= SHORTEST_UTF_16 and zeros.count(0) > 0.7 * len(zeros):
            return codec
    return "utf-8" if declared == "utf-16" and some and 0 not in some else declared


def looks_like_windows_1252(path: Path) -> bool:
    """Whether the beginning of a text is not UTF-8 at any place, and Windows-1252 at every place."""
    with path.open("rb") as stream:
        beginning = stream.read(CHUNK)
    return not UTF_8_CHARACTER.search(beginning) and not NO_WINDOWS_1252.search(beginning)


def _note_of(encoding: str, declared: str) -> str:
    found = encoding[:6].upper() if encoding.startswith("utf-16") else encoding.upper()
    declared = declared.upper()
    fix = f"set csv.encoding of the source, or export it as {declared}"
    return f"it is {found}, not {declared}, and was read as such; {fix}"


def marked_text(plain: PlainText, scratch: Path) -> Path:
    """A copy of `plain` that is valid UTF-8 with lines that end in a line feed.

    Unreadable bytes become UNREADABLE; a carriage return becomes CARRIAGE_RETURN, unless lines end with it alone.
    """
    target = scratch / "marked.txt"
    carriage_return = "\n" if _only_carriage_returns(plain.path) else CARRIAGE_RETURN
    with target.open("wb") as output:
        for text in _decoded(_chunks(plain.path), "utf-8-sig"):
            for unusable in (NO_DELIMITER, CARRIAGE_RETURN):
                text = text.replace(unusable, UNREADABLE)
            output.write(text.replace("\r", carriage_return).encode())
    return target


def _only_carriage_returns(path: Path) -> bool:
    with path.open("rb") as stream:
        beginning = stream.read(CHUNK)
    return b"\r" in beginning and b"\n" not in beginning


def _described(path: Path, *, is_cut: bool, is_suspect: bool) -> PlainText:
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 1))
        last = stream.read(1)
    return PlainText(path, size, is_cut, is_suspect, last in (b"\n", b"\r"))


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            yield chunk


def _unpacked(path: Path, cut: list[bool]) -> Iterator[bytes]:
    size, limit = 0, unpacked_limit()
    # Small steps, because a step in which the file breaks off yields nothing.
    with gzip.open(path, "rb") as stream:
        try:
            while chunk := stream.read1(CHUNK):
                size += len(chunk)
                if size > limit:
                    raise too_large()
                yield chunk
        except (EOFError, zlib.error, gzip.BadGzipFile):
            cut.append(True)


def too_large() -> UnreadableFile:
    """The error for a packed file that would take more room than it may."""
    return UnreadableFile(
        f"unpacked it is larger than {UNPACKED_LIMIT} allows ({unpacked_limit() / 1e6:,.0f} MB); "
        "export it in several files, or raise the limit"
    )


def _decoded(chunks: Iterator[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="mark_unreadable")
    for chunk in chunks:
        yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)
