"""The queries of the ops page on kuota_quality.duckdb; each returns rows by column name."""

from datetime import UTC, datetime
from typing import Any

import duckdb

Row = dict[str, Any]
Rows = list[Row]
FIRST_LINES = 3
WARNINGS_SHOWN = 50


def rows_of(connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None = None) -> Rows:
    """The result of `query`, one dict per row."""
    result = connection.execute(query, parameters or {})
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


def failing_checks(connection: duckdb.DuckDBPyConnection) -> Rows:
    """The checks that did not pass, critical first, each with since when it fails and what it affects."""
    return rows_of(connection, FAILING_CHECKS)


FAILING_CHECKS = """
with history as (
    select
        room, target, check_name, checked_at, run_id, status = 'passed' as is_pass,
        max(checked_at) filter (status = 'passed') over (partition by room, target, check_name) as last_passed_at
    from check_result
),
streak as (
    select
        room, target, check_name, min(checked_at) as failing_since, max(last_passed_at) as last_passed_at,
        count(distinct run_id) as failing_runs
    from history
    where not is_pass and checked_at > coalesce(last_passed_at, '-infinity'::timestamp)
    group by all
)
select
    severity, status, room, target, check_name, observed, unexpected_count, element_count, check_result.owner, fix,
    checked_at, coalesce(try_cast(try_cast(sample_keys as json) as varchar[]), []) as sample_keys,
    streak.failing_since, streak.last_passed_at, streak.failing_runs, source.source, source.owner as source_owner,
    coalesce(marts, []) as marts, first_on, last_on, dates_of
from check_result
left join streak using (room, target, check_name)
left join check_impact using (room, target, check_name)
left join source on target like 'raw.%' and source.source = split_part(substr(target, 5), '__', 1)
where is_current and status <> 'passed'
order by severity <> 'critical', status <> 'failed', target, check_name
"""


def checks_by_room(connection: duckdb.DuckDBPyConnection) -> Rows:
    """By room, in the order of the flow: of the checks that still hold, how many passed, warned and failed."""
    return rows_of(
        connection,
        """
        select
            room,
            count(*) filter (is_current and status = 'passed') as passed,
            count(*) filter (is_current and status <> 'passed' and severity <> 'critical') as warned,
            count(*) filter (is_current and status <> 'passed' and severity = 'critical') as failed,
            max(checked_at) filter (is_current) as last_checked_at
        from check_result
        group by room
        order by case room when 'raw' then 1 when 'transform' then 2 else 3 end, room
        """,
    )


def loads(connection: duckdb.DuckDBPyConnection, run_id: str) -> Rows:
    """By source and object: files and rows of this run (`run_…`) and of all runs (`all_…`)."""
    return rows_of(
        connection,
        """
        select
            source, object,
            count(*) filter (run_id = $run_id) as run_files,
            coalesce(sum(rows_read) filter (run_id = $run_id), 0)::bigint as run_read,
            coalesce(sum(rows_kept) filter (run_id = $run_id), 0)::bigint as run_kept,
            coalesce(sum(rows_unchanged) filter (run_id = $run_id), 0)::bigint as run_unchanged,
            coalesce(sum(rows_quarantined) filter (run_id = $run_id), 0)::bigint as run_quarantined,
            count(distinct source_file) as all_files,
            sum(rows_read)::bigint as all_read,
            sum(rows_kept)::bigint as all_kept,
            sum(rows_unchanged)::bigint as all_unchanged,
            sum(rows_quarantined)::bigint as all_quarantined,
            sum(values_unparsable)::bigint as all_unparsable
        from load_ledger
        group by source, object
        order by source, object
        """,
        {"run_id": run_id},
    )


def load_warnings(connection: duckdb.DuckDBPyConnection, run_id: str) -> list[str]:
    """The warnings of the files that this run loaded, at most fifty, and one line that counts the rest."""
    found = rows_of(
        connection,
        """
        select unnest(from_json(warnings, '["varchar"]')) as warning
        from load_ledger
        where run_id = $run_id
        order by source, object, source_file
        """,
        {"run_id": run_id},
    )
    lines = [str(row["warning"]) for row in found]
    hidden = len(lines) - WARNINGS_SHOWN
    more = [f"… and {hidden} more in quality.load_ledger"] if hidden > 0 else []
    return lines[:WARNINGS_SHOWN] + more


def quarantine(connection: duckdb.DuckDBPyConnection) -> Rows:
    """Rows that are set aside now, by reason: how many, in how many files, the first messages. Never the row."""
    return rows_of(
        connection,
        """
        select
            room, source, object, reason,
            count(distinct {'file': source_file, 'line': source_row}) as row_count,
            count(distinct source_file) as file_count,
            list({
                'file': source_file, 'line': source_row, 'column': column_name, 'message': message
            } order by extracted_at desc, source_file, source_row)[1:$first] as first_lines
        from quarantine
        group by room, source, object, reason
        order by row_count desc, source, object, reason
        """,
        {"first": FIRST_LINES},
    )


def freshness(connection: duckdb.DuckDBPyConnection, now: datetime) -> Rows:
    """By source: its newest extract, and how many days before `now` (the machine's clock) that lies.

    A retired source is only expected to deliver until its end date. status: late (by more days than the source's
    cadence), delivers_after_end, fresh, ended or not_delivered.
    """
    return rows_of(
        connection,
        """
        with newest as (
            select source, max(extracted_at)::timestamp as newest_extract_at
            from load_ledger
            group by source
        ),
        aged as (
            select
                source, kind, owner, expected_every_days, ended_on, ended_at, newest_extract_at,
                -- greatest() and least() skip nulls, and a source without extracts is not 0 days behind
                if(
                    newest_extract_at is null,
                    null,
                    greatest(date_diff('day', newest_extract_at, least($now::timestamp, ended_at)), 0)
                ) as days_behind
            from source
            left join newest using (source)
        )
        select
            * exclude (ended_at),
            case
                when newest_extract_at is null then 'not_delivered'
                when newest_extract_at > ended_at then 'delivers_after_end'
                when days_behind > expected_every_days then 'late'
                when $now::timestamp >= ended_at then 'ended'
                else 'fresh'
            end as status
        from aged
        order by list_position(['late', 'delivers_after_end', 'fresh', 'ended'], status) nulls last, source
        """,
        {"now": now.astimezone(UTC).replace(tzinfo=None)},
    )
