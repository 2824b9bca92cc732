"""CSVs that are not written as declared: another delimiter, encoding or place of the header; and their lines."""

import pytest

from orchestration.errors import ConfigurationError
from orchestration.ingest import ingest

COLUMNS = "deal_id,owner,closed_on,amount"
TEXT = f"{COLUMNS}\na,Añn,,1.5\nb,Bob,,2\n"
SEMICOLONS = (
    "its fields are separated by semicolons, not by commas, and were read accordingly; set csv.delimiter of the source"
)
EXPECTED = [("a", "Añn", "1.5"), ("b", "Bob", "2")]


def _deals(bench):
    return bench.state(columns="deal_id, owner, amount")


@pytest.mark.parametrize(
    ("text", "found", "lines"),
    [
        (TEXT.replace(",", ";"), SEMICOLONS, [2, 3]),
        (TEXT.replace(",", "\t"), "separated by tabs", [2, 3]),
        (TEXT.replace(",", "|"), "separated by vertical bars", [2, 3]),
        ("sep=;\n" + TEXT.replace(",", ";"), SEMICOLONS, [3, 4]),
        ('"sep=;"\r\n' + TEXT.replace(",", ";").replace("\n", "\r\n"), SEMICOLONS, [3, 4]),
        (TEXT.replace(",", "^"), "separated by carets", [2, 3]),
        ("SEP=#\n" + TEXT.replace(",", "#"), "separated by '#'", [3, 4]),
        ("\ufeffsep=,\n" + TEXT, "", [3, 4]),
        (
            "Deals of March\n\n" + TEXT,
            "its header is in line 3; what is above it, such as 'Deals of March'",
            [4, 5],
        ),
        ('"Deals, all","",""\n"As of 31 March"\n' + TEXT, "its header is in line 3", [4, 5]),
        ("Deals;;;\n" + TEXT.replace(",", ";"), "its header is in line 2", [3, 4]),
        ("\n\n" + TEXT, "", [4, 5]),
        (TEXT.replace("a,", "\na,"), "", [3, 4]),
        (TEXT + "\n\n\n", "", [2, 3]),
        (TEXT.replace("\n", "\r"), "", [2, 3]),
    ],
)
def test_delimiters_and_lines_above_the_header(bench, text, found, lines):
    bench.land(f"shop/2024-01-01/deals.csv{'.gz' if found else ''}", text)
    report = bench.ingest()
    assert _deals(bench) == EXPECTED
    assert bench.query("select _source_row from raw.shop__deal order by deal_id") == [(line,) for line in lines]
    said = " ".join(report.warnings)
    assert found in said and bool(found) == ("separated" in said or "header" in said)


@pytest.mark.parametrize("declared", ["utf-8", "utf-16"])
def test_encodings(bench, declared):
    codecs = ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "utf-8"]
    if declared != "utf-8":
        path = bench.settings.sources / "shop.yml"
        path.write_text(path.read_text() + f"csv: {{encoding: {declared}}}\n")
    for day, codec in enumerate(codecs, start=1):
        bench.land(f"shop/2024-01-0{day}/deals.csv", TEXT.replace("1.5", f"1.{day}").encode(codec))
        bench.land(f"shop/2024-01-0{day}/calls.jsonl.gz", f'{{"call_id": "{codec}"}}\n'.encode(codec))
    report = bench.ingest()
    assert bench.query("select distinct owner, amount from raw.shop__deal where deal_id = 'a' order by all") == [
        ("Añn", f"1.{day}") for day in range(1, 6)
    ]
    assert {call for (call,) in bench.query("select call_id from raw.shop__call")} == set(codecs)
    noted = {line.split("/")[1] for line in report.warnings if "deals.csv: it is UTF-" in line}
    assert noted == {f"2024-01-0{day}" for day in ((1, 2, 3) if declared == "utf-8" else (4, 5))}


def test_windows_1252_is_named_and_can_be_declared(bench):
    data = TEXT.replace("Bob", "Bob \u201cB\u201d \u20ac").encode("windows-1252")
    bench.land("shop/2024-01-01/deals.csv", data)
    report = bench.ingest()
    assert any("it looks like Windows-1252; set csv.encoding" in line for line in report.warnings)
    path = bench.settings.sources / "shop.yml"
    path.write_text(path.read_text() + "csv: {encoding: windows-1252}\n")
    report = bench.ingest()
    assert _deals(bench)[1] == ("b", "Bob \u201cB\u201d \u20ac", "2")
    assert report.warnings == []


def test_one_bad_byte_in_a_file_of_utf_8_is_not_another_encoding(bench):
    bench.land("shop/2024-01-01/deals.csv", TEXT.encode().replace(b"Bob", b"B\xe9b"))
    assert not any("Windows" in line for line in bench.ingest().warnings)


