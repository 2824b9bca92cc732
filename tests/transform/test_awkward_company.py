"""A company with values that are rare and right, and with values that nobody can mean: all is published or listed."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from compiled_project import SETTINGS, build_models, compiled_project, failed_tests, home_settings

from orchestration.guard import validate
from orchestration.ingest import ingest
from orchestration.settings import Settings

STAGES = "source,pipeline,source_stage,stage,stage_order,is_closed,is_won,valid_from,valid_to\n"
DEALS = "opportunity_id,owner_id,stage,created_at,amount,currency,close_date,account_id\n"
FILES = {
    "registers/2026-01-01/stage_map.csv": STAGES
    + "generic,,Open,Open,1,false,false,,\ngeneric,,Won,Won,2,true,true,,\ngeneric,,Lost,Lost,3,true,false,,\n"
    # stages that are called like statuses; whatever the register says of them, only a status closes a deal
    "pipedrive,,Lead In,Lead In,1,false,false,,\npipedrive,,Won,Won,2,false,false,,\n"
    "pipedrive,,6,Verbal no,3,true,false,,\nsalesforce,,Closed Won,Won,2,true,true,,\n",
    # a dollar is 16,320.50 rupiah; XAU is worth more than any number has digits, XTS less than any
    "registers/2026-01-01/exchange_rates.csv": "month,currency,rate_to_reporting\n"
    "2026-01,IDR,0.0000612726\n2026-01,XAU,99999999\n2026-01,XTS,0.000000000001\n2025-12,XAU,99999999\n2026-01,NEG,-2\n"
    "2206-01,IDR,1\n2025-10,EUR,1.2\n2025-11,EUR,1.2\n",
    "registers/2026-01-01/quotas.csv": "assignee_type,assignee,metric,period_type,period_start,target,currency,"
    "effective_from\n"
    "rep,R1,revenue_won,quarter,2026-01-01,1000,USD,\n"
    "rep,R2,revenue_won,quarter,2026-01-01,99999999999999,XAU,\n"
    "rep,R3,revenue_won,quarter,2026-01-01,1000000000000000000,USD,\n"
    "rep,R3,deals_won,quarter,2026-01-01,99999999999999,,\n"
    "rep,R3,revenue_won,month,2026-02-01,-5,USD,\n"
    "rep,Fay Orr,revenue_won,quarter,2025-10-01,1000,USD,\nrep,Fay Orr,revenue_won,quarter,2026-01-01,1000,USD,\n"
    "rep,Gus Pim,revenue_won,quarter,2025-10-01,1000,USD,\nrep,Hal Ray,revenue_won,quarter,2025-10-01,1000,USD,\n"
    "rep,Hal Ray,revenue_won,quarter,2026-01-01,1000,USD,\nrep,Fay Orr,revenue_won,month,2026-04-01,1000,USD,\n"
    "rep,Hal Ray,revenue_won,month,2026-04-01,1000,USD,\nrep,R1,deals_won,quarter,2026-01-01,5,,2206-01-01\n"
    # names in other spellings; two reps have the third one
    "rep,ana  LIMA,calls,quarter,2026-01-01,7,,\nteam,\uff4eORTH,calls,quarter,2026-01-01,9,,\n"
    "rep,Kim ray,calls,quarter,2026-01-01,7,,\n"
    # ids that a spreadsheet has taken for numbers
    "rep,77,calls,quarter,2026-01-01,7,,\nteam,1,emails,quarter,2026-01-01,7,,\nrep,078,emails,quarter,2026-01-01,7,,\n",
    "registers/2026-01-01/collection_changes.csv": "change_id,effective_on,source,object,field,what_changed\n"
    "G1,2206-01-01,generic,activity,rows,tracking_started\n",
    "registers/2026-01-01/leave.csv": "rep_id,from_date,to_date\nR1,0001-01-01,0001-01-02\nR3,2026-03-30,9999-12-31\n",
    "registers/2026-01-01/holidays.csv": "date,region,name\n9999-12-31,,The last day\n0001-01-01,,The first day\n",
    "registers/2026-01-01/ramp.csv": "role,month_of_tenure,share\n,1,0.5\n,999999999,0.333333333\n",
    "generic/2026-03-31/reps.csv": "rep_id,name,hired_on,ended_on,team_id\n"
    "R1,Ana Lima,0001-01-01,9999-12-31,T1\nR2,Ben Od\u00e9,,,T1\nR3,Dia Roy,2026-01-01,,T1\nR4,Kim Ray,,,\n"
    "R5,KIM RAY,,,\n0077,Lou Vis,,,1\n"
    "00078,Mia Wo,,,\n000078,Ned Xu,,,\n",
    "generic/2026-03-31/teams.csv": "team_id,name\nT1,North\n001,West\n",
    # A2 is not delivered, and two accounts have one name
    "generic/2026-03-31/accounts.csv": "account_id,name\nA1,Acme\nA3,Twin\nA4,Twin\n",
    "generic/2026-03-31/team_memberships.csv": "rep_id,team_id,valid_from,valid_to\nR1,T1,0001-01-01,9999-12-31\n",
    "generic/2026-03-31/opportunities.csv": DEALS
    # a lost renewal, a credit note of an owner whose name has a letter in two parts, and a deal of 0
    + "N1,R1,Won,2025-12-01,1000,USD,2026-02-10,A1\nN2,R1,Lost,2025-12-01,-400,USD,2026-02-11,A1\n"
    "N3,R2,Won,2025-12-01,500,USD,2026-01-15,A2\nN4,Ben Ode\u0301,Won,2025-12-01,-50,USD,2026-03-18,A2\n"
    "N5,R3,Won,2025-12-01,0,USD,2026-01-20,Twin\nN6,R3,Open,2026-01-10,-75.50,USD,2026-05-01,A3\n"
    # three thirds of 900, thirds of -100, and shares that lack 0.001 or more
    "S1,R1,Won,2025-12-01,900,USD,2026-01-16,\nS2,R1,Won,2025-12-01,-100,USD,2026-01-17,\n"
    "S3,R1,Won,2025-12-01,100,USD,2026-01-18,\nS4,R1,Won,2025-12-01,100,USD,2026-01-19,\n"
    # amounts that nobody can mean, each with another way to overflow
    "K1,R1,Won,2026-01-02,62812345678901,XAU,2026-01-16,\nK2,R1,Lost,2026-01-02,-62812345678901,XAU,2026-01-16,\n"
    "K3,R1,Open,2026-01-02,62812345678901,XAU,2026-05-01,\nK4,R1,Won,2026-01-02,1000000000000000000,USD,2026-01-16,\n"
    "K5,R1,Won,2026-01-02,1e17,USD,2026-01-16,\nK6,R1,Won,2026-01-02,-1e30,USD,2026-01-16,\n"
    "K7,R3,Won,2026-01-02,99999999999999,USD,2026-01-16,\nK8,R3,Won,2026-01-02,99999999999999,XTS,2026-01-16,\n"
    "K9,R3,Won,2026-01-02,250000000000000,IDR,2026-01-16,\n"
    # dates that nobody can mean
    "D1,R3,Won,0001-01-01,1,USD,2026-01-16,\nD2,R3,Won,2026-01-01,1,USD,9999-12-31,\nD3,R3,Open,9999-12-31,1,USD,0001-01-01,\n"
    "0055,R3,Open,2026-01-10,,USD,2026-05-01,\n"
    # a rate below 0 is none
    "R1,R3,Won,2026-01-02,1,NEG,2026-01-16,\n",
    "generic/2026-03-31/opportunity_splits.csv": "opportunity_id,rep_id,share\n"
    "S1,R1,0.3333333333333333\nS1,R2,0.3333333333333333\nS1,R3,0.3333333333333333\n"
    "S2,R1,0.3333\nS2,R2,0.3333\nS2,R3,0.3334\nS3,R1,0.499\nS3,R2,0.5\nS4,R2,0.498999\nS4,R3,0.5\n",
    "generic/2026-03-31/products.csv": "product_id,name,family,list_price,unit_cost,currency\n"
    "P1,One,Alpha,99999999999999,-1,USD\nP2,Two,Beta,-100,99999999999999,USD\n0009,Nine,,,,\n",
    "generic/2026-03-31/opportunity_lines.csv": "line_id,opportunity_id,product_id,quantity,unit_price,discount_rate\n"
    "L1,N1,P1,99999999999999,99999999999999,-999\nL2,N1,P2,2,500,0\nL3,N3,P2,-3,10,0.5\nL4,N3,P1,1,-10,\n"
    "L5,S1,P1,99999999999999,0.0001,999\nL6,S1,P1,99999999999999,1e-20,\nL7,N5,P1,1e18,1,\nL8,N4,\uff34wo,1,1,\n"
    "L9,N4,9,1,1,\nL10,55,P1,1,1,\n",
    "generic/2026-03-31/activities.csv": "activity_id,type,rep_id,occurred_at,logged_at,opportunity_id,"
    "duration_minutes\n"
    "C1,call,R1,2026-01-05T10:00:00Z,9999-12-31T00:00:00Z,N1,99999999999999\n"
    "C2,call,R1,2026-01-05T10:00:00Z,0001-01-01T00:00:00Z,N1,99999999999999\n"
    "C3,call,R1,9999-12-31T10:00:00Z,,N1,-1\nC4,call,R1,0001-01-01T10:00:00Z,,N1,5\n"
    "C5,task,R1,1926-01-05T10:00:00Z,,N1,5\nC6,PHONE CALL,ANA LIMA,2026-01-06T10:00:00Z,,N1,5\n"
    "C7,It,R1,2026-01-06T10:00:00Z,,N1,5\nC8,IT,R1,2026-01-06T10:00:00Z,,N1,5\nC9,it,R1,2026-01-06T10:00:00Z,,N1,5\n",
    "generic/2026-03-31/stage_events.csv": "opportunity_id,changed_at,to_stage\n"
    "N6,0001-01-01T00:00:00Z,Open\nN6,2026-01-12T02:00:00Z,Open\n",
    "generic/2026-03-31/leads.csv": "lead_id,created_at,owner_id,status,qualified_at,converted_at,opportunity_id\n"
    "X1,0001-01-01T00:00:00Z,R1,open,9999-12-31T00:00:00Z,,\nX2,9999-12-31T00:00:00Z,R1,open,0001-01-01T00:00:00Z,,\n",
    # of the reps of two systems, Test and Nil are one by e-mail; the others share placeholders, two by value_map
    "pipedrive/2026-03-31/users.csv": "id,name,email,active_flag\n11,Eva Moe,eva@example.com,1\n"
    "21,Test Muller,test.muller@firm.example,1\n22,Nil Roe,nil@firm.example,1\n23,Lu Tan,No-Reply2@firm.example,1\n"
    "24,Max Ito,0812 345,1\n25,Pia Rau,n/a,1\n26,Quy Do,Helpdesk@firm.example,1\n27,Rex Fo,,1\n",
    "pipedrive/2026-03-31/organizations.csv": "id,name,owner_id\n1,Unknown,11\n2,None Such Ltd,11\n3,Walk-in,11\n",
    "salesforce/2026-02-28/Account.csv": "Id,Name\n001000000000001AAA,(unknown)\n001000000000002AAA,None such ltd\n"
    "001000000000003AAA,Walk-in\n",
    "registers/2026-01-01/value_map.csv": "source,object,field,source_value,value,valid_from,valid_to\n"
    "pipedrive,rep,email,Helpdesk@firm.example,placeholder,,\nsalesforce,rep,email,helpdesk@firm.example,placeholder,,\n"
    "pipedrive,account,name,Walk-in,Unknown,,\n"
    "Generic,Activity,Type,Phone call,call,,\ngeneric,activity,type,It,meeting,,\ngeneric,activity,type,IT,call,,\n",
    "registers/2026-01-01/crosswalk.csv": "entity,source,source_id,canonical_id,valid_from\n"
    "rep,pipedrive,27,TBD,\nrep,salesforce,005000000000027AAA,TBD,\n",
    # Fay is active; Gus left in February; Hal left and came back; Ivo and Jan were never active, and Ivo has a deal;
    # Kim left this system, but not Pipedrive
    "salesforce/2026-01-31/UserRole.csv": "Id,Name,ParentRoleId\n00E000000000001AAA,South,\n",
    "salesforce/2026-01-31/User.csv": "Id,Name,Email,UserRoleId,IsActive\n"
    "005000000000001AAA,Fay Orr,fay@example.com,00E000000000001AAA,true\n"
    "005000000000002AAA,Gus Pim,gus@example.com,00E000000000001AAA,true\n"
    "005000000000003AAA,Hal Ray,hal@example.com,00E000000000001AAA,false\n"
    "005000000000004AAA,Ivo Sun,ivo@example.com,00E000000000001AAA,false\n"
    "005000000000005AAA,Jan Tor,jan@example.com,00E000000000001AAA,false\n"
    "005000000000006AAA,Eva Moe,eva@example.com,,true\n",
    "salesforce/2026-02-28/User.csv": "Id,Name,Email,UserRoleId,IsActive\n"
    "005000000000001AAA,Fay Orr,fay@example.com,00E000000000001AAA,true\n"
    "005000000000002AAA,Gus Pim,gus@example.com,00E000000000001AAA,false\n"
    "005000000000003AAA,Hal Ray,hal@example.com,00E000000000001AAA,true\n"
    "005000000000004AAA,Ivo Sun,ivo@example.com,00E000000000001AAA,false\n"
    "005000000000005AAA,Jan Tor,jan@example.com,00E000000000001AAA,false\n"
    "005000000000006AAA,Eva Moe,eva@example.com,,false\n"
    "005000000000021AAA,Test Muller,test.muller@firm.example,,true\n005000000000022AAA,Nil Roe,nil@firm.example,,true\n"
    "005000000000023AAA,Lea Ott,no-reply2@firm.example,,true\n005000000000024AAA,Moe Ude,0812 345,,true\n"
    "005000000000025AAA,Pat Roy,n/a,,true\n005000000000026AAA,Ron Eck,helpdesk@firm.example,,true\n"
    "005000000000027AAA,Sue Ay,,,true\n",
    "salesforce/2026-02-28/Opportunity.csv": "Id,StageName,OwnerId,CreatedDate,CloseDate,Name,AccountId,"
    "Amount,IsDeleted,CurrencyIsoCode\n"
    "006000000000001AAA,Closed Won,005000000000001AAA,2025-05-01T02:00:00.000Z,2026-01-15,One,,1040,false,USD\n"
    "006000000000002AAA,Closed Won,005000000000004AAA,2025-10-01T02:00:00.000Z,2025-11-30,Two,,500,false,EUR\n",
    "salesforce/2026-02-28/DatedConversionRate.csv": "Id,IsoCode,StartDate,NextStartDate,ConversionRate\n"
    "04w000000000001AAA,EUR,2025-10-01,2025-11-01,0.9\n04w000000000002AAA,EUR,2025-11-01,2025-12-01,0.84\n"
    "04w000000000003AAA,EUR,2025-12-01,,0.7\n04w000000000004AAA,USD,2000-01-01,,1\n",
    "pipedrive/2026-03-31/stages.csv": "stage_id,stage_name,pipeline_id,pipeline_name,order_nr\n"
    "1,Lead In,1,Sales,1\n5,Won,1,Sales,2\n6,lost,1,Sales,3\n",
    "pipedrive/2026-03-31/deals.csv": "id,stage_id,status,value,currency,user_id,pipeline_id,add_time,"
    "update_time,won_time\n"
    "50,5,open,500,USD,11,1,2025-10-03 02:00:00,2025-11-15 03:00:00,\n"
    "51,1,won,700,USD,11,1,2025-10-03 02:00:00,2025-11-15 03:00:00,2025-11-15 03:00:00\n"
    "52,6,open,900,USD,11,1,2025-10-03 02:00:00,2025-11-15 03:00:00,\n"
    "53,5,won,100,USD,11,1,2025-10-03 02:00:00,2025-11-17 03:00:00,2025-11-17 03:00:00\n"
    "54,1,won,500,EUR,11,1,2025-10-03 02:00:00,2025-11-20 03:00:00,2025-11-20 03:00:00\n",
    "registers/2026-03-31/crm_totals.csv": "source,metric,period_type,period_start,scope_type,scope,amount,read_on\n"
    "pipedrive,revenue_won,quarter,2025-10-01,company,company,1400,2026-03-31\n",
    "pipedrive/2026-03-31/deal_changes.csv": "deal_id,change_time,changed_field_key,new_value\n"
    "53,2025-10-03 02:00:00,stage_id,1\n53,2025-11-16 02:00:00,stage_id,5\n53,2025-11-17 03:00:00,status,Won\n",
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home in which the company is loaded and every model is built."""
    home = home_settings(tmp_path_factory.mktemp("home"))
    for name, text in FILES.items():
        file = home.landing / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    (home.landing / "settings.yml").write_text(SETTINGS)
    ingest(home, run_id="run")
    with duckdb.connect(str(home.warehouse)) as connection:
        build_models(connection, compiled_project(tmp_path_factory, SETTINGS))
    return home


