"""The queries of the ops page about trust: the trend of checks, collection breaks, restatements, health.

What readers see is read from published/kuota.duckdb, attached as `published`. A table that is not published yet gives
None, which is not the same as one without rows.
"""

from pathlib import Path
from typing import Any

import duckdb

from orchestration.publish.charts import RUN_SLOTS
from orchestration.publish.ops_queries import Rows, rows_of
from orchestration.publish.state import literal

BREAKS_SHOWN = 40
BREAKS_LISTED = 200
MONTHS_SHOWN = 12
WEEKS_SHOWN = 26
TIE_OUTS_SHOWN = 50


def attach_published(connection: duckdb.DuckDBPyConnection, marts: Path) -> None:
    """Attach the published marts as `published`, if any were published."""
    if marts.exists():
        connection.execute(f"attach {literal(str(marts))} as published (read_only)")


def trend(connection: duckdb.DuckDBPyConnection) -> Rows:
    """The last runs that checked anything, oldest first, each with `rooms`: passed, warned and failed by room."""
    found = rows_of(
        connection,
        """
        with newest as (
            select run_id, max(checked_at) as checked_at
            from check_result
            group by run_id
            order by checked_at desc, run_id
            limit $runs
        ),
        last_of_run as (
            select run_id, room, severity, status
            from check_result
            where run_id in (select run_id from newest)
            -- a step that was tried again has run its checks again
            qualify row_number() over (
                partition by run_id, room, target, check_name order by checked_at desc, status = 'passed'
            ) = 1
        )
        select
            run_id, newest.checked_at, room,
            count(*) filter (status = 'passed') as passed,
            count(*) filter (status <> 'passed' and severity <> 'critical') as warned,
            count(*) filter (status <> 'passed' and severity = 'critical') as failed
        from last_of_run
        join newest using (run_id)
        group by run_id, newest.checked_at, room
        order by newest.checked_at, run_id
        """,
        {"runs": RUN_SLOTS},
    )
    runs: dict[str, dict[str, Any]] = {}
    for row in found:
        run = runs.setdefault(row["run_id"], {"run_id": row["run_id"], "checked_at": row["checked_at"], "rooms": {}})
        run["rooms"][row["room"]] = {name: row[name] for name in ("passed", "warned", "failed")}
    return list(runs.values())


def breaks(connection: duckdb.DuckDBPyConnection) -> Rows:
    """The collection breaks by source, in order of time; `is_reviewable` if ops can confirm or dismiss them."""
    found = rows_of(connection, "select * from collection_break order by source, starts_on, object, field, break_id")
    unknown = dict.fromkeys(("review", "reviewed_by", "reviewed_on", "unrecorded_from", "is_trusted"))
    return [{**unknown, **row, "is_reviewable": "review" in row} for row in found]


def restated_shares(connection: duckdb.DuckDBPyConnection) -> Rows | None:
    """For each source, team and closed month: the metric that changed most since the month ended."""
    if not _is_published(connection, "mart_restated_share"):
        return None
    return rows_of(
        connection,
        """
        with newest as (
            select distinct period_start
            from published.marts.mart_restated_share
            where period_type = 'month'
            order by period_start desc
            limit $months
        )
        select source, team_id, period_start, replace(metric, '_', ' ') as note, restated_share
        from published.marts.mart_restated_share
        join newest using (period_start)
        where
            period_type = 'month' and days_after = 0 and restated_share is not null
            and (source = 'all' or team_id = 'all')
        qualify row_number() over (
            partition by source, team_id, period_start order by restated_share desc, metric
        ) = 1
        order by source = 'all' desc, team_id = 'all' desc, source, team_id, period_start
        """,
        {"months": MONTHS_SHOWN},
    )


def settling(connection: duckdb.DuckDBPyConnection) -> Rows:
    """By metric, over the last months that ended 30 days ago or more: which share changed after 0, 7 and 30 days."""
    if not _is_published(connection, "mart_restated_share"):
        return []
    return rows_of(
        connection,
        """
        with months as (
            select distinct period_start
            from published.marts.mart_restated_share
            where period_type = 'month' and days_after = 30
            order by period_start desc
            limit $months
        ),
        summed as (
            select metric, days_after, sum(moved_amount)::double / nullif(sum(current_amount), 0)::double as share
            from published.marts.mart_restated_share
            join months using (period_start)
            where source = 'all' and team_id = 'all' and period_type = 'month'
            group by metric, days_after
        )
        select
            metric,
            max(share) filter (days_after = 0) as after_0,
            max(share) filter (days_after = 7) as after_7,
            max(share) filter (days_after = 30) as after_30
        from summed
        group by metric
        having after_0 > 0
        order by after_0 desc, metric
        """,
        {"months": MONTHS_SHOWN},
    )


