"""The sample company through the real command line: every core figure is the one that its generator worked out."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from kuota_home import KuotaHome

from sample_company import Truth, generate

CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[KuotaHome, Truth]:
    folder = tmp_path_factory.mktemp("sample")
    truth = generate(folder / "landing")
    kuota = KuotaHome(folder / "home", folder / "landing")
    ended = kuota.kuota("run")
    assert ended.exit_code == 0, ended.complained
    assert f"as of {truth.as_of_date}" in ended.said
    return kuota, truth


def by_id_and_month(figures: dict[str, dict[str, Decimal]]) -> dict[tuple[str, str], Decimal]:
    """Without the zeros."""
    return {(name, month): value for name, months in figures.items() for month, value in months.items() if value}


def actuals(kuota: KuotaHome, metric: str, assignee_type: str) -> dict[tuple[str, str], Decimal]:
    rows = kuota.marts(f"""
        select assignee_id, period_start::varchar, actual_amount from mart_quota_attainment
        where metric = '{metric}' and assignee_type = '{assignee_type}' and period_type = 'month'
        and actual_amount <> 0""")
    return {(assignee, month): amount for assignee, month, amount in rows}


def test_deals_are_won_lost_and_open_as_generated(sample: tuple[KuotaHome, Truth]) -> None:
    kuota, truth = sample
    counts = kuota.marts("""
        select count(*) filter (is_won), count(*) filter (is_closed and not is_won), count(*) filter (not is_closed)
        from fct_opportunities""")
    assert counts == [(truth.won_count, truth.lost_count, truth.open_count)]
    rate = "select numerator, denominator from mart_win_rate where segment_type = 'company' and period_type = 'month' "
    months = kuota.marts(rate + "and definition = 'won_of_closed_count'")
    assert sum(won for won, _ in months) == truth.won_count
    assert sum(closed for _, closed in months) == truth.won_count + truth.lost_count


def test_revenue_won_is_the_generated_one_by_rep_team_company_and_month(sample: tuple[KuotaHome, Truth]) -> None:
    kuota, truth = sample
    assert actuals(kuota, "revenue_won", "rep") == by_id_and_month(truth.won_amount_by_rep)
    assert actuals(kuota, "revenue_won", "team") == by_id_and_month(truth.won_amount_by_team)
    assert actuals(kuota, "revenue_won", "company") == by_id_and_month({"company": truth.won_amount_by_company})


def test_deals_won_are_credited_by_share(sample: tuple[KuotaHome, Truth]) -> None:
    kuota, truth = sample
    expected = by_id_and_month(truth.deals_won_by_rep)
    shares = kuota.marts("""
        select rep_id, date_trunc('month', closed_on)::date::varchar, sum(share) from fct_credits group by all""")
    assert {(rep, month): share for rep, month, share in shares} == expected
    rounded = {key: share.quantize(CENT, ROUND_HALF_UP) for key, share in expected.items()}
    assert actuals(kuota, "deals_won", "rep") == rounded


def win_rates(kuota: KuotaHome, definition: str, segment_type: str) -> dict[tuple[str, str], tuple[int, int]]:
    rows = kuota.marts(f"""
        select segment_id, period_start::varchar, numerator, denominator from mart_win_rate
        where definition = '{definition}' and segment_type = '{segment_type}' and period_type = 'month'
        and denominator <> 0""")
    return {(segment, month): (int(won), int(all_deals)) for segment, month, won, all_deals in rows}


def rates_by_id_and_month(rates: dict[str, dict[str, tuple[int, int]]]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(name, month): tuple(pair) for name, months in rates.items() for month, pair in months.items() if pair[1]}


def test_win_rates_are_the_generated_ones_by_rep_team_company_and_month(sample: tuple[KuotaHome, Truth]) -> None:
    kuota, truth = sample
    for definition, company, teams, reps in (
        (
            "won_of_closed_count",
            truth.won_of_closed_by_company,
            truth.won_of_closed_by_team,
            truth.won_of_closed_by_rep,
        ),
        (
            "won_of_created_count",
            truth.won_of_created_by_company,
            truth.won_of_created_by_team,
            truth.won_of_created_by_rep,
        ),
    ):
        assert win_rates(kuota, definition, "company") == rates_by_id_and_month({"company": company})
        assert win_rates(kuota, definition, "team") == rates_by_id_and_month(teams)
        assert win_rates(kuota, definition, "rep") == rates_by_id_and_month(reps)


def test_cohorts_of_deals_and_leads_are_the_generated_ones_by_team_company_and_month(
    sample: tuple[KuotaHome, Truth],
) -> None:
    kuota, truth = sample
    rows = kuota.marts("""
        select segment_id, pipeline || ': ' || from_stage || ' > ' || to_stage, period_start::varchar,
            (reached_count, converted_count, open_count, lost_count)
        from mart_funnel_conversion
        where "view" = 'cohort' and period_type = 'month' and segment_type in ('company', 'team')""")
    expected = {
        (segment, step, month): counts
        for segment, steps in truth.funnel.items()
        for step, months in steps.items()
        for month, counts in months.items()
    }
    assert {(segment, step, month): counts for segment, step, month, counts in rows} == expected
    steps = {step for steps in truth.funnel.values() for step in steps}
    assert {"leads: created > contacted", "leads: created > won", "default: Qualified > Proposal"} <= steps


def test_activities_are_the_generated_ones_by_type_rep_and_month(sample: tuple[KuotaHome, Truth]) -> None:
    kuota, truth = sample
    rows = kuota.marts("""
        select activity_type, rep_id, date_trunc('month', occurred_on)::date::varchar, count(*)
        from fct_activities group by all""")
    expected = {
        (activity_type, rep, month): count
        for activity_type, reps in truth.activities_by_rep.items()
        for rep, months in reps.items()
        for month, count in months.items()
        if count
    }
    assert {(kind, rep, month): count for kind, rep, month, count in rows} == expected


def test_every_other_metric_is_the_generated_one_and_null_where_nothing_is_recorded(
    sample: tuple[KuotaHome, Truth],
) -> None:
    kuota, truth = sample
    assert len(truth.actuals) == 8
    for metric, by_assignee in truth.actuals.items():
        rows = kuota.marts(f"""
            select assignee_id, period_start::varchar, actual_amount from mart_quota_attainment
            where metric = '{metric}' and period_type = 'month'""")
        found = {(assignee, month): amount for assignee, month, amount in rows}
        figures = by_id_and_month(by_assignee)
        assert figures.keys() - found.keys() == set(), metric
        for (assignee, month), amount in found.items():
            is_known = month not in truth.unrecorded.get(metric, {}).get(assignee, [])
            figure = figures.get((assignee, month), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
            assert amount == (figure if is_known else None), (metric, assignee, month)
    # Jayapura's calls of the first three months, and units and qualified leads where only Pipedrive's reps are
    assert kuota.marts("""
        select metric, count(*) from mart_quota_attainment
        where actual_amount is null and assignee_type = 'team' and period_type = 'month'
        group by all order by all""") == [
        *((metric, 3) for metric in ("calls", "emails")),
        ("leads_qualified", 48),
        *((metric, 3) for metric in ("meetings", "proposals")),
        ("units_sold", 48),
    ]


def test_money_ties_from_the_credits_of_a_deal_to_the_company(sample: tuple[KuotaHome, Truth]) -> None:
    kuota, truth = sample
    untied = kuota.marts("""
        select opportunity_id from fct_opportunities as deal join fct_credits as credit using (opportunity_id)
        group by opportunity_id, amount_reporting
        having sum(share) <> 1 or sum(credited_amount) <> amount_reporting""")
    assert untied == []
    assert kuota.marts("select count(distinct opportunity_id) from fct_credits") == [(truth.won_count,)]
    split = kuota.marts("select count(*) from fct_credits where share < 1")
    assert split[0][0] > 0
    sums = {
        period: kuota.marts(f"""
            select assignee_type, sum(actual_amount) from mart_quota_attainment
            where metric = 'revenue_won' and period_type = '{period}' and assignee_type <> 'team'
            group by all order by all""")
        for period in ("week", "month", "quarter", "year")
    }
    total = sum(truth.won_amount_by_company.values())
    assert sums == {period: [("company", total), ("rep", total)] for period in sums}


def test_deals_of_nobody_count_for_the_company_and_in_no_team(sample: tuple[KuotaHome, Truth]) -> None:
    kuota, truth = sample
    unassigned = sum(truth.won_amount_by_rep["unassigned"].values())
    assert unassigned > 0
    assert kuota.marts("""
        select count(team_id), sum(credited_amount) from fct_credits where rep_id = 'unassigned'""") == [
        (0, unassigned)
    ]
    parent = kuota.marts("""
        select sum(actual_amount) from mart_quota_attainment
        where assignee_id = 'generic:T-ID' and metric = 'revenue_won' and period_type = 'month'""")
    assert parent == [(sum(truth.won_amount_by_company.values()) - unassigned,)]


def test_quotas_are_the_ones_worked_out_by_hand(sample: tuple[KuotaHome, Truth]) -> None:
    kuota, truth = sample
    sources = {"rolled up by the day": "rolled_up_members"}
    for case in truth.quota_cases:
        found = kuota.marts(f"""
            select quota_amount, quota_source, is_partial_quota from mart_quota_attainment
            where assignee_type = '{case.assignee_type}' and assignee_id = '{case.assignee}'
            and metric = '{case.metric}' and period_type = '{case.period_type}'
            and period_start = '{case.period_start}'""")
        assert found == [(case.quota_amount, sources.get(case.why, "assigned"), False)], case


def test_nothing_is_lost_and_a_misspelling_is_mended_by_the_register(sample: tuple[KuotaHome, Truth]) -> None:
    kuota, truth = sample
    assert (
        kuota.quality("""
        select source_file from load_ledger
        where rows_read <> rows_kept + rows_unchanged + rows_quarantined or rows_quarantined <> 0""")
        == []
    )
    assert kuota.marts("select count(*) from fct_activities where activity_type = 'metting'") == [(0,)]
    # planned ones have not occurred, doubled ones count once
    count = truth.activity_count
    assert kuota.marts("select count(*), count(distinct activity_id) from fct_activities") == [(count, count)]
