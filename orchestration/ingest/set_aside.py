"""The rows of a batch that are set aside, the values that count as unknown, and what the ledger says of each file."""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from orchestration.ingest.checks import expected, fix, row_checks, unparsable_values
from orchestration.ingest.landing import LandedFile
from orchestration.ingest.losses import Loss
from orchestration.ingest.not_records import BLANK, LeftOut, described
from orchestration.ingest.raw_tables import quoted
from orchestration.ingest.read_files import FileRead
from orchestration.ingest.rows import UNREADABLE_FILE
from orchestration.ingest.source_config import ObjectConfig, SourceConfig
from orchestration.ingest.values import literal, shown

EMPTIED = "the register has a header and no rows, so its earlier rows no longer count."


@dataclass
class FileCounts:
    """The counts of one file, and the names of its columns."""

    header: Sequence[str] = ()
    rows_read: int = 0
    rows_kept: int = 0
    rows_unchanged: int = 0
    rows_quarantined: int = 0
    values_unparsable: int = 0
    tombstones: int = 0
    rows_held_back: int = 0
    not_records: Sequence[LeftOut] = ()
    """The rows that were left out: blank ones, headers, totals and footers; none of them counts as read."""
    is_held_back: bool = False
    is_accepted: bool = False
    loss: Loss = field(default_factory=Loss)
    rows_unidentified: int = 0
    """Those set aside of which not even the key is known."""
    is_whole: bool = True
    """Whether every row could be read, so that a missing key means a deleted record."""
    warnings: list[str] = field(default_factory=list)
    file_warnings: list[str] = field(default_factory=list)
    """The warnings about the file as a whole."""


@dataclass(frozen=True)
class Unparsable:
    """A column of a file in which `count` values cannot be parsed, the first of them in `source_row`."""

    column: str
    file: int
    count: int
    source_row: int
    value: str
    fix: str


def quarantine(
    connection: duckdb.DuckDBPyConnection, source: SourceConfig, object_name: str, loaded_at: datetime
) -> None:
    """Add what is in `rejected`, and the rows of `staged` that have a problem, to `set_aside`."""
    config = source.objects[object_name]
    common = {"source": source.source, "object": object_name, "loaded_at": loaded_at}
    connection.execute(
        "insert into set_aside select $source, $object, _source_file, source_row, null, value, reason, "
        f"_source_file || case when reason = '{UNREADABLE_FILE}' then '' else ', line ' || source_row end "
        f"|| coalesce(', value ''' || {shown('value')} || '''', '') || ': ' "
        "|| explanation || '.', row_text, _extracted_at, $loaded_at "
        "from rejected join batch_files on _file = file order by file, source_row",
        common,
    )
    checks = row_checks(config)
    failed = connection.execute(
        "select distinct _problem from staged where _problem is not null order by _problem"
    ).fetchall()
    for (number,) in failed:
        check = checks[number]
        column = quoted(check.column)
        row_text = f"to_json(struct_pack({', '.join(f'{quoted(name)} := {quoted(name)}' for name in config.columns)}))"
        connection.execute(
            f"insert into set_aside select $source, $object, _source_file, _source_row, $column, {column}, $reason, "
            "_source_file || ', line ' || _source_row || ', column ''' || $column || ''': ' "
            f"|| coalesce('''' || {shown(column)} || ''' is not usable', 'blank') || '; ' "
            f"|| {fix(column, '$fix')} || '.', "
            f"{row_text}, _extracted_at, $loaded_at from staged join batch_files using (_file) "
            "where _problem = $number order by _file, _source_row",
            common | {"column": check.column, "reason": check.reason, "fix": check.fix, "number": number},
        )


