"""Parquet, workbooks and gzip bring the same rows as a CSV; a file that is not what its name says loses only itself."""

import gzip
import json
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest

from orchestration.errors import ConfigurationError
from orchestration.ingest import preflight

COLUMNS = ["deal_id", "owner", "closed_on", "amount", "due_on", "status"]


def test_a_parquet_file_reads_as_a_person_would_write_it(bench):
    bench.land_parquet(
        "shop/2024-01-01/deals.parquet",
        """
        select 7::bigint as Deal_ID, 'Ann' as owner, date '2024-01-05' as closed_on, 1.50::decimal(12, 2) as amount,
            timestamp '2024-02-01 00:00:00' as due_on, null as status, true as "is ""it""; drop",
            1234.0::double as whole, 0.1::double as tenth, 1e20::double as large,
            timestamp '2024-02-01 10:00:00.5' as local_time, timestamptz '2024-02-01 10:00:00+07' as instant,
            ['a', 'b'] as tags, {'x': 1} as inner_values
        union all
        select 8, null, null, null, null, 'won', false, null, null, null, null, null, null, null
        """,
    )
    report = bench.ingest()
    assert bench.query(f"select {', '.join(COLUMNS)}, _source_row from raw.shop__deal order by deal_id") == [
        ("7", "Ann", "2024-01-05", "1.50", "2024-02-01", None, 2),
        ("8", None, None, None, None, "won", 3),
    ]
    assert bench.query("select json(_extras)->>'$' from raw.shop__deal order by deal_id limit 1") == [
        (
            '{"inner_values":"{\\"x\\":1}","instant":"2024-02-01T03:00:00Z","is \\"it\\"; drop":"true",'
            '"large":"1e+20","local_time":"2024-02-01T10:00:00.5","tags":"[\\"a\\",\\"b\\"]","tenth":"0.1",'
            '"whole":"1234"}',
        )
    ]
    assert report.warnings == [
        "shop/2024-01-01/deals.parquet, line 2: texts that hold JSON are not read (2 in this file), at inner_values.x, "
        "tags[0]; export what you need of them as columns of their own, or as JSONL and declare the column's 'path'."
    ]
    bench.balance()


def test_a_workbook_reads_as_a_person_would_write_it(bench):
    bench.land_workbook(
        "shop/2024-01-01/deals.xlsx",
        [],
        ["Deal_ID ", "owner", "closed_on", "amount", "due_on", "status", "ok", "at", "long", None],
        [1, "Ann", date(2024, 1, 5), 1234.5, datetime(2024, 2, 1), "won", True, time(9, 30), timedelta(hours=30)],
        [],
        [2.0, " ", None, 0.1 + 0.2, "#REF!", None, False, datetime(2024, 2, 1, 10, 0)],
        [None, "  "],
        [3, None, None, 1e13, "=1+1", None, None, None, None, "aside"],
    )
    report = bench.ingest()
    assert bench.query(f"select {', '.join(COLUMNS)}, _source_row, _extras from raw.shop__deal order by 1") == [
        ("1", "Ann", "2024-01-05", "1234.5", "2024-02-01", "won", 3, '{"at":"09:30:00","long":"30:00:00","ok":"true"}'),
        ("2", None, None, "0.3", "#REF!", None, 5, '{"at":"2024-02-01T10:00:00","ok":"false"}'),
        ("3", None, None, "10000000000000", "#FORMULA!", None, 7, '{"column 10":"aside"}'),
    ]
    assert report.warnings == [
        "shop/2024-01-01/deals.xlsx, line 5, column 'due_on': '#REF!' is not usable and counts as unknown "
        "(2 in this file); the formula of the cell has an error; correct it and save it again."
    ]
    bench.balance()


