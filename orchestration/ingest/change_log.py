"""A staged batch to the log of changes in raw, all of its extracts in one step.

Each key, and each ordinal of it where several rows of an extract share the key, is a slot. What happens to a slot is a
sequence of turns, at most one per extract: it is seen with a content, or it is missing from an extract that shows it
to be gone. A turn that changes what the one before it left is a change: a row, or a tombstone. Three steps, each a
temporary table:

known      What raw holds of the slots before the batch.
turns      The sightings that differ from the one before or come after a gap, and the gaps. Most rows of a batch are as
           they were in the extract before, and end here.
changes    The turns that are changes, in their order, so that each is superseded by the next.
"""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Sequence
from datetime import datetime

import duckdb

from orchestration.ingest.batch import Batch
from orchestration.ingest.raw_tables import column_list, quoted
from orchestration.ingest.rows import rows_of
from orchestration.ingest.set_aside import FileCounts
from orchestration.ingest.source_config import ObjectConfig

# The usable rows of the batch; `_row` identifies one.
ARRIVING = (
    "(select staged.rowid as _row, _key, _key_ordinal, _extract, _row_hash, _file, _source_row from staged "
    "join batch_files using (_file) where _problem is null)"
)
# The keys of which a row was set aside, with the extract: there such a key is not gone.
DEFENDED = "(select distinct _key, _extract from staged join batch_files using (_file) where _problem is not null)"
# The keys of a delta with the extracts that show their surplus rows to be gone, which are the rows not in it.
SHOWN = f"""(
    select distinct _key, _extract as _gone_at from {ARRIVING}
    semi join (from extracts where _is_whole) using (_extract)
    anti join {DEFENDED} using (_key, _extract)
    where _key in (select _key from seen where _key_ordinal > 1)
)"""


def apply_batch(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    config: ObjectConfig,
    batch: Batch,
    counts: Sequence[FileCounts],
    loaded_at: datetime,
) -> None:
    """Add what stage_batch has left to the log `table`, and complete the counts and the warnings of the files.

    Expects to be within a transaction, and the log not to have anything of the batch's first extract or later. Raises
    RuntimeError if a row was lost.
    """
    is_full = config.extract == "full"
    _number_rows_of_a_key(connection)
    _describe_extracts(connection, batch, counts)
    only_shown = "" if is_full else f"semi join {ARRIVING} using (_key)"
    connection.execute(
        "create or replace temp table known as select _key, _key_ordinal, "
        f"case when not _is_tombstone then _row_hash end as _content, rowid as _known_row from {table} {only_shown} "
        "where _superseded_at is null"
    )
    _find_turns(connection, is_full=is_full, is_defended=any(count.rows_quarantined for count in counts))
    _find_changes(connection)
    if is_full:
        _warn_of_parts(connection, batch, counts)
    _write(connection, table, config, loaded_at)
    _count(connection, table, batch, counts)


def _number_rows_of_a_key(connection: duckdb.DuckDBPyConnection) -> None:
    # Numbering sorts, so only the few keys with more than one row are numbered.
    connection.execute(
        "update staged set _key_ordinal = numbered._ordinal from (select _row, "
        "row_number() over (partition by _extract, _key order by _row_hash, _file, _source_row) as _ordinal "
        f"from {ARRIVING} "
        f"semi join (select _extract, _key from {ARRIVING} group by all having count(*) > 1) using (_extract, _key)"
        ") as numbered where staged.rowid = numbered._row"
    )


def _describe_extracts(connection: duckdb.DuckDBPyConnection, batch: Batch, counts: Sequence[FileCounts]) -> None:
    """Make `extracts`: each extract of the batch by its number, and what raw holds as number 0.

    `_next_whole` is the first extract after it that was read whole; a tombstone has the name of the first file.
    """
    parts = {number for number, count in zip(batch.extract_numbers, counts, strict=True) if not count.is_whole}
    extracts = [
        {
            "_extract": number,
            "_extracted_at": instant,
            "_is_whole": number not in parts,
            "_first_file": files[0].name,
        }
        for number, (instant, files) in enumerate(batch.extracts.items(), start=1)
    ]
    columns = {"_extract": "integer", "_extracted_at": "timestamp", "_is_whole": "boolean", "_first_file": "varchar"}
    connection.execute(
        "create or replace temp table extracts as select *, min(case when _is_whole then _extract end) over "
        "(order by _extract rows between 1 following and unbounded following) as _next_whole "
        f"from (from {rows_of('extracts', columns)} union all select 0, null, false, null)",
        {"extracts": extracts},
    )


def _find_turns(connection: duckdb.DuckDBPyConnection, *, is_full: bool, is_defended: bool) -> None:
    """Make `turns`: sightings (_row is not null), and as _gone_at the extract that shows the slot to be gone after it.

    A turn without both a row and a content is a sighting in `known`, or a slot that is defended.
    """
    defended = (
        "union all select _key, _key_ordinal, _extract, null, null from ("
        f"select _key, _key_ordinal from {ARRIVING} union select _key, _key_ordinal from known) "
        f"join {DEFENDED} using (_key) "
    )
    gone = (
        "join (select _extract, _next_whole as _gone_at from extracts) using (_extract)"
        if is_full
        else f"asof left join {SHOWN} as shown on in_order._key = shown._key and in_order._extract < shown._gone_at"
    )
    connection.execute(
        "create or replace temp table turns as with seen as ("
        f"select _key, _key_ordinal, _extract, _row_hash as _content, _row from {ARRIVING} "
        "union all select _key, _key_ordinal, 0, _content, null from known "
        f"{defended if is_full and is_defended else ''}), "
        "in_order as (select *, lag(_content) over slot as _content_before, "
        "lag(_extract) over slot as _extract_before, lead(_extract) over slot as _next_extract from seen "
        "window slot as (partition by _key, _key_ordinal order by _extract, _row is null)), "
        "with_gaps as (select in_order.* exclude (_next_extract), "
        "case when _next_extract is null or _gone_at < _next_extract then _gone_at end as _gone_at "
        f"from in_order {gone}) "
        "select _key, _key_ordinal, _extract, _content, _row, _gone_at from with_gaps where _gone_at is not null or "
        "_row is not null "
        "and (_content is distinct from _content_before or _extract_before is distinct from _extract - 1)"
    )


