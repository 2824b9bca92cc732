import dataclasses
import re
from datetime import UTC, datetime

import duckdb
import pytest
from busy_company import BREAKS, SOURCES
from small_company import CHECKS, MODELS, RAW_KEYS, TIES, UNIQUE, at, build, checked, settings_in
from test_publish_quality import deliver_quotas

from orchestration.publish import publish_marts, publish_quality, write_ops_report
from orchestration.publish.ops_queries import freshness
from orchestration.status import describe, status_lines
from orchestration.warehouse import connect


@pytest.fixture
def settings(tmp_path):
    settings = settings_in(tmp_path / "home")
    build(settings)
    return settings


NOW = datetime(2018, 1, 1, 9, 0, tzinfo=UTC)


def page_after(settings, outcome, run_id="run-1", details=(), now=NOW):
    publish_quality(settings.warehouse, settings.published, settings.dbt_manifest, run_id=run_id)
    path = write_ops_report(
        settings.published, settings.reports, run_id=run_id, outcome=outcome, details=details, now=now
    )
    assert path == settings.reports / "index.html"
    return path.read_text(encoding="utf-8")


def text_of(page):
    """What a reader sees: no styles, no tags, single blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))


def publish(settings):
    return publish_marts(settings.warehouse, settings.published, run_id="run-1", models=MODELS, critical_checks=CHECKS)


def test_after_a_publish_the_page_says_what_is_published_and_as_of_when(settings):
    report = publish(settings)
    text = text_of(page_after(settings, "published"))
    assert f"Published {report.publish_id}" in text
    assert "Published is as of 2017-12-31" in text
    assert "3 checks passed" in text and "0 critical checks failed" in text
    assert "No critical check has failed." in text
    assert "opportunities.csv: the last line has no line end" in text
    assert "crm opportunity 1 5 3 0 2 1 5 3 0 2" in text


def test_a_blocked_run_puts_the_failing_check_its_owner_its_fix_and_the_link_first(settings):
    report = publish(settings)
    checked(settings, UNIQUE, "failed", at("10:10"), run_id="run-2", unexpected_count=3)
    checked(settings, UNIQUE, "failed", at("10:20"), run_id="run-3", unexpected_count=3)
    checked(settings, RAW_KEYS, "errored", at("10:20"), run_id="run-3", observed="no such column")
    docs = settings.reports / "data_docs" / "index.html"
    docs.parent.mkdir(parents=True)
    docs.write_text("Data Docs")
    page = page_after(settings, "blocked", run_id="run-3", details=["marts.fct_credits: it failed"])
    text = text_of(page)
    assert f"Nothing published: 2 critical checks failed; the previous publish {report.publish_id} stays" in text
    assert "marts.fct_credits: it failed" in text
    assert "critical unique_fct_credits marts.fct_credits · 3 rows of 40" in text
    assert "What to do Remove the second credit of the deal Owner team:sales-operations" in text
    assert "For example crm:1 crm:2" in text
    assert "Failing since 2018-01-02 10:10 UTC, 2 runs in a row (last passed 2018-01-02 10:03 UTC)" in text
    assert "the check itself could not run" in text
    assert '<a href="data_docs/index.html">' in page


def test_a_line_of_the_error_that_has_a_card_is_not_shown_twice(settings):
    checked(settings, UNIQUE, "failed", at("10:10"), run_id="run-2", unexpected_count=3)
    lines = [
        'marts.fct_credits: unique_fct_credits failed (3 rows), for example [{"rep_email": "ann@example.com"}].',
        "marts.mart_win_rate was built after it was checked",
    ]
    page = page_after(settings, "blocked", run_id="run-2", details=lines)
    assert "ann@example.com" not in page and lines[1] in page
    assert page.count("unique_fct_credits") == 1


def test_a_warning_looks_different_from_what_stops_a_publish(settings):
    late = dataclasses.replace(TIES, check_name="closes_are_recent")
    checked(settings, late, "failed", at("10:10"), severity="warning", unexpected_count=7)
    text = text_of(page_after(settings, "finished"))
    assert "1 checks warned 0 critical checks failed" in text
    assert "warning closes_are_recent marts.mart_win_rate · 7 rows of 40" in text
    # nothing stops the publish, and yet it needs attention
    assert "1 thing needs attention" in text
    assert "Closes are recent: not true in marts.mart_win_rate, 7 rows" in text


def test_rows_set_aside_are_shown_by_reason_without_their_text(settings):
    deliver_quotas(settings)
    text = text_of(page_after(settings, "finished"))
    assert (
        "below_minimum ingest registers quota 2 1 registers/2017-12-31/quotas.csv , line 3, target: target is" in text
    )
    assert "unknown_reference transform registers quota 2 1" in text and "no rep is called Zoe" in text
    assert "rep,Ann,-5" not in text
    assert "registers quota 1 10 6 0 4 1 10 6 0 4" in text


def test_freshness_is_measured_against_the_clock(settings):
    with connect(settings.warehouse) as connection:
        connection.execute("""
            create table raw.source as
            select
                source, kind, 'team:sales-operations' as owner, days as expected_every_days, 'USD' as default_currency,
                false as lost_amount_is_blank, '' as description
            from (values
                ('crm', 'crm', 1), ('old_crm', 'crm', 7), ('registers', 'register', 31), ('generic', 'crm', 1)
            ) as sources(source, kind, days)
        """)
        connection.execute("""
            insert into raw.load_ledger by name
            select
                * exclude (name, days)
                replace (name as source, extracted_at - to_days(days::integer) as extracted_at)
            from raw.load_ledger cross join (values ('old_crm', 10), ('registers', 30)) as others(name, days)
        """)
    text = text_of(page_after(settings, "finished"))
    assert "from the newest extract of each source to 2018-01-01 09:00 UTC" in text
    assert "old_crm late 2017-12-21 23:59 UTC 11 7 days" in text
    assert "crm fresh 2017-12-31 23:59 UTC 1 1 day" in text
    assert "registers fresh 2017-12-01 23:59 UTC 31 31 days" in text
    assert "generic not delivered - - 1 day" in text
    assert "1 thing needs attention" in text
    waiting = (
        "old_crm is 11 days behind (expected every 7 days) Its numbers end on 2017-12-21. Ask team:sales-operations"
    )
    assert waiting in text
    # the exports stop, and two months later everything is late
    late = text_of(page_after(settings, "finished", now=datetime(2018, 3, 1, tzinfo=UTC)))
    assert "crm late 2017-12-31 23:59 UTC 60 1 day" in late and "registers late 2017-12-01" in late


@pytest.mark.parametrize(
    ("ended_on", "newest", "status", "days_behind"),
    [
        ("2017-12-21", "2017-12-21", "ended", 0),
        # its next weekly extract was no longer expected
        ("2017-12-21", "2017-12-15", "ended", 6),
        # its last ones are missing
        ("2017-12-21", "2017-12-01", "late", 20),
        ("2017-12-21", "2017-12-22", "delivers_after_end", 0),
        # not ended yet
        ("2018-01-31", "2017-12-30", "fresh", 2),
        ("2018-01-31", "2017-12-01", "late", 31),
        ("2017-12-21", None, "not_delivered", None),
    ],
)
def test_a_retired_source_is_expected_to_deliver_until_its_end_date(settings, ended_on, newest, status, days_behind):
    with connect(settings.warehouse) as connection:
        connection.execute(SOURCES)
        connection.execute(
            "create table raw.source_end as select 'old_crm' as source, $day::date as ended_on, "
            "$day::date + interval 1 day - interval 1 microsecond as ended_at",
            {"day": ended_on},
        )
        if newest:
            connection.execute(
                "insert into raw.load_ledger by name select * replace ('old_crm' as source, "
                "$day::date + interval 1 day - interval 1 microsecond as extracted_at) from raw.load_ledger",
                {"day": newest},
            )
    text = text_of(page_after(settings, "finished"))
    with duckdb.connect(str(settings.published / "kuota_quality.duckdb"), read_only=True) as connection:
        connection.execute("use kuota_quality.quality")
        [old_crm] = [row for row in freshness(connection, NOW) if row["source"] == "old_crm"]
    assert (old_crm["status"], old_crm["days_behind"]) == (status, days_behind)
    line = status_lines(describe(settings, now=NOW))[6]
    said = {
        "ended": ("ended 2017-12-21", "1 fresh, 0 late: old_crm ended 2017-12-21"),
        "delivers_after_end": (
            "delivers after its end",
            "1 fresh, 0 late: old_crm still delivers after its end on 2017-12-21, ask team:sales-operations",
        ),
        "late": ("late", f"1 late: old_crm is {days_behind} days behind (every 7), ask team:sales-operations"),
        "fresh": ("fresh", "2 fresh, 0 late"),
        "not_delivered": ("not delivered", "1 fresh, 0 late"),
    }
    on_page, in_status = said[status]
    assert text.count(f"old_crm {on_page}") == 2 and line.endswith(in_status)


def test_text_from_outside_stays_text(settings):
    check = dataclasses.replace(UNIQUE, check_name="<script>alert(1)</script>")
    checked(settings, check, "failed", at("10:10"), observed='"><img src=x>')
    with connect(settings.warehouse) as connection:
        connection.execute(BREAKS)
        connection.execute("update quality.collection_break set source = '<script>', field = '\"><img src=x>'")
    page = page_after(settings, "failed", run_id="<b>run</b>", details=["<i>line</i>"])
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    for hostile in ("<script", "<img", "<b>run", "<i>line"):
        assert hostile not in page


def test_the_page_needs_nothing_from_elsewhere(settings):
    publish(settings)
    page = page_after(settings, "published")
    assert not re.search(r"https?://|<script|<link|@import|url\(", page)


def test_before_anything_was_published_or_loaded_the_page_says_so(tmp_path):
    text = text_of(page_after(settings_in(tmp_path / "new"), "failed", details=["landing is empty"]))
    assert "Nothing published: the run ended in an error; nothing was ever published" in text
    assert "landing is empty" in text
    for sentence in ("No file has been loaded yet.", "No check has run yet.", "Nothing has been published yet."):
        assert sentence in text


def test_an_unknown_outcome_is_refused(settings):
    with pytest.raises(ValueError, match="'pubished'; known are published, unchanged"):
        write_ops_report(settings.published, settings.reports, run_id="run-1", outcome="pubished")