def test_a_title_above_the_header_and_a_sheet_by_name(bench):
    bench.declare('files: "deals*"', 'files: "deals*"\n    xlsx: {sheet: Deals 2024, header_row: 3}')
    bench.land_workbook(
        "shop/2024-01-01/deals.xlsx",
        ["deal_id", "owner", "closed_on", "amount"],
        ["a", None, None, -1],
        ["b", None, None, 2],
        sheet="deals 2024",
        above=2,
    )
    bench.ingest()
    assert bench.state() == [("b", "2")]
    assert bench.query("select message from raw.quarantine") == [
        ("shop/2024-01-01/deals.xlsx, line 4, column 'amount': '-1' is not usable; write 0 or more.",)
    ]


def test_a_sheet_or_a_header_that_is_not_there_stops_the_run(bench):
    bench.land_workbook("shop/2024-01-01/deals.xlsx", ["id", *COLUMNS[1:]], ["a"], above=1)
    with pytest.raises(
        ConfigurationError, match=r"deals.xlsx, line 1: required column 'deal_id' is missing; .* xlsx.header_row"
    ):
        preflight(bench.settings)
    bench.declare('files: "deals*"', 'files: "deals*"\n    xlsx: {sheet: Data}')
    with pytest.raises(ConfigurationError, match=r"deals.xlsx: the workbook has no sheet 'Data', only Sheet1, Notes"):
        preflight(bench.settings)


def test_a_header_below_a_title_is_found(bench):
    bench.land_workbook("shop/2024-01-01/deals.xlsx", COLUMNS, ["a", None, None, -1], ["b", None, None, 2], above=2)
    report = bench.ingest()
    assert bench.state() == [("b", "2")]
    assert bench.set_aside() == [(4, "amount", "below_minimum")]
    assert (
        "shop/2024-01-01/deals.xlsx: its header is in row 3; what is above it, such as 'Prepared by sales "
        "operations', was left out." in report.warnings
    )


def test_a_hidden_first_sheet_is_not_the_first(bench):
    path = bench.land_workbook("shop/2024-01-01/deals.xlsx", COLUMNS, ["a"])
    workbook = openpyxl.load_workbook(path)
    workbook.create_sheet("Lists", 0).sheet_state = "hidden"
    workbook.save(path)
    bench.ingest()
    assert bench.state() == [("a", None)]


def test_dates_of_a_typed_file_fit_a_declared_format(bench, deals):
    bench.declare("closed_on: {type: date, ", 'closed_on: {type: date, format: "%m/%d/%Y", ')
    bench.land("shop/2024-01-01/deals.csv", deals("a,,3/1/2017,,,"))
    bench.land("shop/2024-01-01/deals_iso.csv", deals("d,,2017-03-01,,,"))
    bench.land_parquet(
        "shop/2024-01-01/deals_2.parquet", "select 'b' as deal_id, '' as owner, date '2017-03-01' as closed_on"
    )
    bench.land_workbook("shop/2024-01-01/deals_3.xlsx", COLUMNS[:3], ["c", None, date(2017, 3, 1)])
    bench.ingest()
    assert bench.state(columns="deal_id, closed_on") == [
        ("a", "3/1/2017"),
        ("b", "03/01/2017"),
        ("c", "03/01/2017"),
        ("d", "2017-03-01"),
    ]
    assert bench.set_aside() == []


