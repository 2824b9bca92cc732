"""`kuota explain` on a published home: from a number to the file and row, and one clear line if that is not
possible."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from dirty_landing import DAY
from kuota_home import Ended, KuotaHome

DEALS = f"generic/{DAY}/opportunities.csv"


@pytest.fixture
def kuota(dirty_run: tuple[KuotaHome, Ended]) -> KuotaHome:
    kuota, ended = dirty_run
    assert ended.exit_code == 0, ended.complained
    return kuota


@pytest.fixture
def changed(kuota: KuotaHome, tmp_path: Path) -> KuotaHome:
    """A copy of what is published, to be changed."""
    shutil.copytree(kuota.home / "published", tmp_path / "published")
    return KuotaHome(tmp_path, kuota.landing)


def test_an_attainment_is_explained_by_deals_quota_rows_and_exclusions(kuota: KuotaHome) -> None:
    ended = kuota.kuota("explain", "attainment", "--assignee", "ann able", "--period", "2026-01")
    assert (ended.exit_code, ended.complained) == (0, "")
    said = [" ".join(line.split()) for line in ended.said.splitlines()]
    assert "assignee_id generic:R1" in said
    assert "actual_amount 100.00" in said
    assert "attainment_ratio 0.500000" in said
    # 22 working days from 1 to 30 January 2026, 200 over all of them
    assert any(line.startswith("rep generic:R1 month 2026-01-01") and " 22 " in line for line in said)
    assert any(line.endswith(f"registers/{DAY}/quotas.csv:2") for line in said)
    assert f"2026-01-20 generic:O1 generic:R1 1 100 USD 100 {DEALS}:2" in said
    assert "sum of contributed: 200.00 = quota_amount 200.00" in said
    assert "sum of credited: 100.00 = actual_amount 100.00" in said
    # row 8 names two reps; one quota row names nobody, one names two reps
    assert f"opportunity ambiguous_owner all 1 {DEALS}:8" in said
    assert f"quota unknown_assignee all 1 registers/{DAY}/quotas.csv:4" in said


@pytest.mark.parametrize("asked", ["explain attainment --assignee company --period 2026-01", "status"])
def test_what_only_reads_answers_at_once(kuota: KuotaHome, asked: str) -> None:
    ended, imported = kuota.imports(*asked.split())
    assert ended.exit_code == 0
    assert "duckdb" in imported
    assert imported & {"dagster", "dbt", "great_expectations", "numpy"} == set()


def test_the_json_output_keeps_every_digit(kuota: KuotaHome) -> None:
    ended = kuota.kuota("explain", "attainment", "--assignee", "company", "--period", "2026-Q1", "--json")
    assert ended.exit_code == 0, ended.complained
    explained = json.loads(ended.said)
    assert explained["subject"]["period_end"] == "2026-03-31"
    assert explained["figures"]["actual_amount"] == "175.50"
    credited = next(listing for listing in explained["listings"] if listing["title"] == "Credited")
    assert credited["totals"] == [{"figure": "actual_amount", "published": "175.50", "listed": "175.50"}]
    assert [row["source_row"] for row in credited["rows"] if row["object_id"] == "crm_sales:P1"] == [
        f"crm_sales/{DAY}/sales_pipeline.csv:2"
    ]
    assert explained["differences"] == []


def test_a_win_rate_and_a_step_of_the_funnel_are_explained_too(kuota: KuotaHome) -> None:
    rate = kuota.kuota("explain", "win-rate", "--assignee", "North", "--period", "2026")
    assert "sum of in_numerator: 2.00 = numerator 2.00" in rate.said
    assert "sum of in_denominator: 3.00 = denominator 3.00" in rate.said
    step = kuota.kuota("explain", "funnel", "--assignee", "generic:R1", "--period", "2026-Q1", "--from-stage", "open")
    assert (rate.exit_code, step.exit_code) == (0, 0), rate.complained + step.complained
    assert "converted_count" in step.said


def test_a_total_of_the_crm_is_led_to_kuotas_figure_step_by_step(kuota: KuotaHome) -> None:
    ended = kuota.kuota("explain", "tie-out", "--assignee", "company", "--period", "2026-01")
    assert (ended.exit_code, ended.complained) == (0, "")
    said = [" ".join(line.split()) for line in ended.said.splitlines()]
    assert "crm_amount 160.50" in said and "kuota_amount 175.50" in said and "status not_tied" in said
    # rows 5 and 6 of opportunities.csv could not be read
    assert "set_aside_count 2" in said
    steps = [line for line in said if line[:2] in {f"{number} " for number in range(1, 9)}]
    assert [line.split()[1:] for line in steps[3:]] == [
        ["excluded", "0.00", "160.50", "0"],
        ["other_systems", "25.00", "185.50", "1"],
        ["credit", "0.00", "185.50", "0"],
        ["since_read", "0.00", "185.50", "0"],
        ["unexplained", "-10.00", "175.50", "0"],
    ]
    assert "sum of step_amount: 15.00 = kuota_amount - crm_amount 15.00" in said
    assert f"crm_sales:P1 other_system 0 25 25 crm_sales/{DAY}/sales_pipeline.csv:2" in said
    one = kuota.kuota("explain", "tie-out", "--assignee", "R1", "--step", "credit", "--json")
    assert one.exit_code == 2 and "'R1' is not a rep" in one.errors[0]
    one = kuota.kuota("explain", "tie-out", "--assignee", "generic:R1", "--step", "credit", "--json")
    assert json.loads(one.said)["figures"]["status"] == "tied"
    late = kuota.kuota("explain", "tie-out", "--assignee", "company", "--metric", "deals_won")
    assert "The report was read after the newest extract: deliver the extract of that day." in late.said


def test_the_ops_page_lists_what_is_not_tied_with_what_to_do(kuota: KuotaHome) -> None:
    page = (kuota.home / "reports" / "index.html").read_text(encoding="utf-8")
    listed = page[page.index('id="tie-outs"') :]
    assert listed.index("correct the rows that could not be read (2) and export again") < listed.index(
        "deliver the extract of 2026-03-31"
    )
    assert "kuota explain tie-out --source generic --metric revenue_won --assignee company" in listed
    # what is tied is not listed
    assert "of Ann Able" not in listed


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        (
            "attainment --assignee Ann_Abel --period 2026",
            "'Ann_Abel' is not a rep, a team or 'company'; the nearest",
        ),
        (
            "attainment --assignee Sam_Same --period 2026",
            "'Sam Same' matches several reps or teams: generic:R3 (rep), generic:R4 (rep).",
        ),
        ("attainment --assignee company --period 2026Q1", "write a year (2026), quarter (2026-Q3), month (2026-03)"),
        ("attainment --assignee company --period 2026-W60", "'2026-W60' is not a period of the calendar"),
        ("attainment --assignee company --period 1999", "'1999' is not published: the calendar holds the fiscal years"),
        ("attainment --assignee company --period 2026 --metric lunches", "'lunches' is not a metric with actuals"),
        (
            "win-rate --assignee company --period 2026 --definition best",
            "'best' is not a win rate; write one of",
        ),
        ("funnel --assignee company --period 2026 --from-stage Lunch", "There is no such step. Choose by --pipeline"),
        ("tie-out --assignee company --period 2026", "no total of revenue_won for Company was read in the year from"),
        (
            "tie-out --assignee company --metric profit",
            "'profit' cannot be tied out; write one of revenue_won, deals_won",
        ),
        ("tie-out --assignee company --step best", "'best' is not a step; write one of business_date, period"),
    ],
)
def test_a_number_that_cannot_be_explained_gives_one_clear_line(kuota: KuotaHome, asked: str, line: str) -> None:
    ended = kuota.kuota("explain", *(word.replace("_", " ") if "Sam" in word else word for word in asked.split()))
    assert ended.exit_code == 2
    assert len(ended.errors) == 1 and line in ended.errors[0]


def test_rows_that_do_not_sum_to_the_number_are_an_error(changed: KuotaHome) -> None:
    with duckdb.connect(str(changed.home / "published" / "kuota.duckdb")) as connection:
        connection.execute("update marts.fct_metric_credits set amount = 99 where object_id = 'generic:O1'")
    ended = changed.kuota("explain", "attainment", "--assignee", "generic:R1", "--period", "2026-Q1")
    assert ended.exit_code == 1
    assert ended.errors == ["actual_amount is 100.00, but the rows listed sum to 99.00"]


def test_a_publish_of_an_older_version_is_reported(changed: KuotaHome) -> None:
    with duckdb.connect(str(changed.home / "published" / "kuota.duckdb")) as connection:
        connection.execute("drop table marts.fct_quota_contributions")
    ended = changed.kuota("explain", "attainment", "--assignee", "company", "--period", "2026")
    assert ended.exit_code == 2
    assert len(ended.errors) == 1 and ended.errors[0].endswith("does not exist!); run `kuota run`.")


def test_a_home_without_a_publish_is_reported(kuota: KuotaHome, tmp_path: Path) -> None:
    empty = KuotaHome(tmp_path / "nowhere", kuota.landing)
    ended = empty.kuota("explain", "attainment", "--assignee", "company", "--period", "2026")
    assert ended.exit_code == 2
    assert ended.errors[0].endswith("kuota.duckdb: nothing is published yet; run `kuota run`.")