def count_files(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[LandedFile],
    reads: Sequence[FileRead],
    left_out: Mapping[int, Sequence[LeftOut]],
    source: SourceConfig,
) -> list[FileCounts]:
    """The counts of each file of the batch, in their order, and the warnings about each as a whole."""
    counted = connection.execute(
        "select coalesce(staged.rows, 0) + coalesce(rejected.rows, 0), coalesce(quarantined.rows, 0), "
        "coalesce(rejected.rows, 0) + coalesce(quarantined.without_key, 0), coalesce(rejected.cut_off, 0) "
        "from batch_files "
        "left join (select _file, count(*) as rows from staged group by all) as staged using (_file) "
        "left join (select file as _file, count(*) as rows, count_if(reason = 'cut_off') as cut_off "
        "from rejected group by all) as rejected using (_file) "
        "left join (select source_file as _source_file, count(*) as rows, "
        "count_if(reason in ('missing_key', 'damaged_id', 'cut_id')) as without_key from set_aside group by all) "
        "as quarantined using (_source_file) order by _file"
    ).fetchall()
    counts: list[FileCounts] = []
    for file, read, (rows, quarantined, unidentified, cut_off) in zip(files, reads, counted, strict=True):
        is_cut = read.is_cut or cut_off > 0
        is_empty = rows == 0 and not read.has_lines
        # From a CRM that is a failed export; a register may well have been emptied.
        is_emptied = is_empty and bool(read.header) and not read.lacks_last_line_end and source.kind == "register"
        said = None
        if is_cut:
            said = "the file is cut off; only the part that is there was loaded. Export it again."
        elif is_emptied:
            said = EMPTIED
        elif is_empty:
            said = "the file has no rows; nothing was loaded from it, and nothing was removed."
        elif rows == 0 and not file.is_shared:
            said = f"no line contains the data of '{file.object}', so none of its rows were loaded."
        elif read.lacks_last_line_end:
            said = (
                "the last line has no line end; it has all of its fields and was kept. "
                "Check that the export was complete."
            )
        not_records = left_out.get(len(counts), ())
        messages = [f"{file.name}: {note}." for note in read.notes]
        messages += [f"{file.name}: {said}"] if said else []
        # blank rows of a spreadsheet are only counted
        if any(each.kind != BLANK for each in not_records):
            messages.append(f"{file.name}: rows that are not records were left out: {described(not_records)}.")
        counts.append(
            FileCounts(
                header=read.header,
                not_records=not_records,
                rows_read=rows,
                rows_quarantined=quarantined,
                is_whole=not (unidentified or is_cut or (is_empty and not is_emptied)),
                rows_unidentified=unidentified,
                file_warnings=messages,
            )
        )
    return counts


def find_unparsable(connection: duckdb.DuckDBPyConnection, config: ObjectConfig) -> list[Unparsable]:
    """The values in `staged` that may be missing, cannot be parsed, and so count as unknown; by column, then file."""
    quick = unparsable_values(config, quick=True)
    if not quick:
        return []
    measures = ", ".join(f"coalesce(bool_or({condition}), false)" for condition in quick.values())
    suspects = connection.execute(f"select {measures} from staged where _problem is null").fetchone()
    assert suspects is not None
    conditions = unparsable_values(config)
    found = []
    for name, is_suspect in zip(quick, suspects, strict=True):
        if not is_suspect:
            continue
        condition = conditions[name]
        what_to_do = fix(quoted(name), literal(f"write {expected(config.columns[name])}"))
        rows = connection.execute(
            f"select _file, count(*), first(_source_row order by _source_row, rowid), "
            f"first({shown(quoted(name))} order by _source_row, rowid), "
            f"first({what_to_do} order by _source_row, rowid) "
            f"from staged where _problem is null and {condition} group by _file order by _file"
        ).fetchall()
        found += [Unparsable(name, *row) for row in rows]
    return found


def collect_warnings(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[LandedFile],
    unparsable: Iterable[Unparsable],
    counts: Sequence[FileCounts],
) -> None:
    """Add the warnings of each file to its counts: about values, about rows, about the file as a whole."""
    for found in unparsable:
        counts[found.file].values_unparsable += found.count
        counts[found.file].warnings.append(
            f"{files[found.file].name}, line {found.source_row}, column '{found.column}': '{found.value}' is not "
            f"usable and counts as unknown ({found.count} in this file); {found.fix}."
        )
    reasons = connection.execute(
        "select _file, reason, count(*), first(message order by source_row, set_aside.rowid) "
        "from set_aside join batch_files on _source_file = source_file group by _file, reason "
        "order by _file, min(source_row), min(set_aside.rowid)"
    ).fetchall()
    for number, reason, count, message in reasons:
        rows = "1 row" if count == 1 else f"{count} rows"
        what = "all" if reason == UNREADABLE_FILE else rows
        counts[number].warnings.append(f"{message} ({reason}: {what} of this file set aside)")
    for count_of_file in counts:
        count_of_file.warnings += count_of_file.file_warnings
