"""What the collection profile, which is counted week by week, keeps of an earlier build, and when it keeps nothing."""

from pathlib import Path
from typing import Any

import pytest
from compiled_project import give_parsed_project, home_settings
from dbt_child import dbt

from orchestration.settings import Settings
from orchestration.warehouse import connect

PROFILE = "int_collection_profiles_counted"
MODELS = ("collection_measures", "int_collection_records_assigned", PROFILE)
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
    create table intermediate.int_collection_deliveries as
    select source, object, dated_by, record_key, dated_on + 3 as delivered_on
    from intermediate.int_collection_deal_records
    """,
)


@pytest.fixture
def home(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A warehouse with the records of a profile and nothing else."""
    settings = home_settings(tmp_path)
    settings.landing.mkdir()
    give_parsed_project(tmp_path_factory, settings)
    execute(settings, "create schema intermediate", DEALS, LEADS, EDITS, *REST)
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


def profile(settings: Settings, columns: str = "*", where: str = "true") -> list[tuple[Any, ...]]:
    """Rows of the profile, in order."""
    with connect(settings.warehouse, read_only=True) as connection:
        query = f"select {columns} from intermediate.{PROFILE} where {where} order by all"
        return connection.execute(query).fetchall()


def test_weeks_that_changed_are_counted_again_and_no_others(home: Settings) -> None:
    count_weeks(home)
    before = profile(home)
    assert before
    # a mark on each row: a row that is counted again has none
    execute(home, f"update intermediate.{PROFILE} set row_count = row_count + 1000000")
    deals = "intermediate.int_collection_deal_records"
    execute(
        home,
        # a deal has another amount, a week is gone but for its edits, and a new week has come
        f"update {deals} set quantity = 99 where dated_on between '2025-03-03' and '2025-03-09' and record_key = 'K56'",
        f"delete from {deals} where source = 'crm0' and dated_on between '2025-03-10' and '2025-03-16'",
        f"insert into {deals} select * replace (dated_on + 273 as dated_on) from {deals} "
        "where source = 'crm0' and dated_on between '2025-01-13' and '2025-01-19'",
    )
    count_weeks(home)
    counted_again = profile(home, "distinct source, week_start::varchar", "row_count < 1000000")
    gone, changed, new = (("crm0", week) for week in ("2025-03-10", "2025-03-03", "2025-10-13"))
    assert counted_again == [changed, gone, new]
    left = profile(home, "distinct measure", "source = 'crm0' and object = 'opportunity' and week_start = '2025-03-10'")
    assert left == [("largest_edit_count",)]
    execute(home, f"update intermediate.{PROFILE} set row_count = row_count - 1000000 where row_count > 1000000")
    kept = profile(home)
    count_weeks(home, "--full-refresh")
    assert kept == profile(home)
    assert kept != before
