"""The ingest room from end to end: inspect everything first, then load what is new, one transaction per batch."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from orchestration import warehouse
from orchestration.errors import ConfigurationError
from orchestration.ingest.batch import batches
from orchestration.ingest.headers import header_errors
from orchestration.ingest.landing import Landing, end_of_day, gone, scan_landing, unchanged
from orchestration.ingest.load import load_batch, rewind
from orchestration.ingest.losses import AcceptedExtract, LossLimits
from orchestration.ingest.plan import LedgerEntry, ObjectPlan, date_files, plan_object, read_ledger
from orchestration.ingest.raw_tables import changed_layouts, prepare_raw
from orchestration.ingest.set_aside import FileCounts
from orchestration.ingest.source_config import SourceConfig, load_source_configs
from orchestration.settings import (
    Settings,
    accepted_extracts,
    fiscal_year_start_month,
    loss_limits,
    reporting_time_zone,
    sources_ended,
)
from orchestration.table_state import describe_raw

# an object that takes longer reports its progress
REPORT_AFTER_SECONDS = 5.0
# folders for unpacked copies
SCRATCH = ".scratch-"


@dataclass(frozen=True)
class IngestReport:
    """What one ingest did, in files and rows. `rebuilt_because` says why raw was read again, None if it was not."""

    files_read: int = 0
    files_unchanged: int = 0
    rows_read: int = 0
    rows_kept: int = 0
    rows_unchanged: int = 0
    rows_quarantined: int = 0
    values_unparsable: int = 0
    tombstones: int = 0
    warnings: list[str] = field(default_factory=list)
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    """By source and object."""
    rebuilt_because: str | None = None


@dataclass(frozen=True)
class Inspection:
    """What `inspect_landing` has read, so that it is read once."""

    configs: dict[str, SourceConfig]
    zone: ZoneInfo
    landing: Landing
    cutoff: datetime | None
    ended: dict[str, date]
    limits: LossLimits
    accepted: frozenset[AcceptedExtract]

    def accepted_instants(self, source: str, object_name: str, instants: Iterable[datetime]) -> set[datetime]:
        """Those of `instants` (UTC) at which an accepted extract of the object was taken."""
        days = {day for of_source, of_object, day in self.accepted if (of_source, of_object) == (source, object_name)}
        return {instant for instant in instants if days and _day_of(instant, self.zone) in days}


def preflight(settings: Settings, as_of: date | None = None) -> None:
    """Raise ConfigurationError for whatever a person must correct before a run can begin; writes nothing."""
    found = inspect_landing(settings, as_of)
    instants, _ = date_files(found.landing.files, [], found.configs)
    _refuse_other_days(found, instants, as_of)


def inspect_landing(settings: Settings, as_of: date | None = None) -> Inspection:
    """Read the source files, the settings and the landing folder, and the header of every file in it."""
    configs = load_source_configs(settings.sources, fiscal_year_start_month(settings))
    zone = reporting_time_zone(settings)
    try:
        landing = scan_landing(settings.landing, configs, zone)
    except FileNotFoundError as error:
        raise gone(str(error.filename), settings.landing) from error
    refuse_missing_stage_map(settings.landing, configs, landing)
    with unchanged(landing.files, settings.landing):
        errors = header_errors(landing.files, configs)
    if refused := next(filter(None, errors), None):
        raise refused
    share, rows = loss_limits(settings)
    return Inspection(
        configs,
        zone,
        landing,
        cutoff=end_of_day(as_of, zone) if as_of else None,
        ended=sources_ended(settings),
        limits=LossLimits(share, rows),
        accepted=accepted_extracts(settings),
    )


def _day_of(instant: datetime, zone: ZoneInfo) -> date:
    return instant.replace(tzinfo=UTC).astimezone(zone).date()


def refuse_missing_stage_map(root: Path, configs: Mapping[str, SourceConfig], landing: Landing) -> None:
    """Raise ConfigurationError if a source with stages has landed without a stage map."""
    for source in sorted({file.source for file in landing.files}):
        if configs[source].needs_stage_map and not any(
            file.object == "stage_map" and configs[file.source].kind == "register" for file in landing.files
        ):
            raise ConfigurationError(
                f"{root / 'registers'}: no stage_map.csv, but the stages of '{source}' need one; "
                "put it into registers/<YYYY-MM-DD>/, one line per stage."
            )


def ingest(
    settings: Settings,
    *,
    run_id: str,
    sources: Sequence[str] | None = None,
    rebuild: bool = False,
    as_of: date | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> IngestReport:
    """Load what is new in the landing folder into schema raw of the warehouse, and return what that was.

    `sources` limits it to some; `rebuild` drops what raw holds of them and reads everything; `as_of` leaves out what
    was extracted after the end of that day in the reporting time zone. `progress` gets messages while it works. The
    caller holds the writer's lock. Raises ConfigurationError before anything is written.
    """
    found = inspect_landing(settings, as_of)
    if unknown := sorted(set(sources or ()) - found.configs.keys()):
        raise ConfigurationError(f"unknown source '{unknown[0]}'; known are {', '.join(found.configs)}.")
    wanted = [source for source in found.configs if sources is None or source in sources]
    changed: list[str] = []
    ledger: list[LedgerEntry] = []
    if settings.warehouse.exists():
        with warehouse.connect(settings.warehouse, read_only=True) as connection:
            changed = [name for name in changed_layouts(connection, found.configs, found.zone) if name in wanted]
            ledger = read_ledger(connection)
    emptied = wanted if rebuild else changed
    instants, warnings = date_files(found.landing.files, ledger, found.configs)
    _refuse_other_days(found, instants, as_of)
    if not rebuild:
        _refuse_losing_rows(found, ledger, changed)
    warnings = found.landing.warnings + warnings + _gone_files(found, ledger, wanted)
    warnings += _delivered_after_end(found, instants, wanted) + _accepted_without_extract(found, instants)
    plans = [
        _plan(source, object_name, found, instants, [] if source in emptied else ledger)
        for source in wanted
        for object_name in found.configs[source].objects
    ]
    counts: list[FileCounts] = []
    seconds: dict[tuple[str, str], float] = {}
    _remove_leftovers(settings.warehouse)
    with warehouse.connect(settings.warehouse) as connection:
        prepare_raw(connection, found.configs, found.zone, emptied, found.ended)
        for plan in plans:
            started = time.monotonic()
            counts += _carry_out(connection, plan, found, settings, run_id, progress)
            seconds[plan.source, plan.object] = time.monotonic() - started
        describe_raw(connection, run_id)
    return IngestReport(
        files_read=len(counts),
        files_unchanged=sum(plan.unchanged for plan in plans),
        rows_read=sum(count.rows_read for count in counts),
        rows_kept=sum(count.rows_kept for count in counts),
        rows_unchanged=sum(count.rows_unchanged for count in counts),
        rows_quarantined=sum(count.rows_quarantined for count in counts),
        values_unparsable=sum(count.values_unparsable for count in counts),
        tombstones=sum(count.tombstones for count in counts),
        warnings=warnings + [warning for count in counts for warning in count.warnings],
        seconds=seconds,
        rebuilt_because=_why_rebuilt(rebuild, changed),
    )


def _remove_leftovers(warehouse_file: Path) -> None:
    """Remove what killed runs left: unpacked copies of files, and what DuckDB moved from memory to the disk."""
    folders = [*warehouse_file.parent.glob(f"{SCRATCH}*"), warehouse_file.with_name(f"{warehouse_file.name}.tmp")]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _plan(
    source: str, object_name: str, found: Inspection, instants: Mapping[str, datetime], ledger: list[LedgerEntry]
) -> ObjectPlan:
    files = [file for file in found.landing.files if (file.source, file.object) == (source, object_name)]
    entries = [entry for entry in ledger if (entry.source, entry.object) == (source, object_name)]
    known = {entry.extracted_at for entry in entries} | {instants[file.name] for file in files}
    return plan_object(
        source,
        object_name,
        files,
        instants,
        entries,
        found.cutoff,
        found.limits,
        found.accepted_instants(source, object_name, known),
    )


def _carry_out(
    connection: duckdb.DuckDBPyConnection,
    plan: ObjectPlan,
    found: Inspection,
    settings: Settings,
    run_id: str,
    progress: Callable[[str], None],
) -> list[FileCounts]:
    counts: list[FileCounts] = []
    config = found.configs[plan.source]
    accepted = found.accepted_instants(plan.source, plan.object, plan.extracts)
    reported_at = time.monotonic()
    for entry in plan.newly_accepted:
        connection.execute(
            "update raw.load_ledger set is_accepted = ? where source = ? and object = ? and source_file = ?",
            [not entry.is_accepted, entry.source, entry.object, entry.name],
        )
    for file in plan.newly_dated:
        connection.execute(
            "update raw.load_ledger set file_modified_at = ? where source = ? and source_file = ?",
            [file.modified_at, file.source, file.name],
        )
    if plan.rewind_to is not None and not plan.extracts:
        rewind(connection, config, plan.object, plan.rewind_to)
    extracts_read = 0
    for position, batch in enumerate(batches(plan.object, plan.extracts)):
        with tempfile.TemporaryDirectory(prefix=SCRATCH, dir=settings.warehouse.parent) as scratch:
            rewind_to = plan.rewind_to if position == 0 else None
            counts += load_batch(
                connection, config, batch, Path(scratch), run_id, rewind_to, found.limits, accepted, settings.landing
            )
        extracts_read += len(batch.extracts)
        if time.monotonic() - reported_at > REPORT_AFTER_SECONDS and extracts_read < len(plan.extracts):
            reported_at = time.monotonic()
            progress(f"{plan.source} {plan.object}: {extracts_read} of {len(plan.extracts)} extracts read")
    if counts:
        read, kept = sum(count.rows_read for count in counts), sum(count.rows_kept for count in counts)
        progress(f"{plan.source} {plan.object}: {read:,} rows read in {len(counts)} files, {kept:,} kept")
    return counts


def _refuse_other_days(found: Inspection, instants: Mapping[str, datetime], as_of: date | None) -> None:
    """A day before the first extract, on which nothing was known, or after the newest, of which nothing is known."""
    if as_of is None or found.cutoff is None:
        return
    first, newest = (choose(instants, key=lambda name: instants[name]) for choose in (min, max))
    if instants[first] > found.cutoff:
        raise ConfigurationError(
            f"as of {as_of} no extract had been taken; the earliest is {first} ({instants[first]:%Y-%m-%d %H:%M} UTC): "
            "name that day or a later one."
        )
    if (last := _day_of(instants[newest], found.zone)) < as_of:
        raise ConfigurationError(
            f"as of {as_of} nothing more is known than as of {last}, the day of the newest extract ({newest}): "
            "name that day or an earlier one."
        )


def _gone_files(found: Inspection, ledger: list[LedgerEntry], wanted: Sequence[str]) -> list[str]:
    landed = {file.name for file in found.landing.files}
    return [
        f"{name}: was loaded and is no longer in the landing folder; its rows stay until a rebuild. Put it back."
        for name in sorted({it.name for it in ledger if it.source in wanted and not it.is_held_back} - landed)
    ]


def _delivered_after_end(found: Inspection, instants: Mapping[str, datetime], wanted: Sequence[str]) -> list[str]:
    warnings = []
    for source, ended_on in found.ended.items():
        after_end = [
            name
            for name in sorted({file.name for file in found.landing.files if file.source == source})
            if end_of_day(ended_on, found.zone) < instants[name] <= (found.cutoff or datetime.max)
        ]
        if after_end and source in wanted:
            more = f" and {len(after_end) - 1} more" if len(after_end) > 1 else ""
            warnings.append(
                f"{after_end[0]}{more}: extracted after {ended_on}, the last day of {source} in settings.yml; "
                "it was read all the same. Correct the day in sources_ended, or stop the export."
            )
    return warnings


def _accepted_without_extract(found: Inspection, instants: Mapping[str, datetime]) -> list[str]:
    delivered = {
        (file.source, file.object, _day_of(instants[file.name], found.zone))
        for file in (found.landing.files if found.accepted else [])
    }
    return [
        f"settings.yml: 'accepted_extracts' names {source} {object_name} of {day}, but no such extract has landed. "
        "Correct the line or remove it."
        for source, object_name, day in sorted(found.accepted - delivered)
    ]


def _refuse_losing_rows(found: Inspection, ledger: list[LedgerEntry], changed: Sequence[str]) -> None:
    landed = {file.name for file in found.landing.files}
    gone = sorted(entry.name for entry in ledger if entry.source in changed and entry.name not in landed)
    if gone:
        raise ConfigurationError(
            f"{gone[0]}: the file was loaded and is no longer there, but the layout of raw has changed and everything "
            f"of {', '.join(changed)} has to be read again. Put it back, or accept its loss with --rebuild."
        )


def _why_rebuilt(rebuild: bool, changed: Sequence[str]) -> str | None:
    if rebuild:
        return "it was asked for"
    if changed:
        return f"the layout of raw, the YAML or the reporting time zone has changed for {', '.join(changed)}"
    return None
