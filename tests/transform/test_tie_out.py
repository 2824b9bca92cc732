"""Why the CRM's own report and Kuota differ: example G-1 of the contract and more readings of one company.

HubSpot's report is in New York, Kuota in UTC. Read on 3 April, as of 30 April 2026. The figures are worked out from the
deals, not from the code.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from compiled_project import CompiledProject, build_models, compiled_project, failed_tests, home_settings

from orchestration.ingest import ingest

READ_ON, AS_OF = "2026-04-03", "2026-04-30"
ANA, BEN = "11", "12"


def deal(key: int, owner: str | None, closed_at: str, amount: str, **properties: str) -> str:
    """A deal as HubSpot's API gives it; without further properties it is won and in dollars."""
    given = {"dealstage": "closedwon", "deal_currency_code": "USD", "amount": amount, "closedate": closed_at}
    given |= {"createdate": "2025-11-03T09:00:00Z"} | ({"hubspot_owner_id": owner} if owner else {}) | properties
    return json.dumps({"id": str(key), "properties": given, "updatedAt": "2026-03-01T00:00:00Z", "archived": False})


def call(key: int, happens_at: str, status: str, *, archived: bool = False) -> str:
    properties = {"hs_timestamp": happens_at, "hubspot_owner_id": ANA, "hs_call_status": status}
    return json.dumps({"id": str(key), "properties": properties, "createdAt": happens_at, "archived": archived})


