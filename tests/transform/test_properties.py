"""Properties that hold for every company, on random small ones: the compiled models, run in memory."""

from random import Random
from typing import Any

import pytest
from compiled_project import SETTINGS, incremental_queries
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from memory_warehouse import MemoryWarehouse
from random_companies import Company, companies, damaged, newcomers

# the same examples in every run; a failing company is shown as it was found, because to shrink it takes minutes
FEW = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)
# where an example builds two companies
FEWER = settings(FEW, max_examples=15)

KEYS = "metric, period_type, period_start, id"
MARTS = ("mart_quota_attainment", "mart_win_rate", "mart_sales_cycle", "mart_funnel_conversion")
OF_THE_FUNNEL = (
    *("mart_funnel_breakdown", "mart_funnel_bottleneck", "mart_funnel_flag", "mart_loss_reason"),
    *("mart_pipeline_stage", "mart_pipeline_health", "mart_pipeline_change"),
)
ATTAINMENT = "select metric, period_type, period_start, {id} as id, {amount} as amount from marts.mart_quota_attainment"
ACTUALS_OF_REPS = ATTAINMENT.format(id="assignee_id", amount="actual_amount") + " where assignee_type = 'rep'"
ACTUALS_OF_TEAMS = ATTAINMENT.format(id="assignee_id", amount="actual_amount") + " where assignee_type = 'team'"
ACTUALS_OF_THE_COMPANY = ATTAINMENT.format(id="'company'", amount="actual_amount") + " where assignee_type = 'company'"
PARENTS = """
    select 'generic:' || team_key as team_id, 'generic:' || parent_team_reference as parent_team_id
    from staging.stg_generic__teams
"""
CREDITS = """
    select metric, period_type, period_start, team_id as id, sum(amount) as amount
    from marts.fct_metric_credits
    inner join intermediate.int_period_dates_expanded on credited_on = date_day
    group by metric, period_type, period_start, team_id
"""


@FEW
@given(company=companies())
def test_sums_parts_and_rates_agree(warehouse: MemoryWarehouse, company: Company) -> None:
    """One build per company, which every property of it reads."""
    warehouse.build(company, *MARTS, *OF_THE_FUNNEL, "dim_dates", "fct_credits", "fct_opportunities")
    reps_teams_and_the_company_have_the_same_actuals(warehouse)
    months_are_the_quarter_and_quarters_the_year(warehouse)
    a_split_deal_counts_once(warehouse)
    numerators_are_within_denominators(warehouse)
    what_reached_a_stage_went_on_is_open_or_was_lost(warehouse)
    breakdowns_of_the_company_are_complete(warehouse)


def reps_teams_and_the_company_have_the_same_actuals(warehouse: MemoryWarehouse) -> None:
    in_the_company = ACTUALS_OF_REPS.replace("assignee_id", "'company'", 1)
    assert _unequal(warehouse, whole=ACTUALS_OF_THE_COMPANY, parts=in_the_company) == []

    below = f"select actuals.* replace (parent_team_id as id) from ({ACTUALS_OF_TEAMS}) as actuals"
    below += f" inner join ({PARENTS}) on id = team_id"
    in_teams = f"{below} where parent_team_id is not null union all from ({CREDITS}) where id is not null"
    assert _unequal(warehouse, whole=ACTUALS_OF_TEAMS, parts=in_teams) == []

    without_a_parent = f"{below} where parent_team_id is null union all from ({CREDITS}) where id is null"
    at_the_top = f"select * replace ('company' as id) from ({without_a_parent})"
    assert _unequal(warehouse, whole=ACTUALS_OF_THE_COMPANY, parts=at_the_top) == []


def months_are_the_quarter_and_quarters_the_year(warehouse: MemoryWarehouse) -> None:
    for shorter, longer, start in (("month", "quarter", "quarter_start"), ("quarter", "year", "fiscal_year_start")):
        actuals = ATTAINMENT.format(id="assignee_type || assignee_id", amount="actual_amount")
        shorter_periods = f"""
            select parts.* replace ('{longer}' as period_type, {start} as period_start)
            from ({{}}) as parts
            inner join marts.dim_dates on period_start = "date"
        """
        parts = shorter_periods.format(f"{actuals} where period_type = '{shorter}'")
        assert _unequal(warehouse, whole=f"{actuals} where period_type = '{longer}'", parts=parts) == []

        # its own shorter periods alone: one that its members fill counts for the members
        quotas = actuals.replace("actual_amount", "quota_amount")
        rolled_up = "quota_source = 'rolled_up_periods' and quota_amount is not null"
        whole = f"{quotas} where period_type = '{longer}' and {rolled_up}"
        own = f"{quotas} where period_type = '{shorter}' and quota_source in ('assigned', 'rolled_up_periods')"
        parts = f"from ({shorter_periods.format(own)}) semi join ({whole}) using ({KEYS})"
        assert _unequal(warehouse, whole=whole, parts=parts) == []