def restatements(connection: duckdb.DuckDBPyConnection) -> Rows | None:
    """The largest changes since a month or quarter ended: per metric, one for the company and one for a rep."""
    if not _is_published(connection, "mart_restatement"):
        return None
    return rows_of(
        connection,
        """
        with newest as (
            select period_type, period_start
            from published.marts.mart_restatement
            where period_type in ('month', 'quarter')
            group by period_type, period_start
            qualify row_number() over (partition by period_type order by period_start desc) <= 4
        ),
        ranked as (
            select
                restated.*,
                row_number() over (
                    partition by assignee_type, metric
                    order by abs(restated_amount) desc, period_start desc, period_type, assignee_id
                ) as place
            from published.marts.mart_restatement as restated
            join newest using (period_type, period_start)
            -- teams are in the shares
            where days_after = 0 and restated_amount <> 0 and assignee_type in ('company', 'rep')
        )
        select
            assignee_type, assignee_id, assignee_name, metric, period_type, period_start, period_end, reported_amount,
            current_amount, restated_amount, restated_ratio, restated_record_count
        from ranked
        where place = 1
        order by assignee_type, abs(restated_ratio) desc nulls last, metric
        """,
    )


def tie_outs(connection: duckdb.DuckDBPyConnection) -> Rows | None:
    """The totals of the CRMs' own reports that are not tied, the largest unexplained first, each with what to do."""
    if not _is_published(connection, "mart_tie_out"):
        return None
    return rows_of(
        connection,
        """
        select
            *, step_amount as unexplained,
            case
                when reason = 'read_before_first_extract' then 'read the report again on the day of an extract'
                when reason = 'read_after_as_of' then 'deliver the extract of ' || read_on
                when reason = 'no_rate' then 'add the rate of the last month of the report to exchange_rates'
                when reason = 'not_recorded' then 'nothing: Kuota has no figure to compare it with'
                when set_aside_count > 0
                    then 'correct the rows that could not be read (' || set_aside_count || ') and export again'
                when extract_age_days > 0
                    then 'read the report again on the day of an extract: the newest was ' || extract_age_days
                        || if(extract_age_days = 1, ' day', ' days') || ' old'
                else 'compare the filters of the report with what is exported'
            end as to_do,
            'kuota explain tie-out --source ' || source || ' --metric ' || metric || ' --assignee ' || scope_id
                as command
        from published.marts.mart_tie_out
        where step_number = 8 and status <> 'tied'
        order by
            abs(unexplained) desc nulls last, read_on, source, metric, period_type, period_start, scope_type, scope_id
        """,
    )


def collection_health(connection: duckdb.DuckDBPyConnection) -> Rows | None:
    """By source, team and week, for the last weeks: the score of collection health."""
    if not _is_published(connection, "mart_collection_health"):
        return None
    return rows_of(
        connection,
        """
        with newest as (
            select distinct period_start
            from published.marts.mart_collection_health
            order by period_start desc
            limit $weeks
        )
        select health.*
        from published.marts.mart_collection_health as health
        join newest using (period_start)
        order by source, team_id = 'all' desc, team_id, period_start
        """,
        {"weeks": WEEKS_SHOWN},
    )


def lost_points(row: dict[str, Any]) -> str | None:
    """The part of a week's score that lost the most points, in words; None if none was lost."""
    parts = {
        name.removesuffix("_points"): (row[name.removesuffix("_points") + "_weight"], row[name])
        for name in row
        if name.endswith("_points") and row[name] is not None
    }
    lost = {part: weight - points for part, (weight, points) in parts.items() if weight > points}
    if not lost:
        return None
    most = min(lost, key=lambda part: (-lost[part], part))
    return f"{most.replace('_', ' ')} {parts[most][1]} of {parts[most][0]}"


def team_names(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The names of the teams that are published, by id."""
    if not _is_published(connection, "dim_teams"):
        return {}
    return {
        row["team_id"]: row["team_name"]
        for row in rows_of(connection, "select team_id, team_name from published.marts.dim_teams")
    }


def exclusions(connection: duckdb.DuckDBPyConnection) -> Rows | None:
    """How many records the published numbers leave out, by source, object and reason."""
    if not _is_published(connection, "mart_exclusion"):
        return None
    return rows_of(
        connection,
        """
        select source, object, reason, count(*) as row_count
        from published.marts.mart_exclusion
        group by source, object, reason
        order by row_count desc, source, object, reason
        """,
    )


def _is_published(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    query = """
        select count(*) from duckdb_tables()
        where database_name = 'published' and schema_name = 'marts' and table_name = ?
    """
    found = connection.execute(query, [table]).fetchone()
    return found is not None and found[0] > 0