OWNERS = "\n".join(
    json.dumps({"id": key, "email": f"{name.lower()}@kuota.example", "firstName": name, "lastName": "Roe"})
    for key, name in ((ANA, "Ana"), (BEN, "Ben"))
)
# H7 was Ben's when it closed
BEFORE_THE_HANDOVER = [deal(1007, BEN, "2026-03-20T12:00:00Z", "6000.00")]
AS_READ = [
    deal(1001, ANA, "2026-02-10T12:00:00Z", "12000.00", hs_merged_object_ids="1005"),
    deal(1002, ANA, "2026-04-01T02:30:00Z", "4000.00", amount_in_home_currency="4000.00"),
    deal(1003, BEN, "2026-01-01T03:00:00Z", "1500.00"),
    deal(1004, ANA, "2026-02-12T12:00:00Z", "5000.00", deal_currency_code="EUR", amount_in_home_currency="5600.00"),
    deal(1005, ANA, "2026-03-05T12:00:00Z", "900.00"),
    deal(1006, ANA, "2026-01-20T12:00:00Z", "2000.00"),
    deal(1007, ANA, "2026-03-20T12:00:00Z", "6000.00"),
    deal(1008, ANA, "2026-03-25T12:00:00Z", "3000.00"),
    deal(1011, ANA, "2026-06-30T12:00:00Z", "1000.00", dealstage="offer"),
    deal(1013, None, "2026-06-30T12:00:00Z", "250.00", dealstage="offer"),
    # without a stage it cannot be read
    deal(1010, ANA, "2026-02-20T12:00:00Z", "350.00", dealstage=""),
]
NOW = [
    deal(1001, ANA, "2026-02-10T12:00:00Z", "11500.00", hs_merged_object_ids="1005"),
    *AS_READ[1:8],
    deal(1009, ANA, "2026-03-27T12:00:00Z", "800.00"),
    deal(1011, ANA, "2026-06-30T12:00:00Z", "1500.00", dealstage="offer"),
    *AS_READ[9:],
]
STAGES = "source,pipeline,source_stage,stage,stage_order,is_closed,is_won\n" + "".join(
    f"{source},,{label},{stage},{order}\n"
    for source, label, stage, order in (
        ("hubspot", "offer", "Offer", "1,false,false"),
        ("hubspot", "closedwon", "Won", "2,true,true"),
        ("salesforce", "Proposal", "Offer", "1,false,false"),
        ("salesforce", "Closed Won", "Won", "2,true,true"),
    )
)
NEW_YORK = "America/New_York"
Q1 = "revenue_won,quarter,2026-01-01"
TOTALS = [
    f"hubspot,{Q1},company,company,33850.00,{READ_ON},USD,{NEW_YORK}",
    f"hubspot,{Q1},rep,Ana Roe,33850.00,{READ_ON},,{NEW_YORK}",
    f"hubspot,{Q1},rep,hubspot:{BEN},0.00,{READ_ON},USD,{NEW_YORK}",
    # Ana is in South since 15 March, before that in North with Ben
    f"hubspot,{Q1},team,South,33850.00,{READ_ON},USD,{NEW_YORK}",
    f"hubspot,deals_won,quarter,2026-01-01,company,company,7,{READ_ON},EUR,{NEW_YORK}",
    f"hubspot,deals_won,quarter,2026-01-01,rep,Ben Roe,0,{READ_ON},,{NEW_YORK}",
    f"hubspot,calls,quarter,2026-01-01,company,company,3,{READ_ON},,{NEW_YORK}",
    f"hubspot,open_pipeline,,,company,company,1250.00,{READ_ON},USD,",
    f"hubspot,open_pipeline,,,rep,unassigned,250.00,{READ_ON},USD,",
    # 9,100 dollars at the rate of March, 1.10
    f"salesforce,{Q1},company,company,8272.73,{READ_ON},EUR,",
    f"salesforce,revenue_won,week,2026-02-08,rep,Ben Roe,7000.00,{READ_ON},USD,",
    "hubspot,revenue_won,month,2026-03-01,company,company,1.00,2026-03-29,USD,",
    "hubspot,revenue_won,month,2026-05-01,company,company,1.00,2026-05-02,USD,",
    f"hubspot,revenue_won,year,2026-01-01,company,company,1.00,{READ_ON},XXX,",
    # nobody recorded a meeting
    f"hubspot,meetings,month,2026-03-01,company,company,1,{READ_ON},,",
]
BAD_TOTALS = [
    f"zoho,{Q1},company,company,1,{READ_ON},,",
    f"hubspot,profit,quarter,2026-01-01,company,company,1,{READ_ON},,",
    f"hubspot,{Q1},rep,Nobody,1,{READ_ON},,",
    f"hubspot,{Q1},team,North,1,2025-12-31,,",
    f"hubspot,revenue_won,month,2026-03-02,company,company,1,{READ_ON},,",
    f"hubspot,revenue_won,,2026-03-01,company,company,1,{READ_ON},,",
    f"hubspot,open_pipeline,month,,company,company,1,{READ_ON},,",
    f"hubspot,emails,quarter,2026-01-01,team,North,1,{READ_ON},,New York",
]
HEADER = "source,metric,period_type,period_start,scope_type,scope,amount,read_on,currency,time_zone\n"
FILES = {
    "registers/2026-03-31/stage_map.csv": STAGES,
    "registers/2026-03-31/exchange_rates.csv": "month,currency,rate_to_reporting\n2026-02,EUR,1.08\n2026-03,EUR,1.10\n",
    "registers/2026-03-31/crosswalk.csv": "entity,source,source_id,canonical_id,valid_from\n"
    "opportunity,salesforce,006000000000006AAA,hubspot:1006,2026-03-01\n",
    "registers/2026-04-30/crm_totals.csv": HEADER + "\n".join([*TOTALS, *BAD_TOTALS]) + "\n",
    "hubspot/2026-03-31/owners.jsonl": OWNERS,
    "hubspot/2026-03-31/deals.jsonl": "\n".join(BEFORE_THE_HANDOVER),
    f"hubspot/{READ_ON}/deals.jsonl": "\n".join(AS_READ),
    f"hubspot/{AS_OF}/deals.jsonl": "\n".join(NOW),
    f"hubspot/{READ_ON}/calls.jsonl": "\n".join(
        [
            call(1, "2026-04-01T02:30:00Z", "COMPLETED"),
            call(2, "2026-03-10T12:00:00Z", "SCHEDULED"),
            call(3, "2026-03-11T12:00:00Z", "COMPLETED"),
            call(4, "2026-03-12T12:00:00Z", "COMPLETED", archived=True),
        ]
    ),
    "salesforce/2026-03-31/User.csv": "Id,Name,Email,IsActive\n"
    "005000000000001AAA,Ana Roe,ana@kuota.example,true\n005000000000002AAA,Ben Roe,ben@kuota.example,true\n",
    "salesforce/2026-03-31/Opportunity.csv": "Id,StageName,OwnerId,CreatedDate,CloseDate,Name,Amount,IsDeleted\n"
    "006000000000006AAA,Closed Won,005000000000001AAA,2025-11-03T09:00:00.000Z,2026-01-20,Six,2100.00,false\n"
    "006000000000007AAA,Closed Won,005000000000002AAA,2025-11-03T09:00:00.000Z,2026-02-08,Seven,7000.00,false\n"
    "006000000000008AAA,Proposal,005000000000002AAA,2025-11-03T09:00:00.000Z,2026-06-30,Eight,400.00,false\n",
    "generic/2026-03-31/reps.csv": "rep_id,name,email\nG1,Ana Roe,ana@kuota.example\nG2,Ben Roe,ben@kuota.example\n",
    "generic/2026-03-31/teams.csv": "team_id,name\nN,North\nS,South\n",
    "generic/2026-03-31/team_memberships.csv": "rep_id,team_id,valid_from,valid_to\n"
    "G1,N,2025-01-01,2026-03-14\nG1,S,2026-03-15,\nG2,N,2025-01-01,\n",
    "generic/2026-03-31/opportunity_splits.csv": "opportunity_id,rep_id,share\n"
    "hubspot:1008,G1,0.666667\nhubspot:1008,G2,0.333333\n",
    "generic/2026-03-31/activities.csv": "activity_id,type,rep_id,occurred_at\nA1,call,G2,2026-03-12T10:00:00Z\n",
}
# the CRM's figure, the eight steps in their order, Kuota's figure
COMPANY = ["33850.00", "-2500.00", "0.00", "-200.00", "-900.00", "7100.00", "0.00", "300.00", "-350.00", "37300.00"]
OF_ANA = ["33850.00", "-4000.00", "0.00", "-200.00", "-900.00", "100.00", "-7000.00", "300.00", "-350.00", "21800.00"]
OF_BEN = ["0.00", "1500.00", "0.00", "0.00", "0.00", "7000.00", "7000.00", "0.00", "0.00", "15500.00"]
FROM_FEBRUARY = [
    *("33850.00", "-2500.00", "500.00", "-200.00", "-900.00", "7000.00", "0.00", "300.00", "-350.00", "37700.00")
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    return compiled_project(tmp_path_factory)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory, project: CompiledProject) -> Path:
    home = home_settings(tmp_path_factory.mktemp("tie_out"))
    for name, text in FILES.items():
        file = home.landing / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    ingest(home, run_id="run")
    with duckdb.connect(str(home.warehouse)) as connection:
        build_models(connection, project)
    return home.warehouse


