"""What the models that are built group by group keep of an earlier build, and when they keep nothing."""

from pathlib import Path
from typing import Any

import pytest
from compiled_project import give_parsed_project, home_settings
from dbt_child import dbt

from orchestration.settings import Settings
from orchestration.warehouse import connect

RECORDS = "int_collection_records_assigned"
PROFILE = "int_collection_profiles_counted"
PEERS = "int_peers_compared"
COUNTS = "int_funnel_counts"
CONVERSIONS = "int_funnel_conversions"
INCREMENTAL = (RECORDS, PROFILE, PEERS, COUNTS, CONVERSIONS)
MODELS = ("collection_measures", "metrics", *INCREMENTAL)
# a mark on each row, which a row that is computed again has not, in a column that no other model reads: the column,
# marked, as it was, and what a marked row is
MARKS = {
    RECORDS: ("edited_by", "'kept'", "null", "edited_by = 'kept'"),
    PROFILE: ("row_count", "row_count + 1000000", "row_count - 1000000", "row_count >= 1000000"),
    PEERS: ("peer_count", "peer_count + 1000000", "peer_count - 1000000", "peer_count >= 1000000"),
    COUNTS: ("to_stage", "'kept'", "'won'", "to_stage = 'kept' or definition = 'current'"),
    CONVERSIONS: ("open_count", "open_count + 1000000", "open_count - 1000000", "open_count >= 1000000"),
}
# forty weeks of deals of two sources, and their edits, in the columns that the models upstream give them
DEALS = """
create table intermediate.int_collection_deal_records as
select
    'crm' || (number % 2) as source,
    'opportunity' as object,
    dated_by,
    '' as record_type,
    'K' || number as record_key,
    'R' || (number % 7) as owner_rep_id,
    null::varchar as pipeline,
    date '2025-01-06' + (number % 280)::integer as dated_on,
    number % 13 = 0 as is_copy,
    dated_on::timestamp + to_minutes(number % 1440) as happened_at,
    null::timestamp as logged_at,
    'D' || number as opportunity_id,
    null::varchar as direction,
    null::varchar as outcome,
    (number % 11)::decimal(18, 4) as quantity,
    'USD' as currency,
    'A' || (number % 5) as account_id,
    'new' as opportunity_type,
    if(number % 4 = 0, 'price', 'timing') as loss_reason,
    null::varchar as label,
    null::varchar as edited_by,
    true as is_closed,
    number % 2 = 0 as is_won
from range(6000) as numbers (number)
cross join (values ('rows'), ('close_date')) as _ (dated_by)
"""
LEADS = """
create table intermediate.int_collection_lead_records as
select * replace ('lead' as object, 'web' as label)
from intermediate.int_collection_deal_records
where dated_by = 'rows'
"""
EDITS = """
create table intermediate.int_collection_edits as
select * replace ('edit of updated_at' as dated_by)
from intermediate.int_collection_deal_records
where dated_by = 'close_date'
"""
REST = (
    """
    create table intermediate.int_as_of_determined as
    select date '2025-12-31' as as_of_date, date '2005-12-31' as earliest_plausible_on
    """,
    """
    create table intermediate.int_team_memberships as
    select
        'R' || number as rep_id, 'T' || (number % 3) as team_id,
        date '0001-01-01' as valid_from, date '9999-12-31' as valid_to
    from range(7) as numbers (number)
    """,
    """
    create table intermediate.int_activity_history as
    select
        source, 'g:' || record_key as activity_id, record_key as source_key, 'call' as activity_type,
        owner_rep_id as rep_reference, owner_rep_id as rep_id, opportunity_id, null::varchar as lead_id,
        'outbound' as direction, 'reached' as outcome, 5 as duration_minutes, dated_on as occurred_on,
        happened_at as occurred_at, happened_at + to_hours(90) as logged_at, null::varchar as exclusion_reason,
        null::date as known_to
    from intermediate.int_collection_deal_records
    where dated_by = 'rows'
    """,
    """
    create table intermediate.int_segment_peers as
    select
        'rep' as segment_type, 'R' || rep as segment_id, 'Rep ' || rep as segment_name, 'AE / smb' as narrow_group,
        'AE' as wide_group, 'month' as period_type, make_date(2025, month::integer + 1, 1) as period_start,
        period_start as period_end, metric, 'closed_deals' as rests_on, (rep * 7 + month) % 5 / 4 as value,
        if(metric = 'win_rate', (rep * 7 + month) % 5, null) as successes, if(metric = 'win_rate', 4, null) as trials,
        true as is_recorded, 4 as closed_count, true as has_deals, false as has_partial_quota,
        null::double as logging_coverage, false as is_below_peers, if(rep = 6, 'on_leave', null) as not_ranked_reason,
        6 as narrow_group_count,
        6 as wide_group_count, 'AE / smb' as peer_group
    from range(7) as reps (rep)
    cross join range(12) as months (month)
    cross join (values ('win_rate'), ('calls')) as _ (metric)
    """,
    """
    create table intermediate.int_collection_deliveries as
    select source, object, dated_by, record_key, dated_on + 3 as delivered_on
    from intermediate.int_collection_deal_records
    """,
)