def test_numbers_of_a_typed_file_fit_a_declared_format(bench):
    bench.declare("amount: {type: decimal, minimum: 0}", 'amount: {type: decimal, minimum: 0, format: "1.234,50"}')
    bench.land("shop/2024-01-01/deals.csv", 'deal_id,owner,closed_on,amount\na,,,"1.234,50"\nb,,,1.5\nc,,,"-0,01"\n')
    bench.land_workbook(
        "shop/2024-01-01/deals_2.xlsx", COLUMNS[:4], ["d", None, None, 1234.5], ["e", None, None, "2.000"]
    )
    report = bench.ingest()
    # a number stays a number; a text of digits is read as a number: 2.000 is 2
    assert bench.state() == [("a", "1.234,50"), ("b", "1.5"), ("d", "1234,5"), ("e", "2,000")]
    assert bench.set_aside() == [(4, "amount", "below_minimum")]
    assert report.values_unparsable == 1
    assert (
        "'1.5' is not usable and counts as unknown (1 in this file); write a decimal of the form 1.234,50"
        in " ".join(report.warnings)
    )


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "xlsx"])
def test_a_column_may_have_another_name_in_the_files(bench, suffix):
    bench.declare("owner: {type: text,", 'owner: {type: text, header: ["Deal - Owner", Sales Rep],')
    bench.declare("amount: {type: decimal,", "amount: {type: decimal, header: Ámount (USD),")
    names = ["deal_id", "deal - owner ", "closed_on", "ámount (USD)", "Owner Email"]
    values = ["a", "Ana", None, "7", "ana@shop.example"]
    name = f"shop/2024-01-01/deals.{suffix}"
    if suffix == "xlsx":
        bench.land_workbook(name, names, values)
    elif suffix == "jsonl":
        bench.land(name, json.dumps(dict(zip(names, values, strict=True))) + "\n")
    else:
        bench.land(name, ",".join(names) + "\n" + ",".join(value or "" for value in values) + "\n")
    bench.ingest()
    assert bench.state(columns="deal_id, owner, amount, _extras") == [
        ("a", "Ana", "7", '{"Owner Email":"ana@shop.example"}')
    ]


def test_one_extract_in_several_formats_plain_and_packed(bench, deals):
    bench.land("shop/2024-01-01/deals_1.csv", deals("a,,,1,,"))
    parquet = bench.land_parquet(
        "shop/2024-01-01/deals_2.parquet", "select 'b' as deal_id, null as owner, null as closed_on, 2 as amount"
    )
    workbook = bench.land_workbook("shop/2024-01-01/deals_3.xlsx", COLUMNS, ["c", None, None, 3], ["a", None, None, 1])
    report = bench.ingest()
    assert bench.state() == [("a", "1"), ("a", "1"), ("b", "2"), ("c", "3")]
    # The same files packed are the same rows.
    bench.land("shop/2024-01-02/deals_1.csv.gz", deals("a,,,1,,"))
    bench.land("shop/2024-01-02/deals_2.parquet.gz", parquet.read_bytes())
    bench.land("shop/2024-01-02/deals_3.xlsx.gz", workbook.read_bytes())
    report = bench.ingest()
    assert (report.rows_read, report.rows_unchanged, report.tombstones) == (4, 4, 0)
    bench.balance()


@pytest.mark.parametrize("zone", ["", " with time zone"])
def test_an_infinite_instant_of_parquet_is_unknown_and_the_others_are_read(bench, zone):
    bench.land_parquet(
        "shop/2024-01-01/deals.parquet",
        f"select deal_id, '' as owner, moment::timestamp{zone} as closed_on, 1 as amount "
        "from (values ('a', '2024-01-01'), ('b', 'infinity')) as _ (deal_id, moment)",
    )
    bench.ingest()
    assert [deal for deal, _ in bench.state()] == ["a"]
    assert len(bench.set_aside()) == 1


def test_an_undated_parquet_is_dated_by_its_newest_update(bench):
    bench.land_parquet(
        "shop/calls.parquet", "select range as call_id, timestamp '2024-02-01 10:00:00' as updated_at from range(2)"
    )
    bench.ingest()
    assert bench.query("select distinct _extracted_at from raw.shop__call") == [(datetime(2024, 2, 1, 10),)]


