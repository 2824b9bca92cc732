"""A run as of an earlier day publishes the amounts that the restatement shows as reported on that day.

Restatement applies today's rules to the records of then; a run as of an earlier day knows only the registers of then.
Here the registers are older than the first extract, so both use the same ones."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from kuota_home import KuotaHome

from sample_company import generate

pytestmark = pytest.mark.slow
DAYS = ("2026-03-31", "2026-06-30")
# a rep without a row of restatement has today's figure, and 0 without a row of attainment
COMPARED = """
    with cutoffs as (
        select metric, period_type, period_start, period_end, days_after
        from now.marts.mart_restatement where assignee_type = 'company' and reported_on = $day
    ),
    credited as (
        select rep_id, credits.metric, period_type, period_start, sum(amount) as amount
        from past.marts.fct_metric_credits as credits
        join (select distinct metric, period_type, period_start, period_end from cutoffs) as periods
            on credits.metric = periods.metric and credited_on between period_start and period_end
        group by all
    ),
    published as (
        select
            'rep' as assignee_type, rep_id as assignee_id, metric, period_type, period_start, round(amount, 2) as amount
        from credited
        union all
        select 'company', 'company', metric, period_type, period_start, round(sum(amount), 2) from credited group by all
    ),
    keys as (
        select assignee_type, assignee_id, metric, period_type, period_start from published
        union
        select assignee_type, assignee_id, metric, period_type, period_start from now.marts.mart_quota_attainment
        union
        select assignee_type, assignee_id, metric, period_type, period_start from now.marts.mart_restatement
    ),
    compared as (
        select
            days_after,
            restated_amount,
            case
                when restated.assignee_id is not null then reported_amount
                when today.assignee_id is not null then actual_amount
                else 0
            end as said,
            coalesce(amount, 0) as amount
        from keys
        join cutoffs using (metric, period_type, period_start)
        left join now.marts.mart_restatement as restated
            using (assignee_type, assignee_id, metric, period_type, period_start, days_after)
        left join now.marts.mart_quota_attainment as today
            using (assignee_type, assignee_id, metric, period_type, period_start)
        left join published using (assignee_type, assignee_id, metric, period_type, period_start)
        where assignee_type <> 'team'
    )
    select
        days_after,
        count(*) filter (said <> 0),
        count(*) filter (restated_amount <> 0),
        count(*) filter (said <> amount)
    from compared
    group by days_after order by days_after"""


def run(kuota: KuotaHome, *arguments: str) -> None:
    ended = kuota.kuota("run", *arguments)
    assert ended.exit_code == 0, ended.complained


@pytest.fixture(scope="module")
def now(tmp_path_factory: pytest.TempPathFactory) -> KuotaHome:
    folder = tmp_path_factory.mktemp("now")
    kuota = KuotaHome(folder / "home", folder / "landing")
    generate(kuota.landing, reps=12, months=9, monthly_extracts=9, daily_extracts=2)
    registers = kuota.landing / "registers"
    min(registers.iterdir()).rename(registers / "2025-12-31")
    run(kuota)
    return kuota


@pytest.fixture(scope="module")
def published_as_of(now: KuotaHome, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The marts that a run of the same landing folder publishes as of a day."""

    def publish(day: str) -> Path:
        past = KuotaHome(tmp_path_factory.mktemp(day) / "home", now.landing)
        run(past, "--as-of", day)
        (marts,) = (past.home / "published" / "versions").glob("*/kuota.duckdb")
        return marts

    return publish


@pytest.mark.parametrize("day", DAYS)
def test_the_reported_amount_is_what_a_run_of_that_day_publishes(
    now: KuotaHome, published_as_of: Callable[[str], Path], day: str
) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{now.home / 'published' / 'marts.duckdb'}' as now (read_only)")
        connection.execute(f"attach '{published_as_of(day)}' as past (read_only)")
        rows = connection.execute(COMPARED, {"day": day}).fetchall()
    assert [days_after for days_after, *_ in rows] == [0, 7, 30]
    assert all(said > 50 and moved > 0 for _, said, moved, _ in rows[:2])
    assert [differing for *_, differing in rows] == [0, 0, 0]
