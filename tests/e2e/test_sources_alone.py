"""One company, in the plain source, in each CRM alone, and in three CRMs with a migration: the figures are those of its
truth, and the marts are the same except for the ids.

What a format does not contain is not compared. Teams, and the company's quarters that are rolled up from their quotas:
no CRM has memberships with dates. Revenue, deals and new customers by rep: HubSpot and Pipedrive have no splits. Units:
they have no lines. Pipeline created by rep: Pipedrive does not record who created a deal. Contacts and qualification of
leads: Pipedrive has neither, Salesforce has only the direction of calls and the day of conversion. The time of an
activity: a task of Salesforce has only a day. Region, role and segment: HubSpot and Pipedrive do not have them for
reps."""

from collections import Counter
from collections.abc import Callable

import pytest
import test_sample_company_run as all_at_once
from kuota_home import KuotaHome

from sample_company import Truth, generate

pytestmark = pytest.mark.slow
Sample = tuple[KuotaHome, Truth]
VARIANTS = {
    "generic": ("generic",),
    "hubspot": ("hubspot",),
    "pipedrive": ("pipedrive",),
    "salesforce": ("salesforce",),
    "three CRMs": ("hubspot", "pipedrive", "salesforce"),
}
MONTHS = "period_type = 'month' and segment_type <> 'team'"
COMPARED = {
    "deals": """
        select owner_id, pipeline, stage, is_closed, is_won, created_on, closed_on, amount, currency, amount_reporting
        from fct_opportunities""",
    "stage events": """
        select owner_id, deal.created_on, deal.amount, from_stage, to_stage, changed_at
        from fct_stage_events join fct_opportunities as deal using (opportunity_id)""",
    "activities": "select rep_id, activity_type, occurred_on from fct_activities",
    "leads": """
        select lead.owner_id, lead_source, lead.created_on, deal.amount from fct_leads as lead
        left join fct_opportunities as deal using (opportunity_id)""",
    "win rates": f"""
        select segment_id, definition, period_start, numerator, denominator, rate, rate_low, rate_high
        from mart_win_rate where {MONTHS}""",
    "funnel": f"""
        select segment_id, pipeline, "view", period_start, from_stage, to_stage, reached_count, converted_count,
            open_count, lost_count, skipped_count, regressed_count, reentered_count, converted_within_30_days,
            median_days_in_stage
        from mart_funnel_conversion where {MONTHS} and pipeline <> 'leads'""",
    "cycles": f"""
        select segment_id, outcome, period_start, deal_count, median_cycle_days, p90_cycle_days, average_amount
        from mart_sales_cycle where {MONTHS}""",
    "actuals of the company": """
        select metric, period_type, period_start, actual_amount, if(period_type = 'year', quota_amount, null)
        from mart_quota_attainment
        where assignee_id = 'company' and metric not in ('units_sold', 'leads_qualified') and period_type <> 'week'""",
    "actuals of reps": """
        select assignee_id, metric, period_type, period_start, actual_amount from mart_quota_attainment
        where assignee_type = 'rep' and actual_amount <> 0
        and metric in ('calls', 'emails', 'meetings', 'proposals')""",
    "quotas of reps": """
        select assignee_id, metric, period_type, period_start, quota_amount, quota_source from mart_quota_attainment
        where assignee_type = 'rep' and quota_amount is not null""",
}


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Sample]:
    """Each variant's home after a run, and its truth."""
    homes: dict[str, Sample] = {}

    def run(variant: str) -> Sample:
        if variant not in homes:
            folder = tmp_path_factory.mktemp(variant.replace(" ", "_"))
            kuota = KuotaHome(folder / "home", folder / "landing")
            sizes = {"reps": 12, "months": 18, "monthly_extracts": 6, "daily_extracts": 2}
            truth = generate(kuota.landing, sources=VARIANTS[variant], with_breaks=False, **sizes)
            assert {path.name for path in kuota.landing.iterdir()} == {*VARIANTS[variant], "registers", "settings.yml"}
            ended = kuota.kuota("run")
            assert ended.exit_code == 0, ended.complained
            assert f"as of {truth.as_of_date}" in ended.said
            homes[variant] = kuota, truth
        return homes[variant]

    return run


@pytest.mark.parametrize(
    "figures_are_the_generated_ones",
    [
        all_at_once.test_deals_are_won_lost_and_open_as_generated,
        all_at_once.test_revenue_won_is_the_generated_one_by_rep_team_company_and_month,
        all_at_once.test_deals_won_are_credited_by_share,
        all_at_once.test_win_rates_are_the_generated_ones_by_rep_team_company_and_month,
        all_at_once.test_cohorts_of_deals_and_leads_are_the_generated_ones_by_team_company_and_month,
        all_at_once.test_activities_are_the_generated_ones_by_type_rep_and_month,
        all_at_once.test_every_other_metric_is_the_generated_one_and_null_where_nothing_is_recorded,
        all_at_once.test_quotas_are_the_ones_calculated_by_hand,
        all_at_once.test_nothing_is_lost_and_a_misspelling_is_corrected_by_the_register,
    ],
    ids=lambda check: check.__name__.removeprefix("test_"),
)
@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_of_the_company_gives_its_own_truth(
    run_once: Callable[[str], Sample], variant: str, figures_are_the_generated_ones: Callable[[Sample], None]
) -> None:
    figures_are_the_generated_ones(run_once(variant))


@pytest.mark.parametrize("compared", COMPARED)
@pytest.mark.parametrize("variant", [name for name in VARIANTS if name != "generic"])
def test_the_same_company_gives_the_same_marts_except_for_ids(
    run_once: Callable[[str], Sample], variant: str, compared: str
) -> None:
    expected, found = (_rows(run_once(name), COMPARED[compared]) for name in ("generic", variant))
    assert found - expected == Counter()
    assert expected - found == Counter()
    assert expected.total() > 10


def _rows(sample: Sample, query: str) -> Counter[tuple[object, ...]]:
    """The rows of a query, each rep by its position in the roster."""
    kuota, truth = sample
    places: dict[object, object] = {rep_id: place for place, rep_id in enumerate(truth.rep_ids)}
    return Counter(tuple(places.get(value, value) for value in row) for row in kuota.marts(query))
