"""A staged batch to the log of changes in raw, all of its extracts in one step.

Each key, and each ordinal of it where several rows of an extract share the key, is a slot. What happens to a slot is a
sequence of turns, at most one per extract: it is seen with a content, or it is missing from an extract that shows it
to be gone. A turn that changes what the one before it left is a change: a row, or a tombstone. Three steps:

known      A table: what raw holds of the slots before the batch.
turns      The rows that differ from the same slot in the extract before, and the slots that are gone. Most rows of a
           batch are as they were in the extract before, and end here.
changes    A table: the turns that are changes, in their order, so that each is superseded by the next.
"""

# What is formatted into SQL is our own: names that sources/*.yml declares and its model has checked.
# ruff: noqa: S608

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import duckdb

from orchestration.ingest.batch import Batch
from orchestration.ingest.losses import Loss, LossLimits, losses_of_batch, losses_since
from orchestration.ingest.raw_tables import column_list, quoted
from orchestration.ingest.rows import rows_of
from orchestration.ingest.set_aside import EMPTIED, FileCounts
from orchestration.ingest.source_config import ObjectConfig

FEW = 3
"""A loss of fewer records gives no warning, however large a share it is."""

# The usable rows of the batch, without those of extracts that are held back; `_row` identifies one.
ARRIVING = (
    "(select staged.rowid as _row, _key, _key_ordinal, _extract, _row_hash, _file, _source_row from staged "
    "join batch_files using (_file) where _problem is null and not _is_held_back)"
)
# The keys of which a row was set aside, with the extract: there such a key is not gone, unless its rows contradict each
# other.
DEFENDED = (
    "(select distinct _key, _extract from staged join batch_files using (_file) "
    "where _problem is not null and not _is_contradicted and not _is_held_back)"
)
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
    limits: LossLimits,
    accepted: Collection[datetime],
) -> None:
    """Add what stage_batch has left to the log `table`, and complete the counts and the warnings of the files.

    A full extract that loses more than the `limits` is left out, unless its instant is `accepted`. Expects to be within
    a transaction, and the log not to have anything of the batch's first extract or later. Raises RuntimeError if a row
    was lost.
    """
    is_full = config.extract == "full"
    _number_rows_of_a_key(connection)
    only_shown = "" if is_full else f"semi join {ARRIVING} using (_key)"
    connection.execute(
        "create or replace temp table known as select _key, _key_ordinal, "
        f"case when not _is_tombstone then _row_hash end as _content, rowid as _known_row from {table} {only_shown} "
        "where _superseded_at is null"
    )
    is_defended = any(count.rows_quarantined for count in counts)
    held_back: dict[int, Loss] = {}
    while True:
        _describe_extracts(connection, batch, counts, held_back)
        _find_changes(connection, len(batch.extracts), is_full=is_full, is_defended=is_defended)
        losses = losses_of_batch(connection, len(batch.extracts)) if is_full else {}
        found = _too_short(connection, batch, losses, limits, accepted)
        if not found:
            break
        held_back |= found
        connection.execute(
            "update batch_files set _is_held_back = true where list_contains($numbers, _extract)",
            {"numbers": list(found)},
        )
    large = [number for number, loss in losses.items() if number not in held_back and _is_notable(loss, limits)]
    for number in large:
        # a record may be there by an id that is written otherwise
        since = losses_since(connection, number, ARRIVING, DEFENDED)
        losses[number] = since.get(number, losses[number])
    _describe_losses(batch, counts, losses | held_back, held_back, limits, accepted)
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


def _too_short(
    connection: duckdb.DuckDBPyConnection,
    batch: Batch,
    losses: Mapping[int, Loss],
    limits: LossLimits,
    accepted: Collection[datetime],
) -> dict[int, Loss]:
    """The first extract that loses too much, and those right after it that lose too much against the same state."""
    for first in (number for number, loss in losses.items() if limits.is_exceeded(loss)):
        since = losses_since(connection, first, ARRIVING, DEFENDED)
        found: dict[int, Loss] = {}
        for number in range(first, len(batch.extracts) + 1):
            is_accepted = batch.instants[number - 1] in accepted
            if number not in since or is_accepted or not limits.is_exceeded(since[number]):
                break
            found[number] = since[number]
        if found:
            return found
    return {}