@pytest.fixture
def company(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        yield connection


def texts(connection: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """Rows with each value as text, so that numbers are compared to their last digit."""
    return connection.execute(f"select columns(*)::varchar from ({query}) order by all").fetchall()


def test_nothing_of_it_stops_the_publish(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    with duckdb.connect(str(settings.warehouse)) as connection:
        assert failed_tests(connection, compiled_project(tmp_path_factory, SETTINGS)) == {}
    results = validate(settings, "marts", run_id="run")
    assert [it for it in results if it.severity == "critical" and it.status != "passed"] == []
    assert len(results) > 20


def test_negative_amounts_are_summed_and_make_a_rate_by_amount_unknown(company: duckdb.DuckDBPyConnection) -> None:
    """February: 1000 won, -400 lost; 16 to 22 March: the credit note alone; 19 to 25 January: 100 and 0 won."""
    rates = (
        "select period_start, numerator, denominator, rate from marts.mart_win_rate where segment_type = 'company' and "
    )
    assert texts(
        company, f"{rates} definition = 'won_of_closed_amount' and period_start in ('2026-02-01', '2026-03-16')"
    ) == [
        ("2026-02-01", "1000.00", "600.00", None),
        ("2026-03-16", "-50.00", "-50.00", None),
    ]
    assert texts(company, f"{rates} definition = 'won_of_closed_amount' and period_start = '2026-01-19'") == [
        ("2026-01-19", "100.00", "100.00", "1.0")
    ]
    assert texts(
        company, f"{rates} definition = 'won_of_closed_count' and period_start in ('2026-02-01', '2026-03-16')"
    ) == [
        ("2026-02-01", "1.00", "2.00", "0.5"),
        ("2026-03-16", "1.00", "1.00", "1.0"),
    ]
    open_amount = (
        "select open_amount from marts.mart_pipeline_health where segment_id = 'generic:R3' and pipeline = 'all'"
    )
    # N6 and D3
    assert texts(company, open_amount) == [("-74.50",)]


def test_shares_that_sum_to_1_within_a_thousandth_are_made_exact(company: duckdb.DuckDBPyConnection) -> None:
    credits = "select opportunity_id[9:], rep_id[9:], share, credited_amount from marts.fct_credits"
    assert texts(company, f"{credits} where opportunity_id[9] = 'S'") == [
        ("S1", "R1", "0.333334", "300.00"),
        ("S1", "R2", "0.333333", "300.00"),
        ("S1", "R3", "0.333333", "300.00"),
        ("S2", "R1", "0.333300", "-33.33"),
        ("S2", "R2", "0.333300", "-33.33"),
        ("S2", "R3", "0.333400", "-33.34"),
        ("S3", "R1", "0.499000", "49.90"),
        ("S3", "R2", "0.501000", "50.10"),
        ("S4", "R1", "1.000000", "100.00"),
    ]


def test_what_can_be_true_is_summed(company: duckdb.DuckDBPyConnection) -> None:
    """R3: 300 - 33.34 + 0 + 1 of S1, S2, N5 and D1; K7, K8 (1e-12 of a dollar each) and K9 (250 trillion rupiah)."""
    won = "select assignee_id[9:], actual_amount from marts.mart_quota_attainment where metric = 'revenue_won'"
    won += " and period_type = 'quarter' and period_start = '2026-01-01' and assignee_id like 'generic:R%'"
    assert texts(company, won) == [("R1", "1416.57"), ("R2", "766.77"), ("R3", "100015318150366.66")]


def test_what_cannot_be_true_is_listed_with_its_line(company: duckdb.DuckDBPyConnection) -> None:
    listed = (
        "select object, source_row, reason from marts.mart_exclusion where reason not in ('missing_lines', 'planned')"
    )
    assert texts(company, listed) == [
        ("activity", "2", "implausible_logged_date"),
        ("activity", "3", "implausible_logged_date"),
        ("activity", "4", "unparsable_required"),
        ("activity", "5", "implausible_date"),
        ("activity", "6", "implausible_date"),
        ("collection_change", "2", "implausible_date"),
        ("crosswalk", "2", "placeholder_id"),
        ("crosswalk", "3", "placeholder_id"),
        ("exchange_rate", "6", "below_minimum"),
        ("exchange_rate", "7", "implausible_date"),
        ("holiday", "2", "implausible_date"),
        ("holiday", "3", "implausible_date"),
        ("lead", "2", "implausible_created_date"),
        ("lead", "2", "implausible_qualified_date"),
        ("lead", "3", "implausible_created_date"),
        ("lead", "3", "implausible_qualified_date"),
        ("opportunity", "12", "amount_too_large"),
        ("opportunity", "13", "amount_too_large"),
        ("opportunity", "14", "amount_too_large"),
        ("opportunity", "15", "missing_amount"),
        ("opportunity", "16", "missing_amount"),
        ("opportunity", "17", "missing_amount"),
        ("opportunity", "21", "implausible_created_date"),
        ("opportunity", "22", "implausible_close_date"),
        ("opportunity", "23", "implausible_created_date"),
        ("opportunity", "23", "implausible_expected_close_date"),
        ("opportunity", "24", "missing_amount"),
        ("opportunity", "25", "missing_rate"),
        ("opportunity", "6", "ambiguous_account"),
        ("opportunity_line", "11", "unknown_opportunity"),
        ("opportunity_line", "8", "unparsable_required"),
        ("opportunity_split", "10", "splits_do_not_sum_to_1"),
        ("opportunity_split", "11", "splits_do_not_sum_to_1"),
        ("quota", "14", "implausible_effective_from"),
        ("quota", "17", "ambiguous_assignee"),
        ("quota", "18", "unknown_assignee"),
        ("quota", "19", "unknown_assignee"),
        ("quota", "20", "unknown_assignee"),
        ("quota", "3", "quota_too_large"),
        ("quota", "4", "unparsable_required"),
        ("quota", "6", "below_minimum"),
        ("ramp", "3", "unparsable_required"),
        ("stage_event", "2", "implausible_date"),
    ]


def test_no_number_is_dated_to_a_day_that_cannot_be_true(company: duckdb.DuckDBPyConnection) -> None:
    """as_of is 31 March 2026. In memberships and employment the first and the last day mean always."""
    columns = company.execute(
        "select table_name, column_name from information_schema.columns where table_schema = 'marts' "
        "and data_type in ('DATE', 'TIMESTAMP') "
        "and table_name not in ('dim_reps', 'bridge_source_ids', 'mart_source_coverage')"
    ).fetchall()
    dated = [
        f"select '{table}' as t, '{column}' as c, cast({column} as date) as day from marts.{table}"
        for table, column in columns
    ]
    assert len(dated) > 60
    outside = " union all ".join(dated)
    assert (
        texts(company, f"select distinct * from ({outside}) where day not between '2006-03-31' and '2031-12-31'") == []
    )


def test_a_name_means_the_record_in_every_spelling(company: duckdb.DuckDBPyConnection) -> None:
    """Four calls of Ana: C1, C2, C6 by name, and C8. It and IT have a meaning each in the register, it has none."""
    quotas = (
        "select assignee_id[9:], quota_amount, actual_amount from marts.mart_quota_attainment where metric = 'calls'"
    )
    assert texts(company, f"{quotas} and period_start = '2026-01-01' and quota_source = 'assigned'") == [
        ("R1", "7.00", "4.00"),
        ("T1", "9.00", "4.00"),
    ]
    types = "select activity_id[9:], activity_type from marts.fct_activities where activity_id >= 'generic:C6'"
    assert texts(company, f"{types} and source = 'generic'") == [
        ("C6", "call"),
        ("C7", "meeting"),
        ("C8", "call"),
        ("C9", "it"),
    ]
    lines = "select product_id from intermediate.int_opportunity_parts where source_key = 'L8'"
    assert texts(company, lines) == [("generic:P2",)]


def test_an_id_that_lost_zeros_is_named_with_its_line(
    company: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Of 00078 and 000078 nobody knows which one 078 is; the other references name one record each."""
    warning = compiled_project(tmp_path_factory, SETTINGS).warnings["assert_references_keep_their_zeros"]
    teams = "generic/2026-03-31/reps.csv"
    spoiled = "a spreadsheet has taken the id for a number: export ids as text"
    products, registers = "generic/2026-03-31/opportunity_lines.csv", "registers/2026-01-01/quotas.csv"
    assert texts(company, f"select message from ({warning})") == [
        (f"{products}, line 10: the product '9' is unknown, but '0009' of generic is not (1 row); {spoiled}",),
        (f"{products}, line 11: the opportunity '55' is unknown, but '0055' of generic is not (1 row); {spoiled}",),
        (f"{teams}, line 7: the team '1' is unknown, but '001' of generic is not (1 row); {spoiled}",),
        (f"{registers}, line 18: the rep '77' is unknown, but '0077' of generic is not (1 row); {spoiled}",),
        (f"{registers}, line 19: the team '1' is unknown, but '001' of generic is not (1 row); {spoiled}",),
    ]


def test_an_amount_is_shown_as_the_crm_converts_it(company: duckdb.DuckDBPyConnection) -> None:
    """500 EUR of the last day of November: 500 / 0.84 by Salesforce's rate of that day, 500 x 1.2 by the register."""
    amounts = "select opportunity_id[12:], amount_reporting, crm_converted_amount from marts.fct_opportunities"
    assert texts(company, f"{amounts} where source = 'salesforce'") == [
        ("006000000000001AAA", "1040.00", "1040.0000"),
        ("006000000000002AAA", "600.00", "595.2381"),
    ]


def test_a_total_of_pipedrive_is_tied_out_at_the_rates_of_the_register(company: duckdb.DuckDBPyConnection) -> None:
    """700, 100 and 500 EUR at 1.2; Pipedrive delivers no amount that it has converted. Salesforce has 600 more."""
    steps = "select list(step_amount order by step_number), any_value(kuota_amount), any_value(status)"
    assert texts(company, f"{steps} from marts.mart_tie_out") == [
        ("[0.00, 0.00, 0.00, 0.00, 600.00, 0.00, 0.00, 0.00]", "2000.00", "tied")
    ]


def test_a_price_below_0_is_unknown(company: duckdb.DuckDBPyConnection) -> None:
    assert texts(company, "select product_name, list_price, unit_cost from marts.dim_products") == [
        ("Nine", None, None),
        ("One", "99999999999999.0000", None),
        ("Two", None, "99999999999999.0000"),
    ]


def test_a_stage_that_is_called_like_a_status_is_a_stage(company: duckdb.DuckDBPyConnection) -> None:
    deals = "select opportunity_id[11:], stage, is_closed, is_won from marts.fct_opportunities"
    assert texts(company, f"{deals} where opportunity_id like 'pipedrive:%'") == [
        ("50", "Won (open)", "false", "false"),
        ("51", "Won", "true", "true"),
        ("52", "Verbal no", "false", "false"),
        ("53", "Won", "true", "true"),
        ("54", "Won", "true", "true"),
    ]
    moves = "select from_stage, to_stage, changed_on from marts.fct_stage_events where opportunity_id = 'pipedrive:53'"
    assert texts(company, moves) == [
        ("Lead In", "Won (open)", "2025-11-16"),
        ("Won (open)", "Won", "2025-11-17"),
        (None, "Lead In", "2025-10-03"),
    ]


def test_a_rep_is_a_member_until_the_source_reports_the_end(company: duckdb.DuckDBPyConnection) -> None:
    reps = "select rep_name, ended_on, was_never_active from marts.dim_reps where rep_name in "
    assert texts(company, f"{reps} ('Eva Moe', 'Fay Orr', 'Gus Pim', 'Hal Ray', 'Ivo Sun', 'Jan Tor')") == [
        ("Eva Moe", None, "false"),
        ("Fay Orr", None, "false"),
        ("Gus Pim", "2026-02-28", "false"),
        ("Hal Ray", None, "false"),
        ("Ivo Sun", None, "true"),
        ("Jan Tor", None, "true"),
    ]
    # Ivo's last credit is of November: the fourth quarter lacks his quota, the first that of Gus
    quotas = "select period_type, period_start, quota_amount, is_partial_quota from marts.mart_quota_attainment"
    quotas += " where assignee_name = 'South' and metric = 'revenue_won' and quota_amount is not null"
    assert texts(
        company, f"{quotas} and (period_type = 'month' or period_type = 'quarter' and period_start < '2026-04-01')"
    ) == [
        ("month", "2026-04-01", "2000.00", "false"),
        ("quarter", "2025-10-01", "3000.00", "true"),
        ("quarter", "2026-01-01", "2000.00", "true"),
    ]


def test_an_account_that_was_not_delivered_is_a_customer_by_its_id(company: duckdb.DuckDBPyConnection) -> None:
    accounts = "select account_id, account_name, is_delivered from marts.dim_accounts where source = 'generic'"
    assert texts(company, accounts) == [
        ("generic:A1", "Acme", "true"),
        ("generic:A2", None, "false"),
        ("generic:A3", "Twin", "true"),
        ("generic:A4", "Twin", "true"),
    ]
    new = "select object_id[9:], amount from marts.fct_metric_credits where metric = 'new_customers'"
    assert texts(company, f"{new} and source = 'generic'") == [("N1", "1.0000000000"), ("N3", "1.0000000000")]


def test_a_placeholder_matches_nothing_and_is_listed(company: duckdb.DuckDBPyConnection) -> None:
    matched = "select entity, source_id, match_rule from marts.bridge_source_ids where source = 'pipedrive'"
    assert texts(company, matched) == [
        ("account", "pipedrive:2", "name"),
        ("rep", "pipedrive:11", "email"),
        ("rep", "pipedrive:21", "email"),
        ("rep", "pipedrive:22", "email"),
    ]
    listed = (
        "select source_name, other_source_name, reason from marts.mart_near_match where source_id[:9] = 'pipedrive'"
    )
    assert texts(company, listed) == [
        ("Lu Tan", "Lea Ott", "placeholder"),
        ("Max Ito", "Moe Ude", "placeholder"),
        ("Pia Rau", "Pat Roy", "placeholder"),
        ("Quy Do", "Ron Eck", "placeholder"),
        ("Unknown", "(unknown)", "placeholder"),
        ("Unknown", "(unknown)", "placeholder"),
    ]
