"""Figures of a sample company by id and month: of its truth, and of the published marts."""

from decimal import Decimal

from kuota_home import KuotaHome


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