@FEW
@given(company=companies())
def test_what_reps_are_assigned_rolls_up_to_the_company(warehouse: MemoryWarehouse, company: Company) -> None:
    plan = [row for row in company["stg_registers__quotas"] if row["assignee_type"] == "rep"]
    warehouse.build(company | {"stg_registers__quotas": plan}, "mart_quota_attainment")
    quotas = ATTAINMENT.format(id="'company'", amount="quota_amount")
    company_quotas = f"{quotas} where assignee_type = 'company' and quota_source is not null"
    # where one of them has no rate the sum is unknown
    unknown = f"{company_quotas} and quota_amount is null"
    parts = f"from ({quotas} where assignee_type = 'rep') anti join ({unknown}) using ({KEYS})"
    assert _unequal(warehouse, whole=f"{company_quotas} and quota_amount is not null", parts=parts) == []


def _unequal(warehouse: MemoryWarehouse, *, whole: str, parts: str) -> list[tuple[Any, ...]]:
    """Where an amount is not the sum of its parts; shares and quantities are rounded in each row, money already was."""
    return warehouse.rows(
        f"""
        with summed as (
            select {KEYS}, sum(amount) as amount, count(*) as part_count
            from ({parts})
            group by {KEYS}
        )
        select {KEYS}, whole.amount, summed.amount
        from ({whole}) as whole
        full join summed using ({KEYS})
        inner join intermediate.metrics using (metric)
        where
            abs(coalesce(whole.amount, 0) - coalesce(summed.amount, 0))
            > case when is_money then 0 else 0.005 * (coalesce(part_count, 0) + 1) end
        """
    )


def a_split_deal_counts_once(warehouse: MemoryWarehouse) -> None:
    assert (
        warehouse.rows(
            """
        select opportunity_id, sum(share), sum(credited_amount), any_value(amount_reporting)
        from marts.fct_opportunities
        left join marts.fct_credits using (opportunity_id)
        where is_won and fct_opportunities.closed_on is not null
        group by opportunity_id
        having sum(share) is distinct from 1 or sum(credited_amount) is distinct from any_value(amount_reporting)
        """
        )
        == []
    )
    won = "select count(*) from marts.fct_opportunities where is_won and closed_on is not null"
    credited = "select coalesce(sum(actual_amount), 0) from marts.mart_quota_attainment"
    credited += " where metric = 'deals_won' and assignee_type = 'company' and period_type = 'month'"
    rated = "select coalesce(sum(numerator), 0) from marts.mart_win_rate"
    rated += " where definition = 'won_of_closed_count' and period_type = 'month' and segment_type = "
    counts = [warehouse.rows(query)[0][0] for query in (won, credited, f"{rated} 'rep'", f"{rated} 'company'")]
    assert len(set(counts)) == 1, counts


def numerators_are_within_denominators(warehouse: MemoryWarehouse) -> None:
    """Amounts below 0 are a share of nothing: where there is one, the rate is null."""
    below_0 = """
        select 1
        from marts.fct_win_rate_deals as deals
        inner join marts.fct_segment_subjects as subjects on deals.opportunity_id = subjects.subject_id
        where
            subjects.subject_type = 'opportunity' and subjects.segment_type = rates.segment_type
            and subjects.segment_id = rates.segment_id and deals.definition = rates.definition
            and deals.counted_on between rates.period_start and rates.period_end and deals.in_denominator < 0
    """
    assert (
        warehouse.rows(
            f"""
        from marts.mart_win_rate as rates
        where
            (rate is not null or definition <> 'won_of_closed_amount') and not numerator between 0 and denominator
            or not rate between coalesce(rate_low, 0) and coalesce(rate_high, 1)
            or not (rate_low >= 0 and rate_high <= 1)
            or (rate is null)
            <> (numerator is null or denominator is null or denominator = 0 or exists ({below_0}))
        """
        )
        == []
    )


def what_reached_a_stage_went_on_is_open_or_was_lost(warehouse: MemoryWarehouse) -> None:
    assert (
        warehouse.rows(
            """
        from marts.mart_funnel_conversion
        where "view" = 'cohort' and (
            reached_count <> converted_count + open_count + lost_count
            or least(converted_count, open_count, lost_count, skipped_count, regressed_count, reentered_count) < 0
            or greatest(skipped_count, regressed_count, reentered_count) > reached_count
            or converted_within_30_days > converted_within_60_days
            or converted_within_60_days > converted_within_90_days
            or converted_within_90_days > converted_count
        )
        """
        )
        == []
    )