# deals of 280 days, of which every other is won and left its stage after forty days
FUNNEL = (
    """
    create table intermediate.int_period_dates_expanded as
    select
        day::date as date_day, period_type, date_trunc(period_type, day)::date as period_start,
        period_start + if(period_type = 'week', 6, 30) as period_end
    from generate_series(timestamp '2025-01-01', timestamp '2025-12-31', interval 1 day) as days (day)
    cross join (values ('week'), ('month'), ('quarter')) as _ (period_type)
    """,
    """
    create table intermediate.int_funnel_members as
    select
        definition, 'opportunity' as subject_type, 'D' || number as subject_id, 'default' as pipeline,
        'Demo' as from_stage, 'won' as to_stage, true as is_adjacent, "view",
        date '2025-01-06' + (number % 280)::integer as counted_on,
        true as is_reached, number % 2 = 0 as is_converted, number % 3 = 0 as is_still_open, false as is_lost,
        false as is_skipped, false as is_regressed, false as is_reentered, 40::bigint as days_to_convert
    from range(1000) as numbers (number)
    cross join (values ('cohort'), ('period')) as views ("view")
    cross join (values ('current'), ('before')) as definitions (definition)
    """,
    "create table marts.fct_segment_subjects as select 'opportunity' as subject_type, 'D' || number as subject_id, "
    "'rep' as segment_type, 'R' || (number % 7) as segment_id from range(1000) as numbers (number)",
    "create table intermediate.int_funnel_steps as select 'current' as definition, 'opportunity' as subject_type, "
    "'S' as stage_sequence, 'default' as pipeline",
    """
    create table intermediate.int_funnel_entries as
    select
        'current' as definition, 'opportunity' as subject_type, 'D' || number as subject_id, 'S' as stage_sequence,
        'Demo' as stage, date '2025-01-06' + (number % 280)::integer as entered_on,
        if(number % 2 = 0, entered_on + 40, null) as left_on, number % 2 = 0 as is_closed, false as is_won
    from range(1000) as numbers (number)
    """,
)


