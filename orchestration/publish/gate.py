"""The gate before publishing: it inspects the build itself, however the run was started."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from orchestration.home_check import clock_problem
from orchestration.publish.state import describe_state, identifier


@dataclass(frozen=True)
class CriticalCheck:
    """A check without which nothing is published. Names of tables are `schema.table`."""

    room: str
    target: str
    check_name: str
    depends_on: tuple[str, ...]
    """The tables that the check reads: its result holds until one of them is built again."""
    runs_every_time: bool = True
    """Of one that does not, the newest result holds whatever was built since."""
    unique_columns: tuple[str, ...] = ()
    """Where it has passed, no two rows of the target share these columns."""


def unmet_conditions(
    connection: duckdb.DuckDBPyConnection,
    models: Mapping[str, Sequence[str]],
    critical_checks: Sequence[CriticalCheck],
) -> list[str]:
    """Why this build may not be published, one line per reason; empty if it may.

    `models` maps each table to the ones it is built from. Every table must have been built, none before one of its
    parents, and the newest result of each critical check since the build of all that it reads must be a pass.
    """
    if problem := clock_problem(connection):
        return [problem]
    describe_state(connection)
    _write_temporary_tables(connection, models, critical_checks)
    return [line for (line,) in connection.execute(UNMET_CONDITIONS).fetchall()]


def _write_temporary_tables(
    connection: duckdb.DuckDBPyConnection,
    models: Mapping[str, Sequence[str]],
    critical_checks: Sequence[CriticalCheck],
) -> None:
    edges = [(child, parent) for child, parents in models.items() for parent in parents]
    connection.execute(
        "create or replace temporary table publish_model as select unnest($targets::varchar[]) as target",
        {"targets": list(models)},
    )
    connection.execute(
        """
        create or replace temporary table publish_edge as
        select unnest($children::varchar[]) as child, unnest($parents::varchar[]) as parent
        """,
        {"children": [child for child, _ in edges], "parents": [parent for _, parent in edges]},
    )
    reads = [
        (check, table)
        for check in critical_checks
        for table in ((check.depends_on or (check.target,)) if check.runs_every_time else (None,))
    ]
    connection.execute(
        """
        create or replace temporary table publish_critical as
        select distinct
            unnest($rooms::varchar[]) as room,
            unnest($targets::varchar[]) as target,
            unnest($names::varchar[]) as check_name,
            unnest($tables::varchar[]) as depends_on
        """,
        {
            "rooms": [check.room for check, _ in reads],
            "targets": [check.target for check, _ in reads],
            "names": [check.check_name for check, _ in reads],
            "tables": [table for _, table in reads],
        },
    )
    _find_raw_tables_with_rows(connection)


def _find_raw_tables_with_rows(connection: duckdb.DuckDBPyConnection) -> None:
    tables = connection.execute("""
        select table_name, bool_or(column_name = '_superseded_at') from information_schema.columns
        where table_catalog = current_database() and table_schema = 'raw'
            and 'raw.' || table_name in (select target from publish_critical)
        group by table_name
    """).fetchall()
    connection.execute("create or replace temporary table publish_raw_with_rows (target varchar)")
    for table, is_log in tables:
        current = "where _superseded_at is null and not _is_tombstone" if is_log else ""
        connection.execute(
            f"""
            insert into publish_raw_with_rows
            select ? where exists (select 1 from raw.{identifier(table)} {current})
            """,  # noqa: S608 (a name out of the warehouse's own catalog)
            [f"raw.{table}"],
        )


UNMET_CONDITIONS = """
with
needed as (
    select target from publish_model
    union
    select parent from publish_edge
    union
    select depends_on from publish_critical
),
never_built as (
    select 1 as kind, target, '' as check_name, concat(target, ' was never built: run `kuota run`.') as line
    from needed
    anti join publish_built using (target)
    where target not like 'raw.%'
),
gone as (
    select
        1 as kind, target, '' as check_name,
        concat(target, ' was built at ', built_at_text, ' but is no longer in the warehouse: run `kuota run`.') as line
    from publish_model
    join (select target, strftime(built_at, '%Y-%m-%d %H:%M:%S UTC') as built_at_text from publish_built) using (target)
    where target like 'marts.%' and target not in (
        select table_schema || '.' || table_name from information_schema.tables
        where table_catalog = current_database()
    )
),
older_than_parent as (
    select
        2 as kind, child as target, '' as check_name,
        concat(
            child, ' was built at ', strftime(any_value(built_child.built_at), '%Y-%m-%d %H:%M:%S UTC'), ', before ',
            first(parent order by built_parent.changed_at desc, parent), ' that it is built from (',
            strftime(max(built_parent.changed_at), '%Y-%m-%d %H:%M:%S UTC'), '): run `kuota run`.'
        ) as line
    from publish_edge
    join publish_built as built_child on built_child.target = child
    join publish_built as built_parent on built_parent.target = parent
    where built_child.built_at < built_parent.changed_at
    group by child
),
due as (
    select room, publish_critical.target, check_name, max(changed_at) as due_at,
        first(depends_on order by changed_at desc nulls last, depends_on) as due_to
    from publish_critical
    left join publish_built on publish_built.target = depends_on
    group by all
),
last_run as (
    select room, target, check_name, max(checked_at) as last_checked_at from quality.check_result group by all
),
newest_since as (
    select due.room, due.target, due.check_name, checked_at, status, unexpected_count, observed, fix
    from due
    join quality.check_result as result
        on result.room = due.room and result.target = due.target and result.check_name = due.check_name
        and result.checked_at >= coalesce(due_at, '-infinity'::timestamp)
    qualify row_number() over (
        partition by due.room, due.target, due.check_name
        order by checked_at desc, status is not distinct from 'passed'
    ) = 1
),
not_passed as (
    select
        3 as kind, target, check_name,
        concat(
            target, ': critical check ', check_name,
            case status when 'failed' then ' failed' else ' could not run' end,
            ' at ', strftime(checked_at, '%Y-%m-%d %H:%M:%S UTC'),
            case
                when status = 'failed' and unexpected_count is not null
                    then concat(' (', unexpected_count, if(unexpected_count = 1, ' row)', ' rows)'))
                when status <> 'failed' and observed is not null then concat(' (', observed, ')')
            end,
            ': ', if(status = 'failed', coalesce(fix, 'see the ops page'), 'correct the check itself'), '.'
        ) as line
    from newest_since
    where status is distinct from 'passed'
),
not_run as (
    select
        4 as kind, due.target, due.check_name,
        case
            when last_checked_at is null
                then concat(
                    due.target, ': critical check ', due.check_name, ' has never run: run `kuota run',
                    if(due_to is null, ' --rebuild', ''), '`.'
                )
            else concat(
                due_to, if(due_to like 'raw.%', ' was loaded at ', ' was built at '),
                strftime(due_at, '%Y-%m-%d %H:%M:%S UTC'), ', but critical check ', due.check_name, ' of ', due.target,
                ' last ran at ', strftime(last_checked_at, '%Y-%m-%d %H:%M:%S UTC'), ': run `kuota run`.'
            )
        end as line
    from due
    anti join newest_since using (room, target, check_name)
    left join last_run using (room, target, check_name)
    -- a source that delivered nothing has nothing to check
    where due.target not like 'raw.%' or due.target in (select target from publish_raw_with_rows)
)
select regexp_replace(regexp_replace(line, '\\s+', ' ', 'g'), '\\.+$', '.') as line
from (
    from never_built union all from gone union all from older_than_parent union all from not_passed
    union all from not_run
)
order by kind, target, check_name
"""
