"""Which values set a row aside, which only count as unknown."""

import duckdb
import pytest

from orchestration.ingest import ingest, load_source_configs
from orchestration.ingest.source_config import Column
from orchestration.ingest.values import parsed
from orchestration.settings import PROJECT, Settings


def test_the_first_problem_of_a_row_sets_it_aside(bench, deals):
    rows = [
        "a,,2017-02-28,1,,won",
        "b,,31/02/2017,1,,",
        "c,,2017-02-29,-1,,",
        "d,,,-0.01,,",
        "e,,,0,,Open",
        ",,,1,,",
        "f,,,0.00,,",
    ]
    bench.land("shop/2024-01-01/deals.csv", deals(*rows))
    report = bench.ingest()
    assert bench.set_aside() == [
        (3, "closed_on", "unparsable_required"),
        (4, "closed_on", "unparsable_required"),
        (5, "amount", "below_minimum"),
        (6, "status", "value_not_allowed"),
        (7, "deal_id", "missing_key"),
    ]
    assert bench.state() == [("a", "1"), ("f", "0.00")]
    assert [message for (message,) in bench.query("select message from raw.quarantine order by source_row")] == [
        "shop/2024-01-01/deals.csv, line 3, column 'closed_on': '31/02/2017' is not usable; "
        "write a date such as 2017-12-31, or set the column's 'format'.",
        "shop/2024-01-01/deals.csv, line 4, column 'closed_on': '2017-02-29' is not usable; "
        "write a date such as 2017-12-31, or set the column's 'format'.",
        "shop/2024-01-01/deals.csv, line 5, column 'amount': '-0.01' is not usable; write 0 or more.",
        "shop/2024-01-01/deals.csv, line 6, column 'status': 'Open' is not usable; write one of open, won.",
        "shop/2024-01-01/deals.csv, line 7, column 'deal_id': blank; fill it in.",
    ]
    assert any("(unparsable_required: 2 rows of this file set aside)" in warning for warning in report.warnings)
    bench.balance()


def test_an_unparsable_optional_value_keeps_its_row_and_is_counted(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,lots,,", "b,,,,soon,", "c,,,many,2024-01-05,"))
    report = bench.ingest()
    assert bench.state(columns="deal_id, amount, due_on") == [
        ("a", "lots", None),
        ("b", None, "soon"),
        ("c", "many", "2024-01-05"),
    ]
    assert (report.values_unparsable, report.rows_quarantined) == (3, 0)
    assert bench.query("select values_unparsable from raw.load_ledger") == [(3,)]
    assert report.warnings == [
        "shop/2024-01-01/deals.csv, line 2, column 'amount': 'lots' is not usable and counts as unknown "
        "(2 in this file); write a number such as 1234.50, without thousands separators, below 10^14, or set the "
        "column's 'format'.",
        "shop/2024-01-01/deals.csv, line 3, column 'due_on': 'soon' is not usable and counts as unknown "
        "(1 in this file); write a date such as 2017-12-31, or set the column's 'format'.",
    ]


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        (
            {"type": "date"},
            ["2017-02-28", " 2024-02-29 "],
            ["2017-02-29", "28/02/2017", "infinity", "2017-02-28x", "17"],
        ),
        ({"type": "date", "format": "%m/%d/%Y"}, ["3/1/2017", "12/31/2017", "2017-03-01"], ["31/02/2017", "3/1/17"]),
        (
            {"type": "instant"},
            [
                "2017-03-01",
                "2017-03-01 10:00",
                "2017-03-01T10:00:00Z",
                "2017-03-01T10:00:00.123456+07:00",
                "2017-03-01 10:00:00+0700",
                "2017-03-01 10:00:00-05",
            ],
            ["now", "2017-03-01T25:00:00Z", "10:00", "infinity"],
        ),
        ({"type": "decimal"}, ["1", "-1.50", "+.5", "1e3"], ["1,000", "$5", "NaN", "inf", "0x10", "1e99"]),
        (
            {"type": "decimal", "format": "1.234,50"},
            ["1.234,50", "-1.234.567", "1234,5", "7", "0,5"],
            ["1,234.50", "12.34", "1.2345", "1.234.5", "€5", ",5"],
        ),
        ({"type": "decimal", "format": "1,234.50"}, ["1,234.50", "1234.5"], ["1.234,50", "12,34", "1,2345"]),
        ({"type": "integer"}, ["1", "-7", "+3"], ["1.5", "0x10", "1e3", "99999999999999999999"]),
        ({"type": "boolean"}, ["true", "FALSE", "1", "0", "Yes", "no", "T", "f", "on", "ja"], ["2", "maybe"]),
    ],
)
def test_what_each_type_understands(bench, column, good, bad):
    expression = parsed(Column.model_validate(column), "x")
    with duckdb.connect() as connection:
        understood = connection.execute(
            f"select x from (select unnest($values) as x) where {expression} is not null", {"values": good + bad}
        ).fetchall()
    assert [value for (value,) in understood] == good


def test_the_registers_set_a_negative_quota_aside(tmp_path):
    settings = Settings(home=tmp_path, landing=tmp_path / "landing", warehouse=tmp_path / "kuota.duckdb")
    folder = settings.landing / "registers" / "2024-01-01"
    folder.mkdir(parents=True)
    header = "assignee_type,assignee,metric,period_type,period_start,target,currency,effective_from,note\n"
    (folder / "quotas.csv").write_text(
        header
        + "rep,Ann,revenue_won,quarter,2024-01-01,100,,,\n"
        + "rep,Bob,revenue_won,quarter,2024-01-01,-5,,,\n"
        + "rep,Cid,revenu_won,quarter,2024-01-01,5,,,\n"
    )
    report = ingest(settings, run_id="run")
    assert (report.rows_kept, report.rows_quarantined) == (1, 2)
    assert "column 'target': '-5' is not usable; write 0 or more." in report.warnings[0]
    assert "column 'metric': 'revenu_won' is not usable; write one of revenue_won, deals_won" in report.warnings[1]


def test_the_plain_source_declares_the_documented_files():
    configs = load_source_configs(PROJECT / "sources")
    assert list(configs) == ["crm_sales", "generic", "hubspot", "pipedrive", "registers", "salesforce"]
    assert len(configs["generic"].objects) == 11
    assert len(configs["registers"].objects) == 12