def _is_notable(loss: Loss, limits: LossLimits) -> bool:
    return limits.is_exceeded(loss) or (limits.is_large(loss) and loss.missing >= FEW)


def _describe_losses(
    batch: Batch,
    counts: Sequence[FileCounts],
    losses: Mapping[int, Loss],
    held_back: Collection[int],
    limits: LossLimits,
    accepted: Collection[datetime],
) -> None:
    """Complete the counts of each file by what its extract loses; the first file of the extract has the warning."""
    warned: set[int] = set()
    for extract, file, count in zip(batch.extract_numbers, batch.files, counts, strict=True):
        count.loss = losses.get(extract, Loss())
        count.is_accepted = batch.instants[extract - 1] in accepted
        count.is_held_back = extract in held_back
        if count.is_held_back:
            count.rows_held_back = count.rows_read - count.rows_quarantined
            count.warnings = [warning for warning in count.warnings if not warning.endswith(EMPTIED)]
        if extract in warned or not _is_notable(count.loss, limits) or count.is_accepted:
            continue
        warned.add(extract)
        loss = count.loss
        missing = f"{loss.missing:,} of the {loss.before:,} known records of '{batch.object}' are missing from it"
        count.warnings.append(
            f"{file.name}: held back as a whole, because {missing}; the earlier records stay."
            if count.is_held_back
            else f"{file.name}: {missing}; they count as deleted. Check that the export was complete."
        )


def _describe_extracts(
    connection: duckdb.DuckDBPyConnection, batch: Batch, counts: Sequence[FileCounts], held_back: Collection[int]
) -> None:
    """Make `extracts`: each extract of the batch by its number, and what raw holds as number 0.

    `_next_whole` is the first extract after it that was read whole; a tombstone has the name of the first file.
    """
    parts = {number for number, count in zip(batch.extract_numbers, counts, strict=True) if not count.is_whole}
    parts.update(held_back)
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


def _find_changes(connection: duckdb.DuckDBPyConnection, extracts: int, *, is_full: bool, is_defended: bool) -> None:
    """Make `changes`: the turns that change the content of their slot, to none where `_is_gone`.

    A change supersedes the row of the batch `_row_before`, or where that is null, the row of the log `_known_row`.
    `_growth` is the change of the number of slots with content. Only a slot that is gone has `_gone_key`.
    """
    if extracts == 1:
        # each slot has one turn, so nothing has to be sorted
        in_order = (
            "select turns.*, _known_row, null::bigint as _row_before, known._content as _content_before, "
            "null::integer as _next_extract, true as _is_first from turns left join known using (_key, _key_ordinal) "
            "where turns._content is distinct from known._content"
        )
    else:
        slot = "over (partition by _key, _key_ordinal order by _extract)"
        in_order = (
            f"select *, lead(_extract) {slot} as _next_extract, lag(_extract) {slot} is null as _is_first from ("
            f"select turns.*, _known_row, lag(_row) {slot} as _row_before, "
            f"lag(turns._content, 1, known._content) {slot} as _content_before "
            "from turns left join known using (_key, _key_ordinal) "
            "qualify turns._content is distinct from _content_before)"
        )
    connection.execute(
        f"create or replace temp table changes as with {_turns(extracts, is_full=is_full, is_defended=is_defended)} "
        "select _row, _row_before, _known_row, _extract, _next_extract, _is_first, _content is null as _is_gone, "
        "(_content is not null)::integer - (_content_before is not null)::integer as _growth, "
        f"case when _content is null then _key end as _gone_key, _key_ordinal from ({in_order})"
    )