def _find_changes(connection: duckdb.DuckDBPyConnection) -> None:
    """Make `changes`: the turns that change the content of their slot, to none where it is gone.

    A change supersedes the row of the batch `_row_before`, or where that is null, the row of the log `_known_row`.
    """
    connection.execute(
        "create or replace temp table changes as with events as ("
        "select _key, _key_ordinal, _extract, _content, _row from turns where _row is not null "
        "union all select _key, _key_ordinal, _gone_at, null, null from turns where _gone_at is not null), "
        "compared as (select events.*, _known_row, lag(_row) over slot as _row_before, "
        "lag(events._content, 1, known._content) over slot as _content_before "
        "from events left join known using (_key, _key_ordinal) "
        "window slot as (partition by _key, _key_ordinal order by _extract) "
        "qualify events._content is distinct from _content_before) "
        "select *, lead(_extract) over slot as _next_extract, lag(_extract) over slot is null as _is_first "
        "from compared window slot as (partition by _key, _key_ordinal order by _extract)"
    )


def _warn_of_parts(connection: duckdb.DuckDBPyConnection, batch: Batch, counts: Sequence[FileCounts]) -> None:
    """Warn of extracts that were not read whole while there were records that may be missing from them."""
    if all(count.is_whole for count in counts):
        return
    growth: dict[int, int] = dict(
        connection.execute(
            "select _extract, count(_content) - count(_content_before) from changes group by _extract "
            "union all select 0, count(_content) from known"
        ).fetchall()
    )
    warned: set[int] = set()
    for extract, file, count in zip(batch.extract_numbers, batch.files, counts, strict=True):
        if count.is_whole or extract in warned:
            continue
        warned.add(extract)
        if sum(records for earlier, records in growth.items() if earlier < extract):
            count.warnings.append(
                f"{file.name}: not all of it could be read, so records that are missing from it are not treated as "
                "deleted."
            )


def _write(connection: duckdb.DuckDBPyConnection, table: str, config: ObjectConfig, loaded_at: datetime) -> None:
    # Only what is superseded is updated: the cost follows the new rows, not the history.
    after = (
        "left join (select _extract as _next_extract, _extracted_at as _superseded_at from extracts) "
        "using (_next_extract)"
    )
    if connection.execute("select 1 from changes where _content is null limit 1").fetchone():
        keys = ", ".join(quoted(name) for name in config.key)
        last_keys = ", ".join(
            f"case when _row_before is null then known.{name} else before.{name} end as {name}"
            for name in map(quoted, config.key)
        )
        connection.execute(
            f"insert into {table} by name select {last_keys}, _key, _key_ordinal, _first_file as _source_file, "
            "_extracted_at, $loaded_at as _loaded_at, _superseded_at, true as _is_tombstone "
            f"from (from changes where _content is null) join extracts using (_extract) {after} "
            f"left join (select rowid as _row_before, {keys} from staged) as before using (_row_before) "
            f"left join (select rowid as _known_row, {keys} from {table} where _superseded_at is null) as known "
            "using (_known_row)",
            {"loaded_at": loaded_at},
        )
    connection.execute(
        f"update {table} set _superseded_at = extracts._extracted_at from changes join extracts using (_extract) "
        f"where _is_first and {table}.rowid = _known_row"
    )
    connection.execute(
        f"insert into {table} by name select {column_list(config)}, _extras, _key, _key_ordinal, _source_file, "
        "_source_row, _extracted_at, $loaded_at as _loaded_at, _row_hash, _superseded_at, false as _is_tombstone "
        "from (select rowid as _row, * from staged) "
        f"join (select _row, _next_extract from changes where _row is not null) using (_row) {after} "
        "join batch_files using (_file)",
        {"loaded_at": loaded_at},
    )


def _count(connection: duckdb.DuckDBPyConnection, table: str, batch: Batch, counts: Sequence[FileCounts]) -> None:
    by_name = {file.name: count for file, count in zip(batch.files, counts, strict=True)}
    gone = connection.execute(
        "select _first_file, count(*) from changes join extracts using (_extract) where _content is null group by all"
    ).fetchall()
    for name, tombstones in gone:
        by_name[name].tombstones = tombstones
    unchanged = connection.execute(
        f"select _file, count(*) from {ARRIVING} anti join changes using (_row) group by all"
    ).fetchall()
    for number, rows in unchanged:
        counts[number].rows_unchanged = rows
    kept = connection.execute(
        f"select _source_file, count(*) from {table} where _extracted_at >= ? and not _is_tombstone group by all",
        [batch.instants[0]],
    ).fetchall()
    for name, rows in kept:
        by_name[name].rows_kept = rows
    for name, count in by_name.items():
        if count.rows_read != count.rows_kept + count.rows_unchanged + count.rows_quarantined:
            raise RuntimeError(
                f"{name}: a row was lost or duplicated: {count}. This is a bug in Kuota; nothing was kept."
            )
