"""Which extracts have to be read: new and changed files, and those to be read again because of a late one."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

import tempfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.ingest.checks import as_declared
from orchestration.ingest.headers import delivered_columns
from orchestration.ingest.landing import LandedFile
from orchestration.ingest.losses import Loss, LossLimits, first_decided_otherwise
from orchestration.ingest.plain_text import fingerprint
from orchestration.ingest.raw_tables import table_exists
from orchestration.ingest.read_files import read_files
from orchestration.ingest.source_config import SourceConfig
from orchestration.ingest.values import parsed
from orchestration.warehouse import scratch_connection


@dataclass(frozen=True)
class LedgerEntry:
    """What raw records about a file that it holds."""

    source: str
    object: str
    name: str
    extracted_at: datetime
    fingerprint: str
    size: int
    modified_at: datetime
    loss: Loss = field(default_factory=Loss)
    is_held_back: bool = False
    is_accepted: bool = False


@dataclass
class ObjectPlan:
    """What to do for one object: rewind it to `rewind_to`, unless null, then load `extracts` in their order."""

    source: str
    object: str
    rewind_to: datetime | None = None
    extracts: dict[datetime, list[LandedFile]] = field(default_factory=dict)
    newly_dated: list[LandedFile] = field(default_factory=list)
    """Files with the same content and another time: the ledger gets the new time."""
    newly_accepted: list[LedgerEntry] = field(default_factory=list)
    """Files of extracts that are accepted now and were not when they were loaded, or the other way round."""
    unchanged: int = 0


def read_ledger(connection: duckdb.DuckDBPyConnection) -> list[LedgerEntry]:
    """All files that raw holds; none if raw does not exist yet."""
    if not table_exists(connection, "load_ledger"):
        return []
    # a ledger of an earlier version lacks these columns; everything is then read again
    newer = {"records_before": "0", "records_missing": "0", "is_held_back": "false", "is_accepted": "false"}
    known = {name for (name,) in connection.execute("select column_name from (describe raw.load_ledger)").fetchall()}
    decided = ", ".join(f"coalesce({name}, {other})" if name in known else other for name, other in newer.items())
    rows = connection.execute(
        "select source, object, source_file, extracted_at, fingerprint, file_size, file_modified_at, "
        f"{decided} from raw.load_ledger"
    ).fetchall()
    return [
        replace(LedgerEntry(*row[:7]), loss=Loss(*row[7:9]), is_held_back=row[9], is_accepted=row[10]) for row in rows
    ]


def date_files(
    files: Iterable[LandedFile], ledger: Iterable[LedgerEntry], configs: Mapping[str, SourceConfig]
) -> tuple[dict[str, datetime], list[str]]:
    """The instant (UTC) of every file by name, and a warning for each that only its own time dates."""
    known = {entry.name: entry for entry in ledger}
    instants: dict[str, datetime] = {}
    warnings: list[str] = []
    # a file that several objects read has one instant: of the object that can date it
    for file in sorted(files, key=lambda file: configs[file.source].objects[file.object].updated_column is None):
        if file.name in instants:
            continue
        entry = known.get(file.name)
        if file.extracted_at is not None:
            instants[file.name] = file.extracted_at
        elif entry is not None and _same_content(file, entry):
            instants[file.name] = entry.extracted_at
        elif (newest := _newest_update(file, configs[file.source])) is not None:
            instants[file.name] = newest
        else:
            instants[file.name] = file.modified_at
            warnings.append(
                f"{file.name}: nothing dates this extract, so the file's own time is used, "
                f"{file.modified_at:%Y-%m-%d %H:%M} UTC; put it into a folder named by its date."
            )
    return instants, warnings


def plan_object(
    source: str,
    object_name: str,
    files: list[LandedFile],
    instants: Mapping[str, datetime],
    ledger: list[LedgerEntry],
    cutoff: datetime | None,
    limits: LossLimits,
    accepted: Collection[datetime],
) -> ObjectPlan:
    """What to do for one object, of which `files` have landed and raw holds `ledger`; nothing after `cutoff` counts.

    Extracts are read again from the first one on that these `limits` and `accepted` instants decide otherwise. Raises
    ConfigurationError if a file that has to be read again is missing.
    """
    plan = ObjectPlan(source, object_name)
    visible = [file for file in files if cutoff is None or instants[file.name] <= cutoff]
    known = {entry.name: entry for entry in ledger}
    dirty: list[datetime] = []
    for file in visible:
        entry = known.get(file.name)
        if entry is None:
            dirty.append(instants[file.name])
        elif not _same_content(file, entry) or instants[file.name] != entry.extracted_at:
            dirty += [instants[file.name], entry.extracted_at]
        elif file.modified_at != entry.modified_at:
            plan.newly_dated.append(file)
    if cutoff is not None:
        dirty += [entry.extracted_at for entry in ledger if entry.extracted_at > cutoff]
    landed = {file.name for file in files}
    # nothing of raw comes from an extract that is held back, so its file may go
    withdrawn = {entry.name for entry in ledger if entry.is_held_back and entry.name not in landed}
    dirty += [entry.extracted_at for entry in ledger if entry.name in withdrawn]
    recorded = {entry.extracted_at: (entry.loss, entry.is_held_back) for entry in ledger}
    if decided_otherwise := first_decided_otherwise(recorded, limits, accepted):
        dirty.append(decided_otherwise)
    plan.newly_accepted = [entry for entry in ledger if entry.is_accepted != (entry.extracted_at in accepted)]
    if dirty:
        first = min(dirty)
        if any(entry.extracted_at >= first for entry in ledger):
            plan.rewind_to = first
        for file in sorted(visible, key=lambda file: (instants[file.name], file.name)):
            if instants[file.name] >= first:
                plan.extracts.setdefault(instants[file.name], []).append(file)
        _refuse_gone(plan, first, landed | withdrawn, ledger)
    reread = {file.name for extract in plan.extracts.values() for file in extract}
    plan.unchanged = sum(1 for file in visible if file.name not in reread)
    return plan


def _refuse_gone(plan: ObjectPlan, first: datetime, landed: set[str], ledger: list[LedgerEntry]) -> None:
    gone = sorted(entry.name for entry in ledger if entry.extracted_at >= first and entry.name not in landed)
    if gone:
        cause = min((file.name for extract in plan.extracts.values() for file in extract), default="the earlier day")
        raise ConfigurationError(
            f"{gone[0]}: the file was loaded and is no longer there, but {cause} makes it necessary to read it again"
            + (f" (and {len(gone) - 1} more)" if len(gone) > 1 else "")
            + ". Put it back into the landing folder, or accept its loss with --rebuild."
        )


def _same_content(file: LandedFile, entry: LedgerEntry) -> bool:
    if file.size != entry.size:
        return False
    return file.modified_at == entry.modified_at or fingerprint(file.path) == entry.fingerprint


def _newest_update(file: LandedFile, config: SourceConfig) -> datetime | None:
    found = config.objects[file.object]
    if found.updated_column is None:
        return None
    column = found.columns[found.updated_column]
    with tempfile.TemporaryDirectory() as scratch, scratch_connection(scratch) as connection:
        newest: datetime | None = None
        for delivered in read_files(connection, {0: file}, config, Path(scratch)):
            for position in delivered_columns(delivered.header).get(found.updated_column, [])[:1]:
                value = parsed(column, as_declared(column, f"f{position}", file.format))
                row = connection.execute(
                    f"select max({value})::timestamp from ({delivered.relation.sql})",
                    dict(delivered.relation.parameters),
                ).fetchone()
                newest = row[0] if row else None
    return newest
