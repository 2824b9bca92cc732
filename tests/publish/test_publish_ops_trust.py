"""What the ops page says about a busy company: one home is built and read by every test."""

import json
import re
from datetime import datetime

import duckdb
import pytest
from busy_company import BREAKS, block, make_busy, write_manifest
from small_company import at, build, built, settings_in
from test_publish_ops_report import page_after, text_of

from orchestration.publish import ops_trust, publish_quality
from orchestration.sample_rows import samples
from orchestration.status import describe
from orchestration.warehouse import connect


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    settings = settings_in(tmp_path_factory.mktemp("busy") / "home")
    make_busy(settings)
    write_manifest(settings)
    block(settings)
    return settings


@pytest.fixture(scope="module")
def page(busy):
    return page_after(busy, "blocked", run_id="run-2")


@pytest.fixture(scope="module")
def text(page):
    return text_of(page)


def asked(settings, question):
    with duckdb.connect(str(settings.published / "kuota_quality.duckdb"), read_only=True) as connection:
        connection.execute("use kuota_quality.quality")
        ops_trust.attach_published(connection, settings.published / "kuota.duckdb")
        return question(connection)


def test_the_trend_has_each_run_with_what_it_reached(busy, page):
    runs = asked(busy, ops_trust.trend)
    assert [run["run_id"] for run in runs] == [f"run-0-{days}" for days in range(12, 0, -1)] + ["run-1", "run-2"]
    by_id = {run["run_id"]: run["rooms"] for run in runs}
    assert by_id["run-0-4"] == {"raw": {"passed": 0, "warned": 1, "failed": 1}}
    assert by_id["run-0-3"]["marts"] == {"passed": 1, "warned": 0, "failed": 0}
    assert "2017-12-29 10:03 UTC 0 / 1 / 1 not reached not reached run-0-4" in text_of(page)


def test_a_check_that_ran_twice_in_a_run_counts_by_its_last_result(busy):
    with connect(busy.warehouse) as connection:
        connection.execute("""
            insert into quality.check_result by name
            select * replace (checked_at - interval 1 minute as checked_at, 'failed' as status)
            from quality.check_result where run_id = 'run-0-3'
        """)
    publish_quality(busy.warehouse, busy.published, busy.dbt_manifest, run_id="run-2")
    assert [run["rooms"]["marts"] for run in asked(busy, ops_trust.trend) if run["run_id"] == "run-0-3"] == [
        {"passed": 1, "warned": 0, "failed": 0}
    ]


def test_a_room_that_was_built_again_and_not_checked_yet_stays_in_the_trend(tmp_path):
    settings = settings_in(tmp_path / "home")
    build(settings)
    built(settings, "marts.mart_win_rate", at("10:20"))
    text = text_of(page_after(settings, "failed"))
    assert "marts to be checked 0 passed, 0 warned, 0 failed" in text
    assert "2018-01-02 10:03 UTC 1 / 0 / 0 1 / 0 / 0 1 / 0 / 0 run-1" in text


def test_a_failing_check_shows_the_tables_and_periods_that_it_affects(text):
    assert "Feeds mart_restated_share , mart_restatement , mart_win_rate , fct_credits" in text
    assert "Periods 2017-04-03 to 2017-11-20, by the dates of the example rows" in text


def test_breaks_are_shown_by_source_in_order_of_time_with_their_review(text):
    assert "outage 2017-05-01 to 2017-07-09 , detected activity.rows · team North" in text
    assert "tracking started 2017-03-01 , declared, confirmed opportunity.closed_on · all" in text
    assert "bulk edit 2017-08-07 to 2017-08-13 , detected, dismissed" in text
    # detected and neither confirmed nor dismissed: the outage and the two of the old CRM
    assert "3 were detected and wait for review" in text
    assert "calls per week: 43.2 before, 0.0 after calls, meetings confirmed by ops, 2017-12-20" in text


def test_what_a_review_changes_is_said_and_a_break_that_makes_figures_null_comes_first(text):
    assert "Makes figures null unless it is dismissed: calls, meetings." in text
    assert text.index("Makes figures null unless") < text.index(
        "Decides whether periods may be compared: calls, meetings."
    )
    assert "0.97 trusted" in text and "0.97 not trusted" in text


def test_without_the_register_of_reviews_nothing_waits_for_review(tmp_path):
    settings = settings_in(tmp_path / "home")
    with connect(settings.warehouse) as connection:
        connection.execute(BREAKS)
        connection.execute(
            "create or replace table quality.collection_break as "
            "select * exclude (review, reviewed_by, reviewed_on) from quality.collection_break"
        )
    text = text_of(page_after(settings, "finished"))
    assert "outage 2017-05-01 to 2017-07-09 , detected activity.rows" in text and "wait for review" not in text


def test_of_very_many_breaks_the_newest_are_drawn_and_the_rest_counted(tmp_path):
    settings = settings_in(tmp_path / "home")
    with connect(settings.warehouse) as connection:
        connection.execute(BREAKS)
        connection.execute("""
            create or replace table quality.collection_break as
            select breaks.* replace ('B' || number as break_id, date '2017-01-01' + number::integer as starts_on)
            from (from quality.collection_break limit 1) as breaks, range(100) as numbers(number)
        """)
    page = page_after(settings, "finished")
    assert "The chart shows the newest 40 of 100" in text_of(page)
    assert page.count("goes-on") == 1 + 40 and ">B0</code>" in page


