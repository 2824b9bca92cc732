"""What a run would make of the files of one source that have landed: read by the same rules, written nowhere."""

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from orchestration.errors import ConfigurationError
from orchestration.ingest.batch import Batch, batches
from orchestration.ingest.headers import delivered_columns, header_errors
from orchestration.ingest.landing import LandedFile, scan_landing
from orchestration.ingest.plan import date_files
from orchestration.ingest.raw_tables import prepare_raw
from orchestration.ingest.run import refuse_missing_stage_map
from orchestration.ingest.set_aside import find_unparsable
from orchestration.ingest.source_config import ObjectConfig, SourceConfig, load_source_configs
from orchestration.ingest.stage import extra_names, stage_batch
from orchestration.settings import Settings, fiscal_year_start_month, reporting_time_zone
from orchestration.warehouse import scratch_connection


@dataclass
class CheckedFiles:
    """Files of one object that are called alike, in whatever folder; `rows` counts what is set aside too."""

    name: str
    object: str
    format: str
    files: int = 0
    rows: int = 0
    set_aside: int = 0


@dataclass
class Finding:
    """What is wrong with `count` rows or values, and the message for the first of them."""

    count: int
    first: str


@dataclass
class CheckedObject:
    """The files of one object together."""

    name: str
    config: ObjectConfig
    files: int = 0
    extracts: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    """Declared columns and in how many files each is missing."""
    unknown: Counter[str] = field(default_factory=Counter)
    """Columns that are not declared, and in how many files each is."""
    set_aside: dict[str, Finding] = field(default_factory=dict)
    """By reason and column: rows that a run would not load."""
    unparsable: dict[str, Finding] = field(default_factory=dict)
    """By column: values that would count as unknown."""
    doubled: Finding | None = None
    """Keys that are on several rows of one extract."""


@dataclass
class SourceCheck:
    """All that the check found; a run would stop at any of `errors`."""

    config: SourceConfig
    folder: Path
    files: dict[tuple[str, str, str], CheckedFiles] = field(default_factory=dict)
    objects: dict[str, CheckedObject] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    """Files that belong to no object, and other warnings about a file as a whole."""
    errors: list[str] = field(default_factory=list)


def check_source(settings: Settings, source: str) -> SourceCheck:
    """Read every file of `source` in the landing folder as a run from nothing would.

    Raises ConfigurationError if there is nothing to read: an unknown source, its YAML, its folder.
    """
    configs = load_source_configs(settings.sources, fiscal_year_start_month(settings))
    if source not in configs:
        raise ConfigurationError(
            f"unknown source '{source}'; known are {', '.join(configs)}. Add sources/{source}.yml."
        )
    config = configs[source]
    zone = reporting_time_zone(settings)
    registers = {name for name, found in configs.items() if found.kind == "register"}
    landing = scan_landing(settings.landing, configs, zone, {source, *registers})
    files = [file for file in landing.files if file.source == source]
    check = SourceCheck(config, settings.landing / source)
    check.warnings += [line for line in landing.warnings if line.startswith(f"{source}/")]
    if not files:
        raise ConfigurationError(
            " ".join(
                [
                    f"{check.folder}: no file of '{source}' has landed; put files in as {source}/<YYYY-MM-DD>/<files>.",
                    *check.warnings,
                ]
            )
        )
    try:
        refuse_missing_stage_map(settings.landing, configs, landing)
    except ConfigurationError as error:
        check.errors.append(str(error))
    usable = []
    for file, mistake in zip(files, header_errors(files, configs), strict=True):
        _group(check, file).files += 1
        if mistake:
            check.errors.append(str(mistake))
        else:
            usable.append(file)
    _read_extracts(check, usable, zone)
    return check


def _group(check: SourceCheck, file: LandedFile) -> CheckedFiles:
    key = (file.object, file.path.name, file.format)
    return check.files.setdefault(key, CheckedFiles(file.path.name, file.object, file.format))


def _read_extracts(check: SourceCheck, files: list[LandedFile], zone: ZoneInfo) -> None:
    config = check.config
    instants, warnings = date_files(files, [], {config.source: config})
    check.warnings += warnings
    extracts: dict[str, dict[datetime, list[LandedFile]]] = {}
    for file in sorted(files, key=lambda file: list(config.objects).index(file.object)):
        extracts.setdefault(file.object, {}).setdefault(instants[file.name], []).append(file)
    with tempfile.TemporaryDirectory() as scratch, scratch_connection(scratch) as connection:
        prepare_raw(connection, {config.source: config}, zone, [], {})
        for name, of_object in extracts.items():
            found = CheckedObject(name, config.objects[name], extracts=len(of_object))
            check.objects[name] = found
            for batch in batches(name, of_object):
                _read_batch(connection, check, found, batch, Path(scratch))


def _read_batch(
    connection: duckdb.DuckDBPyConnection, check: SourceCheck, found: CheckedObject, batch: Batch, scratch: Path
) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    for file, counts in zip(batch.files, stage_batch(connection, batch, check.config, now, scratch), strict=True):
        group = _group(check, file)
        group.rows += counts.rows_read
        group.set_aside += counts.rows_quarantined
        found.files += 1
        if counts.header:
            delivered = delivered_columns(counts.header)
            found.missing.update(name for name in found.config.columns if name not in delivered)
            found.unknown.update(extra_names(counts.header, found.config).keys())
        # rows and values are reported by column below
        check.warnings += counts.file_warnings
    _find_problems(connection, found, batch)


def _find_problems(connection: duckdb.DuckDBPyConnection, found: CheckedObject, batch: Batch) -> None:
    reasons = connection.execute(
        "select reason || coalesce(' ' || column_name, ''), count(*), first(message order by _file, source_row) "
        "from set_aside join batch_files on _source_file = source_file group by 1 "
        "order by min((_file, source_row)), min(set_aside.rowid)"
    ).fetchall()
    for reason, count, message in reasons:
        found.set_aside.setdefault(reason, Finding(0, message)).count += count
    # in the order of the extracts, within one of the columns
    for values in sorted(find_unparsable(connection, found.config), key=lambda one: batch.extract_numbers[one.file]):
        first = (
            f"{batch.files[values.file].name}, line {values.source_row}: '{values.value}' is not usable; {values.fix}."
        )
        found.unparsable.setdefault(values.column, Finding(0, first)).count += values.count
    keys, key, place = connection.execute(
        "with doubled as ("
        "select _extract, _key, list(_source_file || ', line ' || _source_row order by _file, _source_row) as places "
        "from staged join batch_files using (_file) where _problem is null group by _extract, _key "
        "having count(*) > 1) "
        "select count(*), first(replace(_key, chr(31), ', ') order by _extract, places), "
        "first(array_to_string(places[:2], ' and ') order by _extract, places) from doubled"
    ).fetchall()[0]
    if keys:
        found.doubled = found.doubled or Finding(0, f"'{key}' in {place}")
        found.doubled.count += keys
