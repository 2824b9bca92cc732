"""Figures of a sample company from its truth, from the published marts, and from the files of its plain source."""

import math
from datetime import date
from decimal import Decimal

import duckdb
from kuota_home import KuotaHome
from scipy.stats import binomtest

from sample_company import Truth

# each bottleneck with its own counts, those of all others, and the widest gap of its segment
WIDEST_GAPS = """
    with gaps as (
        select own.*, own.conversion_rate - company.conversion_rate as gap,
            company.reached_count - own.reached_count as rest_reached,
            company.converted_count - own.converted_count as rest_converted
        from mart_funnel_conversion as own
        join mart_funnel_conversion as company
        using (subject_type, pipeline, "view", period_type, period_start, from_stage, to_stage)
        where company.segment_type = 'company' and "view" = 'cohort'
        and not (from_stage in ('created', 'Prospecting') and to_stage in ('won', 'Won'))
    ), widest as (
        select segment_id, pipeline, period_type, period_start, min(gap) as gap from gaps group by all
    )
    select bottleneck.reached_count, bottleneck.converted_count, rest_reached, rest_converted,
        widest.gap, bottleneck.gap, gap_low, gap_high
    from mart_funnel_bottleneck as bottleneck
    join widest using (segment_id, pipeline, period_type, period_start)
    join gaps using (segment_id, pipeline, period_type, period_start, from_stage, to_stage)
"""


def by_id_and_month(figures: dict[str, dict[str, Decimal]]) -> dict[tuple[str, str], Decimal]:
    """Without the zeros."""
    return {(name, month): value for name, months in figures.items() for month, value in months.items() if value}


def actuals(kuota: KuotaHome, metric: str, assignee_type: str) -> dict[tuple[str, str], Decimal]:
    rows = kuota.marts(f"""
        select assignee_id, period_start::varchar, actual_amount from mart_quota_attainment
        where metric = '{metric}' and assignee_type = '{assignee_type}' and period_type = 'month'
        and actual_amount <> 0""")
    return {(assignee, month): amount for assignee, month, amount in rows}


def win_rates(kuota: KuotaHome, definition: str, segment_type: str) -> dict[tuple[str, str], tuple[int, int]]:
    rows = kuota.marts(f"""
        select segment_id, period_start::varchar, numerator, denominator from mart_win_rate
        where definition = '{definition}' and segment_type = '{segment_type}' and period_type = 'month'
        and denominator <> 0""")
    return {(segment, month): (int(won), int(all_deals)) for segment, month, won, all_deals in rows}


def rates_by_id_and_month(rates: dict[str, dict[str, tuple[int, int]]]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(name, month): tuple(pair) for name, months in rates.items() for month, pair in months.items() if pair[1]}


def cohorts(kuota: KuotaHome) -> dict[tuple[str, str, str], tuple[int, int, int, int]]:
    """Reached, converted, open and lost by team or company, step and month."""
    rows = kuota.marts("""
        select segment_id, pipeline || ': ' || from_stage || ' > ' || to_stage, period_start::varchar,
            (reached_count, converted_count, open_count, lost_count)
        from mart_funnel_conversion
        where "view" = 'cohort' and period_type = 'month' and segment_type in ('company', 'team')""")
    return {(segment, step, month): counts for segment, step, month, counts in rows}


def cohorts_of(truth: Truth) -> dict[tuple[str, str, str], tuple[int, int, int, int]]:
    return {
        (segment, step, month): counts
        for segment, steps in truth.funnel.items()
        for step, months in steps.items()
        for month, counts in months.items()
    }


def newcombes_interval(reached: int, converted: int, rest_reached: int, rest_converted: int) -> tuple[float, float]:
    """The interval of the difference between a share and that of the rest, scaled to the difference from the share of
    all."""
    own, rest = (
        binomtest(converted, reached).proportion_ci(method="wilson"),
        binomtest(rest_converted, rest_reached).proportion_ci(method="wilson"),
    )
    share, rest_share = converted / reached, rest_converted / rest_reached
    scale = rest_reached / (reached + rest_reached)
    down = math.hypot(share - own.low, rest.high - rest_share)
    up = math.hypot(own.high - share, rest_share - rest.low)
    return scale * (share - rest_share - down), scale * (share - rest_share + up)


def activities_of(truth: Truth) -> dict[tuple[str, str, str], int]:
    """By type, rep and month, without the zeros."""
    return {
        (activity_type, rep, month): count
        for activity_type, reps in truth.activities_by_rep.items()
        for rep, months in reps.items()
        for month, count in months.items()
        if count
    }


def waits_of_leads(kuota: KuotaHome, truth: Truth) -> dict[str, float]:
    """Minutes from each lead's creation to the first outbound activity on it, from the newest files."""
    folder = kuota.landing / "generic" / truth.as_of_date
    waits = duckdb.sql(f"""
        select
            'generic:' || leads.lead_id,
            round(epoch(min(activities.occurred_at::timestamptz) - any_value(leads.created_at::timestamptz)) / 60, 2)
        from read_csv('{folder}/leads*', all_varchar = true) as leads
        inner join read_csv('{folder}/activities*', all_varchar = true, union_by_name = true) as activities
            on leads.lead_id = activities.lead_id and activities.direction = 'outbound'
        group by leads.lead_id""")
    return dict(waits.fetchall())


def days_of_reps(kuota: KuotaHome, truth: Truth) -> list[tuple[str, date, int, int, int, int]]:
    """Calls, e-mails, meetings and proposals by rep and day, from the newest files."""
    folder = kuota.landing / "generic" / truth.as_of_date
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'Asia/Jakarta'")
        return connection.execute(f"""
            select
                'generic:' || rep_id, occurred_at::timestamptz::date, count(*) filter (type = 'call'),
                count(*) filter (type = 'email'), count(*) filter (type in ('meeting', 'metting')),
                count(*) filter (type = 'proposal')
            from read_csv('{folder}/activities*', all_varchar = true, union_by_name = true)
            group by all""").fetchall()
