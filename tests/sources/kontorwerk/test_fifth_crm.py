"""A CRM that does not exist, added as docs/add-a-crm.md says: one YAML, staging SQL, registers, and one line.

What docs/examples/kontorwerk holds is laid over a copy of the project and goes through ingest and every model. Amounts
are in EUR and published in IDR (17,000 in March, 18,000 in April, none in June); instants are of Berlin, business dates
those of Jakarta (6 hours later in winter, 5 in summer).
"""

import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from built_source import columns_of, query
from dbt_child import dbt
from example_project import ExampleSettings, lay_out, with_every_stage, without_a_stage

from orchestration.guard import validate
from orchestration.ingest import check_lines, check_source, ingest
from orchestration.settings import PROJECT
from orchestration.transform import failed_checks
from orchestration.transform.build import build_results
from orchestration.transform.findings import add_sample_keys


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> ExampleSettings:
    return lay_out(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def checked(example: ExampleSettings) -> list[str]:
    """What `kuota sources check kontorwerk` says before anything is loaded."""
    return check_lines(check_source(example, "kontorwerk"))


@pytest.fixture(scope="module")
def refused(example: ExampleSettings, checked: list[str]) -> list[str]:
    """What stops a run whose stage map lacks a stage; the tests of the CRM's own models pass."""
    without_a_stage(example)
    ingest(example, run_id="refused")
    selected = ["path:models/staging/kontorwerk", "+assert_stages_are_mapped"]
    dbt(example, "build", "--indirect-selection", "empty", "--select", *selected, run_id="refused")
    results = build_results(example.dbt_target)
    add_sample_keys(example.warehouse, "refused", results)
    assert len([result for result in results if result.status == "pass"]) == 7  # one is a unit test
    assert not [result.message for result in results if result.status in ("error", "skipped")]
    return failed_checks(example.warehouse, "refused", "critical")


@pytest.fixture(scope="module")
def warehouse(example: ExampleSettings, refused: list[str]) -> Path:
    """What the tests below look at, once the stage map is whole."""
    with_every_stage(example)
    ingest(example, run_id="built")
    # the singular tests hold the balances: money ties, credits sum to deals, current rows = counted + excluded
    balances = [
        "assert_source_rows_balance",
        "assert_money_ties",
        "assert_credits_sum_to_deals",
        "assert_files_balance",
    ]
    marts = ["mart_quota_attainment", "mart_win_rate", "mart_exclusion", "fct_stage_events", "fct_leads"]
    selected = [f"+{name}" for name in balances + marts]
    built = dbt(example, "build", "--indirect-selection", "empty", "--select", *selected, run_id="built")
    assert built.returncode == 0, built.stdout + built.stderr
    return example.warehouse


def test_the_check_of_the_source_reports_what_does_not_fit(checked: list[str]) -> None:
    said = "\n".join(checked)
    assert "unknown, kept as extras: Messe" in said
    assert (
        "values unusable, betrag: 1; first kontorwerk/2025-06-30/Vorgaenge.csv, line 13: '12,5k' is not usable" in said
    )
    assert "rows set aside, missing_key nummer: 1" in said
    assert "rows set aside, invalid_json: 1" in said
    assert "first 'V-1010' in kontorwerk/2025-06-30/Vorgaenge.csv, line 11" in said
    assert said.endswith("kontorwerk would load; nothing was written")


def test_a_stage_that_the_register_lacks_is_refused_and_named(refused: list[str]) -> None:
    assert refused == [
        "intermediate.int_stage_labels_mapped: assert_stages_are_mapped failed (1 row): kontorwerk, "
        "pipeline default: 'Verhandlung' (2 deals, first in kontorwerk/2025-06-30/Verlauf.jsonl, line 2). "
        "Add the stage to landing/registers/<date>/stage_map.csv: source, pipeline, source_stage."
    ]


def test_deals_are_won_lost_and_open_and_worth_what_was_exported(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select opportunity_key, stage, owner_id, amount, created_on, closed_on "
        "from (select *, replace(opportunity_id, 'kontorwerk:', '') as opportunity_key from marts.fct_opportunities) "
        "order by all",
    ) == [
        # created at 09:15 in Berlin; closed_on is a date, whatever the zone
        ("V-1001", "Won", "kontorwerk:MK", Decimal("12500.50"), date(2025, 1, 6), date(2025, 3, 28)),
        # 1.000 is a thousand; 23:30 in Berlin is the next day in Jakarta
        ("V-1002", "Won", "kontorwerk:AL", Decimal("1000.00"), date(2025, 1, 11), date(2025, 3, 31)),
        ("V-1003", "Won", "kontorwerk:MK", Decimal("750.25"), date(2025, 2, 20), date(2025, 4, 15)),  # of M. Krüger
        ("V-1004", "Lost", "kontorwerk:AL", Decimal("4000.00"), date(2025, 2, 3), date(2025, 3, 20)),
        ("V-1005", "Lost", "kontorwerk:MK", Decimal("600.00"), date(2025, 2, 12), date(2025, 4, 30)),
        ("V-1006", "Proposal", "kontorwerk:AL", Decimal("9999.99"), date(2025, 4, 1), None),
        ("V-1007", "Contact", "kontorwerk:AL", None, date(2025, 6, 5), None),
        ("V-1008", "Negotiation", "unassigned", Decimal("5000.00"), date(2025, 5, 12), None),  # XX is not a user
        ("V-1010", "Proposal", "kontorwerk:MK", Decimal("350.00"), date(2025, 5, 14), None),  # 300 is older
        ("V-1011", "Won", "kontorwerk:AL", None, date(2025, 3, 15), date(2025, 4, 30)),  # 12,5k
        ("V-1012", "Won", "kontorwerk:MK", Decimal("2000.00"), date(2025, 4, 16), date(2025, 6, 10)),
        # V-1014 was there on 31 May, and is gone
    ]


def test_won_amount_is_the_one_calculated_by_hand(warehouse: Path) -> None:
    """March: 12,500.50 and 1,000 at 17,000; April: 750.25 at 18,000. V-1011 has no amount, V-1012 no rate."""
    assert query(
        warehouse,
        "select assignee_id, period_start, actual_amount from marts.mart_quota_attainment "
        "where metric = 'revenue_won' and period_type = 'month' and actual_amount != 0 order by all",
    ) == [
        ("company", date(2025, 3, 1), Decimal("229508500.00")),
        ("company", date(2025, 4, 1), Decimal("13504500.00")),
        ("kontorwerk:AL", date(2025, 3, 1), Decimal("17000000.00")),
        ("kontorwerk:MK", date(2025, 3, 1), Decimal("212508500.00")),
        ("kontorwerk:MK", date(2025, 4, 1), Decimal("13504500.00")),
    ]
    assert query(
        warehouse,
        "select numerator, denominator from marts.mart_win_rate where segment_type = 'company' "
        "and definition = 'won_of_closed_count' and period_type = 'year'",
    ) == [(5, 7)]


def test_activities_are_of_their_reps_on_the_days_of_jakarta(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select activity_type, rep_id, replace(opportunity_id, 'kontorwerk:', ''), occurred_on "
        "from marts.fct_activities order by activity_id",
    ) == [
        ("call", "kontorwerk:MK", "V-1001", date(2025, 1, 14)),
        ("email", "kontorwerk:AL", "V-1002", date(2025, 1, 20)),
        ("meeting", "kontorwerk:MK", "V-1001", date(2025, 3, 15)),  # at 20:30 in winter
        ("call", "kontorwerk:MK", "V-1003", date(2025, 3, 30)),  # at 18:30 on the first day of summer time
        ("proposal", "kontorwerk:AL", "V-1004", date(2025, 3, 3)),
        ("call", "unassigned", None, date(2025, 3, 5)),  # on deal 4711, which is unknown
        ("call", "kontorwerk:AL", None, date(2025, 1, 16)),  # on a lead
    ]


def test_stage_history_comes_from_the_log_and_without_one_from_the_extracts(warehouse: Path) -> None:
    assert query(
        warehouse,
        "select replace(opportunity_id, 'kontorwerk:', ''), observed_from, "
        "string_agg(to_stage, ' > ' order by changed_at) from marts.fct_stage_events group by all order by all",
    ) == [
        ("V-1001", "log", "Contact > Proposal > Won"),
        ("V-1002", "log", "Contact > Negotiation > Proposal > Won"),
        ("V-1003", "extracts", "Proposal > Won"),
        ("V-1004", "log", "Contact > Lost"),
        ("V-1005", "extracts", "Lost"),
        ("V-1006", "extracts", "Contact > Proposal"),
        ("V-1007", "extracts", "Contact"),
        ("V-1008", "extracts", "Negotiation"),
        ("V-1010", "extracts", "Proposal"),
        ("V-1011", "extracts", "Won"),
        ("V-1012", "extracts", "Won"),
    ]
    won = "select changed_at, changed_on, changed_by from marts.fct_stage_events "
    assert query(warehouse, won + "where opportunity_id = 'kontorwerk:V-1002' and to_stage = 'Won'") == [
        (datetime(2025, 3, 31, 21, 45), date(2025, 4, 1), "AL")  # 23:45 in Berlin's summer
    ]


def test_reps_accounts_and_leads_have_the_values_of_the_registers(warehouse: Path) -> None:
    assert query(
        warehouse, "select rep_id, rep_name, region, hired_on from marts.dim_reps where source is not null order by 1"
    ) == [
        ("kontorwerk:AL", "Aylin Lang", "Süd", date(2024, 1, 15)),
        ("kontorwerk:MK", "Marta Krüger", "Nord", date(2023, 3, 1)),
        ("kontorwerk:TW", "Timo Wolf", "Nord", date(2025, 6, 1)),
    ]
    assert query(warehouse, "select account_id, account_name, industry from marts.dim_accounts order by 1") == [
        ("kontorwerk:501", "Hafen Logistik", "Logistik"),
        ("kontorwerk:502", "Müller Maschinen", "Maschinenbau"),
    ]
    # L-2 came in at 22:00 and was called at 09:30 the next day
    assert query(
        warehouse,
        "select replace(lead_id, 'kontorwerk:', ''), lead_status, created_on, opportunity_id, response_minutes "
        "from marts.fct_leads order by 1",
    ) == [
        ("L-1", "gewandelt", date(2025, 1, 2), "kontorwerk:V-1001", None),
        ("L-2", "rejected", date(2025, 1, 16), None, 690),
        ("L-3", "neu", date(2025, 6, 20), None, None),
    ]


def test_excluded_rows_are_listed_with_their_reason(warehouse: Path) -> None:
    money = "revenue_won,attainment,average_won_amount,won_of_closed_amount"
    assert query(
        warehouse,
        "select object, replace(source_key, chr(31), ' '), parse_filename(source_file), source_row, reason, "
        "excluded_from from marts.mart_exclusion where source = 'kontorwerk' order by all",
    ) == [
        ("activity", "9004", "Aktivitaeten.jsonl", 4, "planned", "all"),
        ("activity", None, "Aktivitaeten.jsonl", 9, "invalid_json", "all"),
        # open deals: June has no rate
        ("opportunity", "V-1006", "Vorgaenge.csv", 7, "missing_rate", "pipeline_coverage"),
        ("opportunity", "V-1007", "Vorgaenge.csv", 8, "missing_amount", "pipeline_created"),
        ("opportunity", "V-1008", "Vorgaenge.csv", 9, "missing_rate", "pipeline_coverage"),
        ("opportunity", "V-1009", "Vorgaenge.csv", 10, "deleted", "all"),
        ("opportunity", "V-1010", "Vorgaenge.csv", 11, "duplicate", "all"),
        ("opportunity", "V-1010", "Vorgaenge.csv", 12, "missing_rate", "pipeline_coverage"),
        ("opportunity", "V-1011", "Vorgaenge.csv", 13, "missing_amount", f"{money},pipeline_created"),
        ("opportunity", "V-1012", "Vorgaenge.csv", 14, "missing_rate", money),
        ("opportunity", "V-1013", "Vorgaenge.csv", 15, "merged", "all"),
        ("stage_event", "4711 2025-02-03 14:00:00 Erstkontakt", "Verlauf.jsonl", 4, "unknown_opportunity", "all"),
    ]


@pytest.mark.parametrize("entity", ["opportunities", "reps", "accounts", "activities", "stage_events", "leads"])
def test_an_entity_has_the_columns_and_types_of_the_plain_source(warehouse: Path, entity: str) -> None:
    assert columns_of(warehouse, "kontorwerk", entity) == columns_of(warehouse, "generic", entity)


def test_the_page_for_newcomers_names_the_columns_of_every_entity(warehouse: Path) -> None:
    page = (PROJECT / "docs" / "add-a-crm.md").read_text()
    rows = re.findall(r"^\| (\w+) \| (\w+(?:, \w+)+) \|$", page, re.MULTILINE)
    assert len(rows) == 11
    origin = re.search(r"`\{\{ source_row_columns\(\) \}\}`: (.*) \|$", page, re.MULTILINE)
    assert origin
    for entity, columns in rows:
        found = query(warehouse, f"select column_name from (describe staging.stg_generic__{entity})")
        assert ", ".join(name for (name,) in found) == f"{columns}, {origin[1]}", entity


def test_the_suite_finds_the_deal_that_appears_twice(example: ExampleSettings, warehouse: Path) -> None:
    results = validate(example, "raw", run_id="built", targets=["raw.kontorwerk__opportunity"])
    assert [(result.check_name, result.severity) for result in results if result.status != "passed"] == [
        ("gx_nummer_is_unique", "warning")
    ]