@FEWER
@given(company=companies(recorded=True), newcomer=newcomers())
def test_an_unrelated_rep_changes_nobody_else(warehouse: MemoryWarehouse, company: Company, newcomer: Company) -> None:
    others = "{0}_type <> 'company' and {0}_id not in ('generic:zoe', 'generic:island')"
    segments = {mart: others.format("assignee" if mart == "mart_quota_attainment" else "segment") for mart in MARTS}
    warehouse.build(company, *MARTS)
    alone = {mart: warehouse.contents(mart, where=where) for mart, where in segments.items()}
    warehouse.build({model: [*rows, *newcomer.get(model, ())] for model, rows in company.items()}, *MARTS)
    assert {mart: warehouse.contents(mart, where=where) for mart, where in segments.items()} == alone


def breakdowns_of_the_company_are_complete(warehouse: MemoryWarehouse) -> None:
    figures = "sum(reached_count), sum(converted_count), sum(open_count), sum(lost_count)"
    keys = """subject_type, pipeline, "view", period_type, period_start, from_stage, to_stage"""
    whole = f"select {keys}, {figures} from marts.mart_funnel_conversion where {{}} group by all order by all"
    parts = (
        f"select {keys}, {figures} from marts.mart_funnel_breakdown where dimension = '{{}}' group by all order by all"
    )
    of_deals = whole.format("segment_type = 'company' and subject_type = 'opportunity'")
    assert warehouse.rows(parts.format("lead_source")) == warehouse.rows(whole.format("segment_type = 'company'"))
    assert warehouse.rows(parts.format("product_family")) == warehouse.rows(of_deals)
    assert warehouse.rows(parts.format("deal_size")) == warehouse.rows(of_deals)

    lost = "select coalesce(sum(lost_count), 0) from marts.mart_loss_reason where segment_type = 'company'"
    closed = "select coalesce(sum(denominator - numerator), 0) from marts.mart_win_rate where segment_type = 'company'"
    closed += " and definition = 'won_of_closed_count'"
    assert warehouse.rows(lost) == warehouse.rows(closed)
    still_open = "select count(*), sum(amount_reporting) from marts.fct_opportunities where not is_closed"
    by_stage = "select coalesce(sum(open_count), 0), sum(open_amount) from marts.mart_pipeline_stage"
    assert warehouse.rows(f"{by_stage} where segment_type = 'company'") == warehouse.rows(still_open)