def _turns(extracts: int, *, is_full: bool, is_defended: bool) -> str:
    """SQL of `turns`: the rows with another content than in the extract before, and the slots that are gone.

    A slot is gone in the extract that first shows it to be gone, unless it is seen by then.
    """
    defended = (
        "union all select _key, _key_ordinal, _extract, null, null from ("
        f"select _key, _key_ordinal from {ARRIVING} union select _key, _key_ordinal from known) "
        f"join {DEFENDED} using (_key) "
    )
    last_seen = (
        "select _key, _key_ordinal, _extract, _next_whole as _gone_at from seen join extracts using (_extract) "
        "where _next_whole is not null"
        if is_full
        else "select seen._key, _key_ordinal, seen._extract, _gone_at from (from seen where _key_ordinal > 1) as seen "
        f"asof join {SHOWN} as shown on seen._key = shown._key and seen._extract < shown._gone_at"
    )
    return (
        f"seen as not materialized (select _key, _key_ordinal, _extract, _row_hash as _content, _row from {ARRIVING} "
        "union all select _key, _key_ordinal, 0, _content, null from known "
        f"{defended if is_full and is_defended else ''}), "
        f"last_seen as ({last_seen}), "
        "turns as (select _key, _key_ordinal, _extract, _content, _row from seen as sighting where _row is not null "
        "and not exists (from seen where seen._key = sighting._key and seen._key_ordinal = sighting._key_ordinal "
        "and seen._extract = sighting._extract - 1 and seen._content = sighting._content "
        f"and seen._extract < {extracts}) "
        "union all select distinct _key, _key_ordinal, _gone_at, null, null from last_seen "
        "where not exists (from seen where seen._key = last_seen._key and seen._key_ordinal = last_seen._key_ordinal "
        "and seen._extract > last_seen._extract and seen._extract <= last_seen._gone_at))"
    )


def _warn_of_parts(connection: duckdb.DuckDBPyConnection, batch: Batch, counts: Sequence[FileCounts]) -> None:
    """Warn of extracts that were not read whole while there were records that may be missing from them."""
    if all(count.is_whole for count in counts):
        return
    growth: dict[int, int] = dict(
        connection.execute(
            "select _extract, sum(_growth)::bigint from changes group by _extract "
            "union all select 0, count(_content) from known"
        ).fetchall()
    )
    for extract, file, count in zip(batch.extract_numbers, batch.files, counts, strict=True):
        if count.is_whole or count.is_held_back:
            continue
        if sum(records for earlier, records in growth.items() if earlier < extract):
            what = f"{count.rows_unidentified:,} of its {count.rows_read:,} rows" if count.rows_unidentified else "it"
            count.warnings.append(
                f"{file.name}: {what} could not be read, so records that are missing from it are not treated as "
                "deleted. Correct the file and replace it."
            )


def _write(connection: duckdb.DuckDBPyConnection, table: str, config: ObjectConfig, loaded_at: datetime) -> None:
    # Only what is superseded is updated: the cost follows the new rows, not the history.
    after = (
        "left join (select _extract as _next_extract, _extracted_at as _superseded_at from extracts) "
        "using (_next_extract)"
    )
    if connection.execute("select 1 from changes where _is_gone limit 1").fetchone():
        keys = ", ".join(quoted(name) for name in config.key)
        last_keys = ", ".join(
            f"case when _row_before is null then known.{name} else before.{name} end as {name}"
            for name in map(quoted, config.key)
        )
        connection.execute(
            f"insert into {table} by name select {last_keys}, _gone_key as _key, _key_ordinal, "
            "_first_file as _source_file, _extracted_at, $loaded_at as _loaded_at, _superseded_at, "
            "true as _is_tombstone "
            f"from (from changes where _is_gone) join extracts using (_extract) {after} "
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
        "select _first_file, count(*) from changes join extracts using (_extract) where _is_gone group by all"
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
        accounted = count.rows_kept + count.rows_unchanged + count.rows_quarantined + count.rows_held_back
        if count.rows_read != accounted:
            raise RuntimeError(
                f"{name}: a row was lost or duplicated: {count}. This is a bug in Kuota; nothing was kept."
            )
