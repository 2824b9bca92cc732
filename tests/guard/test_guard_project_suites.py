"""The project's own suites on small tables in which one thing is wrong."""

import json
from pathlib import Path

import pytest

from orchestration import warehouse
from orchestration.guard import CheckResult, validate
from orchestration.settings import Settings

CURRENT = "null::timestamp as _superseded_at, false as _is_tombstone"

RAW = f"""
create table raw.crm_sales__opportunity as
select *, {CURRENT}
from (values
    ('A', 'Ann', 'GTX Pro', 'Won', '3/1/2017', '4/1/2017', '100'),
    ('B', 'Ann', 'GTXPro', 'Won', '10/1/2017', '11/1/2017', '100'),
    ('C', 'Bob', 'GTX Pro', 'Parked', '3/1/2017', null, null),        -- a stage and an agent nobody knows
    ('D', 'Ann', 'GTK', 'Lost', '3/1/2017', '12/1/2017', '-1'),       -- a product nobody knows, a negative amount
    ('E', 'Ann', 'GTX Pro', 'Lost', '3/1/2017', null, null)           -- lost on no day
) as rows (opportunity_id, sales_agent, product, deal_stage, engage_date, close_date, close_value);
create table raw.crm_sales__rep as select 'Ann' as sales_agent, 'Max' as manager, {CURRENT};
create table raw.crm_sales__product as select 'GTX Pro' as product, '550' as sales_price, {CURRENT};
create table raw.registers__value_map as
select 'crm_sales' as source, 'opportunity' as object, 'product' as field, 'GTXPro' as source_value, 'GTX Pro' as value,
    {CURRENT};
create table raw.registers__stage_map as
select 'crm_sales' as source, unnest(['Won', 'Lost']) as source_stage, {CURRENT};
"""

MARTS = """
create schema marts;
create table marts.fct_opportunities as
select *, 'Won' as stage, is_won as is_closed, date '2017-03-01' as created_on
from (values
    ('crm:1', true, date '2017-02-28'),    -- closes before it was created
    ('crm:2', true, null),                 -- won on no day
    ('crm:3', false, null)
) as rows (opportunity_id, is_won, closed_on);
create table marts.fct_credits as
select *
from (values ('crm:1', 'r1', 0.5), ('crm:1', 'r2', 0.5), ('crm:2', 'r1', 1.5)) as rows (opportunity_id, rep_id, share);
create table marts.mart_quota_attainment as
select
    *, date '2017-03-31' as period_end, 0.5 as elapsed_ratio, 'unknown' as collection_status,
    'unknown' as comparability, 'unknown' as comparability_year_ago, 'A' as observation_status
from (values
    ('company', 'company', 'revenue_won', 'month', date '2017-03-01', 110.00::decimal(18, 2), 220.00, 0.5),
    ('rep', 'r1', 'revenue_won', 'month', date '2017-03-01', 60.00, 120.00, 0.6),    -- 60 of 120 is a half
    ('rep', 'unassigned', 'revenue_won', 'month', date '2017-03-01', 50.00, null, null),
    ('team', 't1', 'revenue_won', 'month', date '2017-03-01', 60.00, 0, null)
) as rows (
    assignee_type, assignee_id, metric, period_type, period_start, actual_amount, quota_amount, attainment_ratio
);
create table marts.mart_win_rate as
select
    *, 'company' as segment_type, 'company' as segment_id, 'won_of_closed_count' as definition, 'month' as period_type,
    null as rate_low, null as rate_high, 'unknown' as collection_status, 'unknown' as comparability,
    'unknown' as comparability_year_ago, 'A' as observation_status
from (values
    (date '2017-01-01', 3, 3, 0.0),    -- wins and no losses are 1
    (date '2017-02-01', 3, 2, 1.5),    -- more wins than deals
    (date '2017-03-01', 0, 0, null)
) as rows (period_start, numerator, denominator, rate);
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], CheckResult]:
    home: Path = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, landing=home, warehouse=home / "kuota.duckdb")
    with warehouse.connect(settings.warehouse) as connection:
        connection.execute(RAW + MARTS)
    found = validate(settings, "raw", run_id="run", targets=["raw.crm_sales__opportunity"])
    marts = ["fct_opportunities", "fct_credits", "mart_quota_attainment", "mart_win_rate"]
    found += validate(settings, "marts", run_id="run", targets=[f"marts.{it}" for it in marts])
    return {(it.target, it.check_name): it for it in found}


@pytest.mark.parametrize(
    ("target", "check", "severity", "column", "values"),
    [
        ("raw.crm_sales__opportunity", "gx_closed_deal_has_a_close_date", "warning", "opportunity_id", ["E"]),
        ("raw.crm_sales__opportunity", "gx_sales_agent_is_known", "warning", "sales_agent", ["Bob"]),
        ("raw.crm_sales__opportunity", "gx_product_is_known", "warning", "product", ["GTK"]),
        ("raw.crm_sales__opportunity", "gx_close_value_is_not_negative", "warning", "close_value", ["-1"]),
        ("marts.fct_opportunities", "gx_won_deal_has_a_close_date", "warning", "opportunity_id", ["crm:2"]),
        ("marts.fct_opportunities", "gx_deal_closes_on_or_after_its_creation", "warning", "opportunity_id", ["crm:1"]),
        ("marts.fct_credits", "gx_share_is_a_fraction", "critical", "opportunity_id", ["crm:2"]),
        (
            *("marts.mart_quota_attainment", "gx_attainment_is_actual_divided_by_quota", "critical"),
            *("assignee_id", ["r1"]),
        ),
        ("marts.mart_win_rate", "gx_wins_without_losses_are_a_rate_of_one", "critical", "period_start", ["2017-01-01"]),
        ("marts.mart_win_rate", "gx_rate_is_a_fraction_of_its_deals", "critical", "period_start", ["2017-02-01"]),
    ],
)
def test_what_is_wrong_is_found_and_nothing_else(
    results: dict[tuple[str, str], CheckResult], target: str, check: str, severity: str, column: str, values: list[str]
) -> None:
    result = results[target, check]
    assert (result.status, result.severity) == ("failed", severity)
    assert [row[column] for row in json.loads(result.sample_keys or "[]")] == values


def test_the_other_checks_pass(results: dict[tuple[str, str], CheckResult]) -> None:
    failed = {check for (_, check), result in results.items() if result.status == "failed"}
    errored = {key: result.observed for key, result in results.items() if result.status == "errored"}
    assert errored == {}
    assert len(failed) == 10