def test_restatements_are_those_of_the_end_of_the_period_largest_first_of_each_metric(busy, text):
    rows = asked(busy, ops_trust.restatements)
    # the row of 30 days after Ann's month is another one; Bob's November did not change, his October changed less
    assert [(row["assignee_name"], row["metric"], int(row["restated_amount"])) for row in rows] == [
        ("Company", "calls", 1000),
        ("Cid", "calls", 890),
        ("Ann", "revenue_won", 250),
    ]
    assert "revenue won of Ann rep, month from 2017-11-01 20.0% +250 1,000 1,250 2" in text
    assert "calls company, month from 2017-10-01 50.0% +1,000 1,000 2,000 2" in text


def test_for_each_month_the_share_shown_is_that_of_the_metric_that_changed_most(busy, text):
    found = asked(busy, ops_trust.restated_shares)
    shares = {(row["source"], row["team_id"], row["period_start"].month): row for row in found}
    assert shares["crm", "all", 11]["note"] == "revenue won" and shares["crm", "all", 11]["restated_share"] == 0.2
    assert shares["crm", "all", 10]["note"] == "calls" and ("crm", "all", 12) not in shares
    assert "team North 2017-12-01 - 2017-11-01 0.4% 2017-10-01 - crm, all teams 2017-12-01 - 2017-11-01 20.0%" in text
    assert "crm, all teams revenue won, 2017-11" in text


def test_how_much_a_month_changes_after_it_ends_is_shown_for_months_that_ended_30_days_ago(busy, text):
    # a figure that never changed has no line
    assert asked(busy, ops_trust.settling) == [{"metric": "emails", "after_0": 0.1, "after_7": 0.025, "after_30": 0.0}]
    assert "emails 10.0% after its end, 2.5% after a week, 0.0% after 30 days" in text


def test_the_health_of_the_last_26_weeks_is_shown_by_source_and_team(busy, text):
    rows = asked(busy, ops_trust.collection_health)
    assert len({row["period_start"] for row in rows}) == 26 and len(rows) == 52
    assert rows[0]["team_id"] == "all" and "How well data was collected" in text
    # 91 of 100 points: all 20 for fields filled, 71 of 80 for the history of activities; the other team lost none
    assert "crm, all teams activity history 71 of 80" in text and "crm, North Score" in text


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ({"filled": (25, 25), "on_time": (20, 14), "activity_history": (20, 15)}, "on time 14 of 20"),
        ({"filled": (60, 60), "on_time": (40, 40)}, None),
        ({"filled": (100, 97), "on_time": (None, None)}, "filled 97 of 100"),
    ],
)
def test_the_part_of_the_score_that_lost_most_points_is_named(points, said):
    row = {f"{part}_weight": weight for part, (weight, _) in points.items()}
    assert ops_trust.lost_points(row | {f"{part}_points": got for part, (_, got) in points.items()}) == said


def test_records_excluded_from_a_number_are_counted_by_reason(text):
    assert "3 records are kept but left out of some published number" in text
    assert "duplicate crm opportunity 2 unknown stage crm opportunity 1" in text


def test_what_is_not_published_yet_is_unknown_rather_than_empty(tmp_path):
    settings = settings_in(tmp_path / "home")
    text = text_of(page_after(settings, "failed"))
    assert "Not known yet: nothing that is published shows changes after the end of a period." in text
    assert "Nothing has been measured yet." in text and "How well data was collected" not in text


def test_a_sample_row_names_no_person(page):
    assert samples(['{"opportunity_id": "1", "owner_id": null, "contact_email": "a@b.c", "rep_name": "Ann"}']) == [
        "opportunity_id 1, owner_id blank"
    ]
    assert "opportunity_id 1, owner_id blank" in page and "a@b.c" not in page


def test_sample_rows_are_shown_in_words():
    assert samples(["crm:1", "7", "{a key}", '{"message": "stage Won is in no map", "stage": "Won"}']) == [
        "crm:1",
        "7",
        "{a key}",
        "stage Won is in no map",
    ]


def test_what_a_failing_check_affects_is_in_kuota_status_too(busy):
    described = json.loads(json.dumps(describe(busy, now=datetime.now().astimezone())))
    [unknown_owner] = [it for it in described["last_run"]["failed"] if it["check_name"] == "gx_owner_known"]
    assert (unknown_owner["first_on"], unknown_owner["last_on"]) == ("2017-04-03", "2017-11-20")
    assert "mart_win_rate" in unknown_owner["marts"]


def test_every_drawing_has_a_label_in_words(page):
    drawings = re.findall(r'<svg role="img"[^>]*aria-label="([^"]*)"><title>([^<]*)</title>', page)
    assert len(drawings) == page.count('role="img"') > 10
    assert all(label and label == title for label, title in drawings)
