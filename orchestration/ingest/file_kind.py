"""What a file really is, by its first bytes: a file of another kind than its name says is set aside as a whole."""

import re
from pathlib import Path

from orchestration.ingest.landing import FileFormat

WEB_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|head|table|\?xml)", re.IGNORECASE)
KINDS = (
    # as a whole, and not a CSV whose first column is called PAR1
    (re.compile(rb"PAR1[^\t\r\n -\x7e]"), "a Parquet file", "name it .parquet"),
    (re.compile(rb"PK\x03\x04"), "an Excel workbook (.xlsx) or another ZIP archive", "name it .xlsx, or unpack it"),
    (re.compile(rb"\x1f\x8b"), "a gzip file", "add .gz to its name"),
    (
        re.compile(rb"\xd0\xcf\x11\xe0"),
        "an Excel workbook that is old (.xls) or has a password",
        "save it as .xlsx without a password",
    ),
    (WEB_PAGE, "a web page", "open it in a spreadsheet and save it as .xlsx"),
)
TEXT = ("text", "name it .csv or .jsonl")
UNKNOWN = ("something else", "export it again")
OWN_KIND: dict[FileFormat, tuple[str, re.Pattern[bytes] | None]] = {
    "csv": ("a CSV", None),
    "jsonl": ("lines of JSON", None),
    "parquet": ("a Parquet file", re.compile(rb"PAR1")),
    "xlsx": ("a readable .xlsx", re.compile(rb"PK\x03\x04")),
}


class UnreadableFile(Exception):
    """Nothing of a file can be read; the message says why and what to do, without the file's name and a full stop."""


def check_compressed(path: Path) -> None:
    """Raise UnreadableFile if a file named .gz is not compressed; an empty one passes."""
    if (beginning := _beginning(path)) and not beginning.startswith(b"\x1f\x8b"):
        raise UnreadableFile("it is not compressed; take .gz off its name")


def check_kind(path: Path, file_format: FileFormat) -> None:
    """Raise UnreadableFile if the unpacked file at `path` is clearly of another kind; an empty one passes."""
    beginning = _beginning(path)
    if not beginning:
        return
    kind, fix = _kind(beginning)
    if file_format == "xls":
        if WEB_PAGE.match(beginning):
            raise UnreadableFile(f"it is {kind} named .xls; {fix}")
        raise UnreadableFile("the old format .xls cannot be read; open it in a spreadsheet and save it as .xlsx")
    own_name, own_beginning = OWN_KIND[file_format]
    # text has no typical beginning; bytes that cannot be decoded only cost their rows
    is_own = own_beginning.match(beginning) if own_beginning else (kind, fix) in (TEXT, UNKNOWN)
    if not is_own:
        raise UnreadableFile(f"it is {kind}, not {own_name}; {fix}")


def _beginning(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(1000)


def _kind(beginning: bytes) -> tuple[str, str]:
    for pattern, kind, fix in KINDS:
        if pattern.match(beginning):
            return kind, fix
    return UNKNOWN if b"\x00" in beginning else TEXT