PARQUET = "select 'a' || range as deal_id, null as owner, null as closed_on from range(1000)"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("deals.xlsx", "deal_id,owner\n", "it is text, not a readable .xlsx; name it .csv or .jsonl."),
        ("deals.xlsx", OLD_WORKBOOK, "it is an Excel workbook that is old (.xls) or has a password, not a readable"),
        ("deals.xlsx", b"PK\x03\x04 cut", "the workbook is cut off or damaged (BadZipFile); save it again as .xlsx."),
        ("deals.xls", "\n<HTML><table>", "it is a web page named .xls; open it in a spreadsheet and save it"),
        (
            "deals.xls",
            OLD_WORKBOOK,
            "the old format .xls cannot be read; open it in a spreadsheet and save it as .xlsx.",
        ),
        ("deals.parquet", "deal_id,owner\n", "it is text, not a Parquet file; name it .csv or .jsonl."),
        ("deals.csv", b"PK\x03\x04" + bytes(50), "it is an Excel workbook (.xlsx) or another ZIP archive, not a CSV;"),
        ("deals.csv", gzip.compress(b"deal_id", mtime=0), "it is a gzip file, not a CSV; add .gz to its name."),
        ("deals.jsonl", "<!DOCTYPE html><p>Please log in", "it is a web page, not lines of JSON;"),
        ("deals.parquet.gz", "PAR1", "the Parquet file is cut off or damaged"),
    ],
)
def test_a_file_of_another_kind_than_its_name_is_set_aside_as_a_whole(bench, deals, name, content, message):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,", "b,,,2,,"))
    bench.land(f"shop/2024-01-02/{name}", content)
    bench.land("shop/2024-01-02/deals_2.csv", deals("a,,,3,,"))
    preflight(bench.settings)
    report = bench.ingest()
    # b is missing from the second extract, of which not everything could be read.
    assert bench.state() == [("a", "3"), ("b", "2")]
    assert bench.set_aside() == [(1, None, "unreadable_file")]
    assert report.warnings[0].startswith(f"shop/2024-01-02/{name}: {message}")
    assert report.warnings[0].endswith("(unreadable_file: all of this file set aside)")
    assert (report.rows_quarantined, report.tombstones) == (1, 0)
    bench.balance()


@pytest.mark.parametrize("damage", ["cut", "overwritten"])
def test_a_damaged_parquet_is_one_entry_and_removes_nothing(bench, deals, damage):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    path = bench.land_parquet("shop/2024-01-02/deals.parquet", PARQUET)
    data = path.read_bytes()
    path.write_bytes(data[:-100] if damage == "cut" else data[:4] + b"\xff" * 60 + data[64:])
    report = bench.ingest()
    assert bench.state() == [("a", "1")]
    assert bench.set_aside() == [(1, None, "unreadable_file")]
    assert "deals.parquet: the Parquet file is cut off or damaged" in report.warnings[0]
    bench.balance()


@pytest.mark.parametrize("name", ["deals.parquet", "deals.xlsx"])
def test_an_empty_typed_file_is_an_empty_file(bench, deals, name):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    bench.land(f"shop/2024-01-02/{name}", "")
    report = bench.ingest()
    assert bench.state() == [("a", "1")]
    assert f"{name}: the file has no rows" in report.warnings[0]
    assert bench.set_aside() == []


@pytest.mark.parametrize(
    ("kind", "name", "content", "left"),
    [
        ("register", "deals.csv", "deal_id,owner,closed_on\n", []),
        ("register", "deals.xlsx", None, []),
        ("crm", "deals.csv", "deal_id,owner,closed_on\n", [("a", "1")]),
        ("crm", "deals.xlsx", None, [("a", "1")]),
        # without its line end the header may be all that is left of a file
        ("register", "deals.csv", "deal_id,owner,closed_on", [("a", "1")]),
        ("register", "deals.csv", "", [("a", "1")]),
    ],
)
def test_a_register_can_be_emptied_and_a_crm_cannot(bench, deals, kind, name, content, left):
    bench.declare("kind: crm", f"kind: {kind}")
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    if content is None:
        bench.land_workbook(f"shop/2024-01-02/{name}", COLUMNS)
    else:
        bench.land(f"shop/2024-01-02/{name}", content)
    report = bench.ingest()
    assert bench.state() == left
    assert report.tombstones == 1 - len(left)
    said = "has no rows; nothing was loaded" if left else "has a header and no rows, so its earlier rows no longer"
    assert said in report.warnings[0]