@pytest.fixture
def home(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A warehouse with what the incremental models read, and nothing else."""
    settings = home_settings(tmp_path)
    settings.landing.mkdir()
    give_parsed_project(tmp_path_factory, settings)
    execute(settings, "create schema intermediate", "create schema marts", DEALS, LEADS, EDITS, *REST, *FUNNEL)
    return settings


def execute(settings: Settings, *statements: str) -> None:
    """Run statements on the warehouse."""
    with connect(settings.warehouse) as connection:
        for statement in statements:
            connection.execute(statement)


def count_weeks(settings: Settings, *words: str) -> None:
    """Run the models that count what the records are now."""
    finished = dbt(settings, "build", *words, "--exclude-resource-type", "test", "unit_test", "--select", *MODELS)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def rows(settings: Settings, columns: str = "*", where: str = "true", model: str = PROFILE) -> list[tuple[Any, ...]]:
    """Rows of the profile or of another model, in order."""
    with connect(settings.warehouse, read_only=True) as connection:
        query = f"select {columns} from intermediate.{model} where {where} order by all"
        return connection.execute(query).fetchall()


def everything(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the incremental models."""
    return {model: rows(settings, model=model) for model in INCREMENTAL}


def mark(settings: Settings) -> None:
    """Mark what is there."""
    _mark(settings, {model: marked for model, (_, marked, _, _) in MARKS.items()})


def _mark(settings: Settings, values: dict[str, str], where: str = "") -> None:
    for model, value in values.items():
        column, _, _, is_marked = MARKS[model]
        condition = f"({is_marked}) {where}" if where else "true"
        current = " and definition = 'before'" if model == COUNTS else ""
        execute(settings, f"update intermediate.{model} set {column} = {value} where {condition}{current}")


def computed_again(settings: Settings, model: str, groups: str) -> list[tuple[Any, ...]]:
    """The groups of rows without a mark."""
    return rows(settings, f"distinct {groups}", f"({MARKS[model][3]}) is not true", model)


def assert_equal_to_a_full_refresh(settings: Settings) -> None:
    """The rows, without the marks, are those that are built from scratch."""
    _mark(settings, {model: as_it_was for model, (_, _, as_it_was, _) in MARKS.items()}, where="is true")
    kept = everything(settings)
    count_weeks(settings, "--full-refresh")
    assert kept == everything(settings)


def test_groups_that_changed_are_computed_again_and_no_others(home: Settings) -> None:
    count_weeks(home)
    before = everything(home)
    assert all(before.values())
    mark(home)
    deals, peers = "intermediate.int_collection_deal_records", "intermediate.int_segment_peers"
    members, entries = "intermediate.int_funnel_members", "intermediate.int_funnel_entries"
    execute(
        home,
        # a deal has another amount, a week is gone but for its edits, and a new week has come
        f"update {deals} set quantity = 99 where dated_on between '2025-03-03' and '2025-03-09' and record_key = 'K56'",
        f"delete from {deals} where source = 'crm0' and dated_on between '2025-03-10' and '2025-03-16'",
        f"insert into {deals} select * replace (dated_on + 273 as dated_on) from {deals} "
        "where source = 'crm0' and dated_on between '2025-01-13' and '2025-01-19'",
        # a rep has another figure, another is no longer ranked, a month is gone, and a new month has come
        f"update {peers} set value = 9 where metric = 'calls' and period_start = '2025-03-01' and segment_id = 'R1'",
        f"update {peers} set not_ranked_reason = 'on_leave' "
        "where metric = 'win_rate' and period_start = '2025-04-01' and segment_id = 'R1'",
        f"delete from {peers} where period_start = '2025-05-01'",
        f"insert into {peers} select * replace (date '2026-01-01' as period_start) from {peers} "
        "where metric = 'calls' and period_start = '2025-01-01'",
        # a deal has converted, a week has no deal any more, and one visit of a deal took longer
        f"update {members} set is_converted = true where subject_id = 'D29' and \"view\" = 'cohort'",
        f"delete from {members} where counted_on between '2025-06-02' and '2025-06-08'",
        f"update {entries} set left_on = left_on + 1 where subject_id = 'D2'",
    )
    count_weeks(home)
    gone, changed, new = (("crm0", week) for week in ("2025-03-10", "2025-03-03", "2025-10-13"))
    assert computed_again(home, RECORDS, "source, week_start::varchar") == [changed, gone, new]
    assert computed_again(home, PROFILE, "source, week_start::varchar") == [changed, gone, new]
    left = rows(home, "distinct measure", "source = 'crm0' and object = 'opportunity' and week_start = '2025-03-10'")
    assert left == [("largest_edit_count",)]
    compared_again = computed_again(home, PEERS, "metric, period_start::varchar")
    assert compared_again == [("calls", "2025-03-01"), ("calls", "2026-01-01"), ("win_rate", "2025-04-01")]
    # D29 was created on 4 February; the first week of June is gone
    converted = [("month", "2025-02-01"), ("quarter", "2025-01-01"), ("week", "2025-02-03")]
    without = [("month", "2025-06-01"), ("quarter", "2025-04-01")]
    periods = "period_type, period_start::varchar"
    assert computed_again(home, COUNTS, periods) == sorted([*converted, *without])
    # D2 was created on 8 January and left on 17 or 18 February
    visited = [("month", "2025-01-01"), ("week", "2025-01-06"), ("week", "2025-02-17")]
    assert computed_again(home, CONVERSIONS, periods) == sorted([*converted, *without, *visited])
    assert rows(home, "*", "period_type = 'week' and period_start = '2025-06-02'", CONVERSIONS) == []
    assert_equal_to_a_full_refresh(home)
    assert everything(home) != before


def test_a_new_day_of_extracts_and_other_segments_of_a_deal(home: Settings) -> None:
    count_weeks(home)
    mark(home)
    execute(
        home,
        "update intermediate.int_as_of_determined set as_of_date = as_of_date + 1",
        "insert into marts.fct_segment_subjects values ('opportunity', 'D29', 'team', 'T1')",
    )
    count_weeks(home)
    assert computed_again(home, RECORDS, "week_start") == []
    periods = "period_type, period_start::varchar"
    moved = [("month", "2025-02-01"), ("quarter", "2025-01-01"), ("week", "2025-02-03")]
    assert computed_again(home, COUNTS, periods) == moved
    # the horizons of the last 90 days may have passed
    ended = rows(home, f"distinct {periods}", "period_end >= date '2025-12-31' - 90", COUNTS)
    assert computed_again(home, CONVERSIONS, periods) == sorted({*moved, *ended})
    assert_equal_to_a_full_refresh(home)