@pytest.mark.slow
@FEWER
@given(company=companies(), random=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(warehouse: MemoryWarehouse, company: Company, random: Random) -> None:
    marts = (*MARTS, "fct_credits", "fct_opportunities", "fct_stage_events", "mart_rep_comparison", "mart_exclusion")
    marts += OF_THE_FUNNEL
    warehouse.build(company, *marts)
    in_order = {mart: _without_rows(warehouse, mart) for mart in marts}
    warehouse.build({model: random.sample(rows, len(rows)) for model, rows in company.items()}, *marts)
    assert {mart: _without_rows(warehouse, mart) for mart in marts} == in_order


def _without_rows(warehouse: MemoryWarehouse, mart: str) -> list[tuple[Any, ...]]:
    """The mart without the line number that a row was read from."""
    columns = [name for (name,) in warehouse.rows(f"select column_name from (describe marts.{mart})")]
    kept = ", ".join(f'"{name}"' for name in columns if name != "source_row")
    return warehouse.rows(f"select {kept} from marts.{mart} order by all")


@pytest.fixture(scope="module")
def additions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each model with a unique_key adds to the table that it has."""
    return incremental_queries(tmp_path_factory, SETTINGS)


@pytest.mark.slow
@FEWER
@given(company=companies(recorded=True), random=st.randoms(use_true_random=False))
def test_what_is_kept_of_an_earlier_build_is_what_a_full_one_makes(
    warehouse: MemoryWarehouse, additions: dict[str, str], company: Company, random: Random
) -> None:
    """Where rows come late, change or go: incremental equals full."""
    part = {model: [row for row in rows if random.random() < 0.9] for model, rows in company.items()}
    steps = [company, damaged(part, random), part, company]
    warehouse.build(steps[0], *additions)
    for now in steps[1:]:
        warehouse.build_on_top(now, additions)
        kept = {model: warehouse.rows(f"from intermediate.{model} order by all") for model in additions}
        warehouse.build(now, *additions)
        assert {model: warehouse.rows(f"from intermediate.{model} order by all") for model in additions} == kept


# By metric, the records that it is about, and those that it counts.
IN_PERIODS = "between '2005-06-30' and '2030-06-30'"
RECORD = "select {} as id, source_file, source_row from intermediate.{} where known_to is null"
DEALS = RECORD.format("opportunity_id", "int_opportunity_history")
CLOSED, WON, OPEN = (f"{DEALS} and {condition}" for condition in ("is_closed", "is_won", "not is_closed"))
RECORDED = "(select min(recorded_from) from intermediate.int_metrics_recorded where metric = 'units_sold')"
LEADS = RECORD.format("lead_id", "int_lead_history")
ACTIVITIES = RECORD.format("activity_id", "int_activity_history")
COUNTED_DEALS = "select opportunity_id as id from marts.fct_opportunities where true"
CREDITED = f"select object_id as id from marts.fct_metric_credits where credited_on {IN_PERIODS} and metric = "
RATED = f"select opportunity_id as id from marts.fct_win_rate_deals where counted_on {IN_PERIODS} and in_denominator "
RATED += "is not null and not is_denominator_unknown and definition = "
COUNTED = {
    "revenue_won": (WON, f"{CREDITED} 'revenue_won'"),
    "deals_won": (WON, f"{CREDITED} 'deals_won'"),
    "units_sold": (f"{WON} and closed_on >= {RECORDED}", f"{CREDITED} 'units_sold'"),
    "pipeline_created": (DEALS, f"{CREDITED} 'pipeline_created'"),
    "win_rate": (CLOSED, f"{RATED} 'won_of_closed_count'"),
    "won_of_closed_amount": (CLOSED, f"{RATED} 'won_of_closed_amount'"),
    "won_of_created_count": (DEALS, f"{RATED} 'won_of_created_count'"),
    "won_within_90_days_of_created": (DEALS, f"{RATED} 'won_within_90_days_of_created'"),
    "average_won_amount": (WON, f"{COUNTED_DEALS} and closed_on is not null and amount_reporting is not null"),
    "median_cycle_days": (CLOSED, f"{COUNTED_DEALS} and closed_on >= created_on"),
    "funnel_conversion": (DEALS, "select opportunity_id as id from marts.fct_stage_events"),
    # one that has no amount yet is in unknown_amount_count
    "pipeline_coverage": (f"{OPEN} and amount is not null", f"{COUNTED_DEALS} and amount_reporting is not null"),
    "leads_qualified": (f"{LEADS} and qualified_on is not null", f"{CREDITED} 'leads_qualified'"),
    **{
        f"{name}s": (f"{ACTIVITIES} and activity_type = '{name}'", f"{CREDITED} '{name}s'")
        for name in ("call", "email", "meeting", "proposal")
    },
}


@FEWER
@given(company=companies(), random=st.randoms(use_true_random=False))
def test_every_record_counts_or_is_listed(warehouse: MemoryWarehouse, company: Company, random: Random) -> None:
    """By metric, each record that it is about counts or is in the ledger with that metric, and not both."""
    marts = ("mart_exclusion", "mart_quota_attainment", "fct_win_rate_deals", "fct_opportunities", "fct_stage_events")
    warehouse.build(damaged(company, random), *marts, "int_metrics_recorded")
    for metric, (records, counted) in COUNTED.items():
        assert (
            warehouse.rows(
                f"""
            with listed as (
                select distinct source_file, source_row, true as is_listed
                from marts.mart_exclusion
                where excluded_from = 'all' or list_contains(string_split(excluded_from, ','), '{metric}')
            )
            select '{metric}', records.id, counted.id is not null as is_counted
            from ({records}) as records
            left join (select distinct id from ({counted})) as counted using (id)
            left join listed using (source_file, source_row)
            where
                (counted.id is null and is_listed is null)
                -- of the funnel a deal may be out of its last step alone
                or (counted.id is not null and is_listed and '{metric}' <> 'funnel_conversion')
            """
            )
            == []
        )
    # one revision without a rate makes the quota unknown
    plan = "(assignee_type, assignee_id, metric, period_type, period_start)"
    quotas = f"""
        with quotas as (
            select quotas.*, listed.reason as listed_as
            from intermediate.int_quotas_validated as quotas
            left join marts.mart_exclusion as listed
                on listed.object = 'quota' and quotas.source_row = listed.source_row
        )
        select source_row from quotas
        anti join (from quotas where listed_as is not null) using {plan}
        anti join (
            from marts.mart_quota_attainment where quota_source = 'assigned' and quota_amount is not null
        ) using {plan}
        where listed_as is null
    """
    assert warehouse.rows(quotas) == []
    lines = """
        select parts.source_row
        from intermediate.int_opportunity_parts as parts
        anti join marts.mart_exclusion as listed using (source_file, source_row)
        semi join marts.fct_opportunities on parts.opportunity_id = fct_opportunities.opportunity_id and is_won
        where parts.part = 'line' and parts.known_to is null and parts.quantity is null
    """
    assert warehouse.rows(lines) == []