def test_decimal_commas_are_read_where_nothing_else_can_be_meant(bench):
    rows = {"a": "100,50", "b": "1.000,5", "c": "7", "d": "2.000"}
    text = COLUMNS + "\n" + "".join(f"{deal},,,{amount.replace(',', '#')}\n" for deal, amount in rows.items())
    bench.land("shop/2024-01-01/deals.csv", text.replace(",", ";").replace("#", ","))
    report = bench.ingest()
    assert bench.state() == [("a", "100.50"), ("b", "1000.5"), ("c", "7"), ("d", "2000")]
    assert any("line 2, column 'amount': '100,50' was read as 100.50 (3 in this file)" in w for w in report.warnings)


@pytest.mark.parametrize(
    ("amounts", "read"),
    [(("1.500", "1.234.567"), ("1500", "1234567")), (("0,125", "3"), ("0.125", "3"))],
    ids=["points separate thousands", "a comma after 0"],
)
def test_one_certain_number_says_what_the_others_are(bench, amounts, read):
    text = COLUMNS.replace(",", ";") + "\n" + "".join(f"{n};;;{amount}\n" for n, amount in enumerate(amounts))
    bench.land("shop/2024-01-01/deals.csv", text)
    bench.ingest()
    assert bench.state() == list(zip("01", read, strict=True))


@pytest.mark.parametrize("amounts", [("100,50", "100.50"), ("1,000",)], ids=["both", "a comma before three digits"])
def test_decimal_commas_are_not_guessed(bench, amounts):
    text = COLUMNS.replace(",", ";") + "\n" + "".join(f"{n};;;{amount}\n" for n, amount in enumerate(amounts))
    bench.land("shop/2024-01-01/deals.csv", text)
    report = bench.ingest()
    assert bench.state()[0] == ("0", amounts[0])
    assert any(f"'{amounts[0]}' is not usable" in line for line in report.warnings)


def test_what_is_not_certainly_a_header_stops_the_run_and_says_what_it_looks_like(bench):
    bench.land("shop/2024-01-01/deals.csv", "id;owner;closed_on;amount\na;Ann;;1\n")
    with pytest.raises(ConfigurationError) as stopped:
        ingest(bench.settings, run_id="run")
    assert "line 1: required column 'deal_id' is missing" in str(stopped.value)
    assert "seem to be separated by semicolons, not by commas; if they are, set csv.delimiter" in str(stopped.value)


def test_lines_are_those_of_a_text_editor_in_every_message_and_table(bench, deals):
    blank_required = ',"two\nlines",,1,,'
    lines = ["a,,,1,,", "", 'b,"x\n\ny",,1,,', "", "", blank_required, "c,,,no,,", "broken", "d,,,1,,"]
    text = deals(*lines)
    for packed in ("", ".gz"):
        bench.land(f"shop/2024-01-01/deals.csv{packed}", text)
    # the same without a damaged row and without blank lines, so that the strict reader reads it
    bench.land("shop/2024-01-02/deals.csv", deals('a,"1\n2",,1,,', 'b,"x\n\ny",,1,,', "c,,,no,,", ",,,1,,"))
    report = bench.ingest()
    editor = text.split("\n")
    places = {"b": 4, "c": 11, "d": 13}
    assert [editor[line - 1][:2] for line in places.values()] == ["b,", "c,", "d,"]
    rows = bench.query(
        "select deal_id, _source_row from raw.shop__deal where _source_file = 'shop/2024-01-01/deals.csv' "
        "and deal_id != 'a' order by 1"
    )
    assert dict(rows) == places
    assert bench.query(
        "select source_file, source_row, reason from raw.quarantine where source_file not like '%.gz' order by all"
    ) == [
        ("shop/2024-01-01/deals.csv", 9, "missing_key"),
        ("shop/2024-01-01/deals.csv", 12, "wrong_number_of_fields"),
        ("shop/2024-01-02/deals.csv", 8, "missing_key"),
    ]
    said = " ".join(report.warnings)
    assert "shop/2024-01-01/deals.csv, line 11, column 'amount': 'no'" in said
    assert "shop/2024-01-02/deals.csv, line 7, column 'amount': 'no'" in said
    assert "shop/2024-01-01/deals.csv, line 12: it has 1 fields" in said


def test_a_large_file_with_one_field_of_several_lines(bench, deals):
    rows = [f"d{number:05},,,1,," for number in range(20_000)]
    rows[3] = 'x,"two\nlines",,1,,'
    bench.land("shop/2024-01-01/deals.csv.gz", deals(*rows))
    bench.ingest()
    assert bench.query(
        "select _source_row from raw.shop__deal where deal_id in ('d00002', 'x', 'd19999') order by 1"
    ) == [
        (4,),
        (5,),
        (20_002,),
    ]