@pytest.fixture
def company(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        yield connection


def amounts(connection: duckdb.DuckDBPyConnection, where: str) -> list[str | None]:
    """The CRM's figure, its eight steps and Kuota's figure of one reading."""
    rows = connection.execute(
        "select crm_amount::varchar, list(step_amount::varchar order by step_number), kuota_amount::varchar "
        f"from marts.mart_tie_out where {where} group by all"
    ).fetchall()
    assert len(rows) == 1, rows
    first, steps, last = rows[0]
    return [first, *steps, last]


def one(connection: duckdb.DuckDBPyConnection, columns: str, where: str) -> list[Any]:
    """The columns, the same in all eight rows, of one reading."""
    query = f"select distinct {columns} from marts.mart_tie_out where {where}"
    (row,) = connection.execute(query).fetchall()
    return [str(value) if value is not None else None for value in row]


REVENUE = "source = 'hubspot' and metric = 'revenue_won' and period_type = 'quarter' and "
BEN_BY_ID = "scope like 'hubspot:%'"


def test_example_g_1(company: duckdb.DuckDBPyConnection) -> None:
    assert amounts(company, REVENUE + "scope_type = 'company'") == COMPANY
    assert amounts(company, REVENUE + "scope = 'Ana Roe'") == OF_ANA
    assert amounts(company, REVENUE + BEN_BY_ID) == OF_BEN
    columns = "status, reason, scope_name, extract_age_days, set_aside_count, kuota_period_start, kuota_period_end"
    period = ["2026-01-01", "2026-03-31"]
    assert one(company, columns, REVENUE + "scope_type = 'company'") == ["not_tied", None, "Company", "0", "1", *period]
    assert one(company, columns, REVENUE + BEN_BY_ID) == ["tied", None, "Ben Roe", "0", "1", *period]
    running = "select running_amount::varchar from marts.mart_tie_out where {} order by step_number"
    assert company.execute(running.format(REVENUE + BEN_BY_ID)).fetchall()[4:6] == [("8500.00",), ("15500.00",)]


def test_each_step_names_its_records_with_their_cause(company: duckdb.DuckDBPyConnection) -> None:
    records = company.execute(
        "select step, record_id, amount_before::integer, amount_after::integer, cause, "
        f"source_file || ':' || source_row from marts.fct_tie_out_records where {REVENUE} scope = 'Ana Roe' "
        "order by step_number, record_id"
    ).fetchall()
    read, now = f"hubspot/{READ_ON}/deals.jsonl", f"hubspot/{AS_OF}/deals.jsonl"
    assert records == [
        ("business_date", "hubspot:1002", 4000, 0, "date", f"{read}:2"),
        ("rate", "hubspot:1004", 5600, 5400, "rate", f"{read}:4"),
        ("excluded", "hubspot:1005", 900, 0, "merged", f"{read}:5"),
        ("other_systems", "hubspot:1006", 2000, 0, "migrated", f"{read}:6"),
        (
            "other_systems",
            "salesforce:006000000000006AAA",
            0,
            2100,
            "other_system",
            "salesforce/2026-03-31/Opportunity.csv:2",
        ),
        ("credit", "hubspot:1007", 6000, 0, "owner_at_close", f"{read}:7"),
        ("credit", "hubspot:1008", 3000, 2000, "split", f"{read}:8"),
        ("since_read", "hubspot:1001", 12000, 11500, "correction", f"{now}:1"),
        ("since_read", "hubspot:1009", 0, 800, "late_entry", f"{now}:9"),
    ]


def test_fiscal_year_from_february(warehouse: Path, project: CompiledProject, tmp_path: Path) -> None:
    """Kuota's quarter is then February to April: 1 and 20 January are out of it, 1 April is in it."""
    copy = tmp_path / "kuota.duckdb"
    copy.write_bytes(warehouse.read_bytes())
    with duckdb.connect(str(copy)) as connection:
        connection.execute("delete from intermediate.int_period_dates_expanded where period_type = 'quarter'")
        connection.execute(
            """
            insert into intermediate.int_period_dates_expanded by name
            select
                day::date as date_day, 'quarter' as period_type, true as is_complete,
                (date_trunc('quarter', day - interval 1 month) + interval 1 month)::date as period_start,
                (date_trunc('quarter', day - interval 1 month) + interval 4 month - interval 1 day)::date as period_end
            from generate_series(timestamp '2024-02-01', timestamp '2027-01-31', interval 1 day) as days (day)
            """
        )
        for model in project.models.values():
            if "tie_out" in model.name and model.schema != "staging" and "metrics" not in model.name:
                connection.execute(f"create or replace table {model.relation} as {model.query}")
        assert amounts(connection, REVENUE + "scope_type = 'company'") == FROM_FEBRUARY
        period = one(connection, "kuota_period_start, kuota_period_end", REVENUE + "scope_type = 'company'")
    assert period == ["2026-02-01", "2026-04-30"]


def test_a_team_has_what_its_reps_were_credited_with_while_in_it(company: duckdb.DuckDBPyConnection) -> None:
    """All of Ana's is South's for the CRM. Kuota has 2,000 of H8 and H9 there; H1 and H4 closed before she came."""
    assert amounts(company, REVENUE + "scope = 'South'") == [
        *("33850.00", "-4000.00", "0.00", "-200.00", "-900.00", "-2000.00", "-24400.00", "800.00", "-350.00", "2800.00")
    ]
    assert company.execute(
        f"select cause from marts.fct_tie_out_records where {REVENUE} scope = 'South' and step_number = 6 "
        "order by record_id"
    ).fetchall() == [("team_on_date",), ("team_on_date",), ("owner_at_close",), ("split",)]


def test_counts(company: duckdb.DuckDBPyConnection) -> None:
    """H2 out and H3 in by date; H5 and H6 out, two of Salesforce in; Ben has a third of H8. A count has no rate."""
    assert amounts(company, "metric = 'deals_won' and scope_type = 'company'") == [
        *("7.00", "0.00", "0.00", "0.00", "-1.00", "1.00", "0.00", "1.00", "0.00", "8.00")
    ]
    assert amounts(company, "metric = 'deals_won' and scope_type = 'rep'") == [
        *("0.00", "1.00", "0.00", "0.00", "0.00", "1.00", "1.33", "0.00", "0.00", "3.33")
    ]
    # of the calls, one was in April in UTC, one is planned; the deleted one is in neither figure
    assert amounts(company, "metric = 'calls'") == [
        *("3.00", "-1.00", "0.00", "0.00", "-1.00", "1.00", "0.00", "0.00", "0.00", "2.00")
    ]
    causes = "select cause, source_file from marts.fct_tie_out_records where metric = 'calls' order by step_number"
    read = f"hubspot/{READ_ON}/calls.jsonl"
    assert company.execute(causes).fetchall() == [
        ("date", read),
        ("planned", read),
        ("other_system", "generic/2026-03-31/activities.csv"),
    ]


def test_open_pipeline_is_a_snapshot(company: duckdb.DuckDBPyConnection) -> None:
    assert amounts(company, "metric = 'open_pipeline' and scope_type = 'company'") == [
        *("1250.00", "0.00", "0.00", "0.00", "0.00", "400.00", "0.00", "500.00", "0.00", "2150.00")
    ]
    assert amounts(company, "metric = 'open_pipeline' and scope_type = 'rep'") == [
        *("250.00", *["0.00"] * 8, "250.00"),
    ]
    columns = "period_type, period_start, kuota_period_start, kuota_period_end, comparability, scope_id"
    assert one(company, columns, "metric = 'open_pipeline' and scope_type = 'rep'") == [*[None] * 5, "unassigned"]


def test_a_figure_in_another_currency_is_converted_at_the_rate_of_the_last_month(
    company: duckdb.DuckDBPyConnection,
) -> None:
    where = "source = 'salesforce' and period_type = 'quarter'"
    assert one(company, "crm_amount, status", where) == ["9100.00", "tied"]


def test_a_week_that_starts_on_sunday(company: duckdb.DuckDBPyConnection) -> None:
    """Kuota's week is from Monday the 9th on; the deal closed on Sunday the 8th."""
    assert amounts(company, "period_type = 'week'") == ["7000.00", "0.00", "-7000.00", *["0.00"] * 6, "0.00"]
    assert one(company, "kuota_period_start", "period_type = 'week'") == ["2026-02-09"]


@pytest.mark.parametrize(
    ("where", "reason", "crm_amount"),
    [
        ("period_start = '2026-03-01' and metric = 'revenue_won'", "read_before_first_extract", "1.00"),
        ("period_start = '2026-05-01'", "read_after_as_of", "1.00"),
        ("period_type = 'year'", "no_rate", None),
        ("metric = 'meetings'", "not_recorded", "1.00"),
    ],
)
def test_what_cannot_be_tied_out_says_why(
    company: duckdb.DuckDBPyConnection, where: str, reason: str, crm_amount: str | None
) -> None:
    assert one(company, "status, reason", where) == ["unknown", reason]
    assert amounts(company, where) == [crm_amount, *[None] * 9]
    assert one(company, "running_amount, record_count", where) == [None, None]
    records = f"select count(*) from marts.fct_tie_out_records where {where}"
    assert company.execute(records).fetchall() == [(0,)]


def test_bad_rows_are_set_aside_with_line_and_fix(company: duckdb.DuckDBPyConnection) -> None:
    messages = company.execute(
        "select message from intermediate.int_source_rows_validated "
        "where object = 'crm_total' and set_aside_reason is not null order by source_row"
    ).fetchall()
    file = "registers/2026-04-30/crm_totals.csv"
    first = len(TOTALS) + 2
    assert [message for (message,) in messages] == [
        f"{file}, line {first}, column 'source': 'zoho' is not a CRM that Kuota reads; "
        "write the name of its folder in landing.",
        f"{file}, line {first + 2}, column 'scope': 'Nobody' is not a rep of any source; "
        "correct the name or deliver the rep.",
        f"{file}, line {first + 3}, column 'read_on': '2025-12-31' is before the period began on 2026-01-01; "
        "correct one of the two.",
        f"{file}, line {first + 4}, column 'period_start': '2026-03-02' is not the first of a month; "
        "write the day on which the month begins.",
        f"{file}, line {first + 5}, column 'period_type': blank is not a period; write week, month, quarter or year.",
        f"{file}, line {first + 6}, column 'period_type': 'month' is the period of a snapshot; "
        "leave period_type and period_start blank.",
        f"{file}, line {first + 7}, column 'time_zone': 'New York' is not an IANA time zone; "
        "write one such as Europe/Berlin, or leave it blank.",
    ]
    unreadable = company.execute("select message from raw.quarantine where object = 'crm_total'").fetchall()
    assert len(unreadable) == 1 and f"line {first + 1}, column 'metric': 'profit'" in unreadable[0][0]
    assert company.execute("select count(*) from marts.mart_tie_out").fetchall() == [(8 * len(TOTALS),)]


def test_nothing_stops_the_publish(warehouse: Path, project: CompiledProject) -> None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        assert failed_tests(connection, project) == {}
