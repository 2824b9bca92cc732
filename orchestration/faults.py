"""What an error of the machine means to a person: the words of the system, DuckDB, SQLite and dbt, and the fix."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from orchestration.errors import KuotaError

STAYS = "What is published stays as it was."


@dataclass(frozen=True)
class Fault:
    """A kind of error of the machine: the words by which it is recognized, what it is, and what to do."""

    words: re.Pattern[str]
    meaning: str
    fix: str


def _fault(words: str, meaning: str, fix: str) -> Fault:
    return Fault(re.compile(words, re.IGNORECASE), meaning, fix)


FAULTS = (
    # before the others of memory: what does not fit into it goes to the disk
    _fault(
        r"max_temp_directory_size|failed to offload",
        "memory and disk are full",
        "Free space on the disk of KUOTA_HOME, or raise KUOTA_MEMORY_LIMIT (2GB unless it is set); then run again.",
    ),
    _fault(
        r"no space left|disk is full|disk quota exceeded|not enough (disk )?space|file too large",
        "the disk is full",
        "Free space on the disk of KUOTA_HOME and on that of temporary files (TMPDIR), then run again.",
    ),
    _fault(
        r"out of memory|cannot allocate memory|memoryerror|bad.?alloc|allocation failure|unable to allocate"
        r"|can't start new thread|could not allocate block",
        "memory ran out",
        "Raise KUOTA_MEMORY_LIMIT (2GB unless it is set) if DuckDB reached it, or give the machine more memory or "
        "a higher ulimit; then run again.",
    ),
    _fault(
        r"corrupt database file|not a valid duckdb database|could not read enough bytes|replaying wal"
        r"|checksum .*does not match|serialization error|database has been invalidated",
        "a DuckDB file is damaged",
        "Run `kuota run --rebuild`, which makes it again from the landing folder.",
    ),
    _fault(
        r"database disk image is malformed|file is not a database",
        "Dagster's history of runs is damaged",
        "Remove the folder dagster/ in KUOTA_HOME, which holds only this history, then run again.",
    ),
    _fault(
        r"read-only file system|permission denied|operation not permitted|readonly database|read-only mode",
        "a file or a folder cannot be written or read",
        "Let the account that runs Kuota read KUOTA_LANDING and write to KUOTA_HOME, then run again.",
    ),
    _fault(
        r"input/output error|stale (nfs )?file handle|transport endpoint|host is down|no such device",
        "a disk does not answer",
        "Check the disk or the share of the folder that is named, then run again.",
    ),
)


def fault_of(text: str) -> Fault | None:
    """The kind of error that the text of an error shows, None if it is not an error of the machine."""
    return next((fault for fault in FAULTS if fault.words.search(text)), None)


def explained(text: str, where: str = "") -> str | None:
    """One line: where, what happened, the words of the system, the fix; None if it is not an error of the machine."""
    fault = fault_of(text)
    if fault is None:
        return None
    shown = next((line for line in _lines(text) if fault.words.search(line)), "").rstrip(".")
    return f"{f'{where}: ' if where else ''}{fault.meaning} ({shown[:300]}). {fault.fix} {STAYS}"


def explained_error(error: BaseException, where: str = "") -> str | None:
    """The same for an exception, or one that caused it."""
    cause: BaseException | None = error
    while cause is not None:
        if line := explained(f"{type(cause).__name__}: {cause}", where):
            return line
        cause = cause.__cause__ or cause.__context__
    return None


def unexpected(error: BaseException, where: str = "") -> KuotaError:
    """An error of ours for one that nobody expected: what it means and the fix, else its name and its first line."""
    said = explained_error(error, where)
    first = next(iter(_lines(str(error))), "no message")
    return KuotaError(said or f"{f'{where}: ' if where else ''}unexpected {type(error).__name__}: {first}")


def _lines(text: str) -> Iterable[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]
