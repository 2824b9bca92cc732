"""Values as databases, spreadsheets and programs write them: ingest and models read the same ones, and alike."""

from datetime import date, datetime

import duckdb
import pytest
from jinja2 import Environment

from orchestration.ingest.invisible import is_invisible, trim
from orchestration.ingest.source_config import Column
from orchestration.ingest.values import MACROS, macro, not_blank, parsed
from orchestration.ingest.workbook import as_written

UNUSABLE = None
DAYS = {
    "2026-03-01": "2026-03-01",
    " 2026-03-01\u200b": "2026-03-01",
    "2026-03-01 00:00:00": "2026-03-01",
    "2026-03-01T00:00:00.000Z": "2026-03-01",
    "2026-03-01 00:00:00 UTC": "2026-03-01",
    "2026-03-01 00:00:00.0000000 +00:00": "2026-03-01",
    # midnight where it was written, whatever the hour was in Greenwich
    "2026-03-01T00:00:00+07:00": "2026-03-01",
    "2026/03/01": "2026-03-01",
    "2026/3/1": "2026-03-01",
    "2026.03.01": "2026-03-01",
    "20260301": "2026-03-01",
    # 46082 days after 30 December 1899
    "46082": "2026-03-01",
    "46082.0": "2026-03-01",
    "1 Mar 2026": "2026-03-01",
    "01-MAR-2026": "2026-03-01",
    "March 1, 2026": "2026-03-01",
    "Mar  1 2026 12:00AM": "2026-03-01",
    "2026-03-01 14:30:00": UNUSABLE,
    "46082.5": UNUSABLE,
    "01/03/2026": UNUSABLE,
    "3/1/26": UNUSABLE,
    "2026-02-30": UNUSABLE,
    "2026-13-01": UNUSABLE,
    "17": UNUSABLE,
    "12345": UNUSABLE,
    "2026-07": UNUSABLE,
}
INSTANTS = {
    "2026-03-01 14:30:00": "2026-03-01 14:30:00",
    "2026-03-01T14:30": "2026-03-01 14:30:00",
    "2026-03-01 14:30:00 UTC": "2026-03-01 14:30:00",
    "2026-03-01 14:30:00 Z": "2026-03-01 14:30:00",
    "2026-03-01T14:30:00.123456789Z": "2026-03-01 14:30:00.123456",
    "2026-03-01T14:30:00,5Z": "2026-03-01 14:30:00.5",
    "2026-03-01 14:30:00 +0700": "2026-03-01 07:30:00",
    "2026-03-01 14:30:00-05": "2026-03-01 19:30:00",
    "2026-03-01T14:30Z": "2026-03-01 14:30:00",
    "2026-03-01 14:30+07:00": "2026-03-01 07:30:00",
    "9999-12-31T23:59:59Z": UNUSABLE,
    "2026-03-01T14:30:00+24:00": UNUSABLE,
    "2026-03-01T14:30:00-99:99": UNUSABLE,
    "2026-03-01 14:30:00 +0000 UTC": "2026-03-01 14:30:00",
    "2026-03-01T10:00:00+01:00[Europe/Berlin]": "2026-03-01 09:00:00",
    "2026/03/01 9:05": "2026-03-01 09:05:00",
    "2026-03-01 2:30 PM": "2026-03-01 14:30:00",
    "2026-03-01 12:30 AM": "2026-03-01 00:30:00",
    "20260301T143000Z": "2026-03-01 14:30:00",
    "Sun, 01 Mar 2026 10:00:00 +0000": "2026-03-01 10:00:00",
    # three fifths of a day and a bit, to the millisecond
    "46082.604166667": "2026-03-01 14:30:00",
    "2026-03-01": "2026-03-01 00:00:00",
    "2026-03-01 14:30 PM": UNUSABLE,
    "2026-03-01 14:30:00 PST": UNUSABLE,
    "2026-03-01 25:00:00": UNUSABLE,
    "10:00": UNUSABLE,
    "now": UNUSABLE,
}
MONTHS = {
    "2026-07": "2026-07-01",
    "2026/7": "2026-07-01",
    "202607": "2026-07-01",
    "2026M07": "2026-07-01",
    "07/2026": "2026-07-01",
    "7.2026": "2026-07-01",
    "Jul 2026": "2026-07-01",
    "July 2026": "2026-07-01",
    "2026 Jul": "2026-07-01",
    "2026-07-01 00:00:00": "2026-07-01",
    "Jul-26": UNUSABLE,
    "13/2026": UNUSABLE,
    "2026-00": UNUSABLE,
    "Q3 2026": UNUSABLE,
}
PERIODS = {
    # what is written: where the fiscal year is the calendar year, where it begins in April
    "Q3 2026": ("2026-07-01", UNUSABLE),
    "2026-Q3": ("2026-07-01", UNUSABLE),
    "2026Q3": ("2026-07-01", UNUSABLE),
    "2026": ("2026-01-01", UNUSABLE),
    "FY2026": ("2026-01-01", "2025-04-01"),
    "FY 2026 Q3": ("2026-07-01", "2025-10-01"),
    "Q3 FY2026": ("2026-07-01", "2025-10-01"),
    "2026-W05": ("2026-01-26", "2026-01-26"),
    "2026-07": ("2026-07-01", "2026-07-01"),
    "2026-07-01": ("2026-07-01", "2026-07-01"),
    "Q5 2026": (UNUSABLE, UNUSABLE),
    "FY26": (UNUSABLE, UNUSABLE),
}
NUMBERS = {
    "450": "450.0000",
    " 1234.50 ": "1234.5000",
    "-.5": "-0.5000",
    "1e3": "1000.0000",
    "\u2212250.5": "-250.5000",
    "(250.00)": "-250.0000",
    "250-": "-250.0000",
    "(": None,
    "(-5)": None,
    "99999999999999": "99999999999999.0000",
    "99999999999999.99": UNUSABLE,
    "100000000000000": UNUSABLE,
    "1,234.50": UNUSABLE,
    "$5": UNUSABLE,
    "inf": UNUSABLE,
    "0x10": UNUSABLE,
}
YES = ["Y", "yes", "JA", "ya", "1", "1.0", "t", "TRUE", "on", "Oui", "si", "Sí", "-1", "wahr", "VERDADERO"]
NO = ["N", "no", "Nein", "tidak", "0", "0.0", "f", "FALSE", "off", "non", "Não", "falsch", "FALSO"]


def of_models(name: str, *arguments: object) -> str:
    """The SQL of a macro as dbt renders it for a company that reports in UTC."""
    environment = Environment(autoescape=False)
    environment.globals["var"] = {"reporting_time_zone": "UTC", "fiscal_year_start_month": 1}.__getitem__
    text = "\n".join(path.read_text() for path in sorted(MACROS.glob("*.sql")))
    return str(getattr(environment.from_string(text).module, name)(*arguments))


def read(expression: str, texts: list[str]) -> list[str | None]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        rows = connection.execute(
            f"select ({expression})::varchar "
            "from (select unnest($texts) as x, unnest(range(len($texts))) as n) order by n",
            {"texts": texts},
        ).fetchall()
    return [value for (value,) in rows]


@pytest.mark.parametrize(
    ("column", "in_models", "values"),
    [
        ({"type": "date"}, of_models("parse_date", "x"), DAYS),
        ({"type": "instant"}, of_models("parse_instant", "x", "'UTC'"), INSTANTS),
        ({"type": "month"}, of_models("parse_month", "x"), MONTHS),
        ({"type": "period"}, of_models("parse_period", "x", 1), {text: both[0] for text, both in PERIODS.items()}),
        (
            {"type": "period", "fiscal_year_start_month": 4},
            of_models("parse_period", "x", 4),
            {text: both[1] for text, both in PERIODS.items()},
        ),
        ({"type": "decimal"}, of_models("parse_number", "x", "decimal(18, 4)"), NUMBERS),
        ({"type": "boolean"}, of_models("parse_boolean", "x"), dict.fromkeys(YES, "true") | dict.fromkeys(NO, "false")),
    ],
    ids=["date", "instant", "month", "period", "period from April", "decimal", "boolean"],
)
def test_ingest_and_models_read_a_text_alike(column, in_models, values):
    texts = list(values)
    assert dict(zip(texts, read(in_models, texts), strict=True)) == values
    usable = read(f"({parsed(Column.model_validate(column), 'x')}) is not null", texts)
    assert dict(zip(texts, usable, strict=True)) == {
        text: "false" if value is UNUSABLE else "true" for text, value in values.items()
    }


def test_an_instant_is_the_same_one_in_ingest():
    texts = list(INSTANTS)
    found = read(f"timezone('UTC', {parsed(Column.model_validate({'type': 'instant'}), 'x')})", texts)
    assert dict(zip(texts, found, strict=True)) == INSTANTS


def test_a_declared_format_is_read_and_so_is_the_iso_form():
    texts = ["3/4/2026", "2026-04-03", "04.03.2026"]
    assert read(of_models("parse_date", "x", "%d/%m/%Y"), texts) == ["2026-04-03", "2026-04-03", UNUSABLE]
    # a format that begins with the year could take the month for the day, so no other form is read
    assert read(of_models("parse_date", "x", "%Y-%d-%m"), ["2026-03-04", "2026-03-13"]) == ["2026-04-03", UNUSABLE]


@pytest.mark.parametrize(
    ("kind", "nothing", "something"),
    [
        (
            "name",
            ["NULL", "null", "\\N", "#N/A", "nan", "<NA>", "  ", "\u200b\u00a0"],
            ["None", "-", "n/a", "NA", "Null", "x"],
        ),
        ("text", ["NULL", "None", "n/a", "-", "\u2014", "(blank)", "  "], ["NA", "Nil", ".", "x"]),
        ("code", ["NULL", "None", "N/A", "NA", "-", "?"], ["EUR", "eur", "x"]),
        (
            "id",
            ["NULL", "None", "nan", "\\N", "#N/A", "n/a", "-", "\u2013", "--None--", " null ", "undefined"],
            ["NA", "0", "Nan-1"],
        ),
        ("decimal", ["NULL", "None", "NaN", "NA", "N/A", "-", ".", "?"], ["-5", "0", ".5", "unknown"]),
        ("date", ["NULL", "NaT", "0000-00-00", "-", "k.A."], ["2026-03-01", "tbd"]),
    ],
)
def test_words_for_nothing_depend_on_what_the_column_holds(kind, nothing, something):
    expression = not_blank(Column.model_validate({"type": kind}), "x")
    assert read(expression, nothing) == [None] * len(nothing)
    assert read(expression, something) == something


def test_the_same_characters_are_invisible_in_sql_and_in_python():
    characters = [
        chr(code) for code in (*range(0x20), *range(0x7F, 0xD800, 7), 0xA0, 0xAD, 0x200B, 0x202F, 0x3000, 0xFEFF)
    ]
    found = read(f"regexp_full_match(x, '[{macro('invisible')}]')", characters)
    assert [found == "true" for found in found] == [is_invisible(character) for character in characters]
    assert trim("\ufeff\u00a0Closed\u00a0Won\u200b \u00ad") == "Closed\u00a0Won"


def land_everywhere(bench, closed_on: object, amount: object) -> None:
    """The same deal as a CSV, JSONL, XLSX and Parquet."""
    header = ["deal_id", "owner", "closed_on", "amount"]
    bench.land("shop/2026-03-31/deals_csv.csv", f"{','.join(header)}\ncsv,Ann,{closed_on},{amount}\n")
    bench.land(
        "shop/2026-03-31/deals_jsonl.jsonl",
        f'{{"deal_id": "jsonl", "owner": "Ann", "closed_on": "{closed_on}", "amount": "{amount}"}}\n',
    )
    bench.land_workbook("shop/2026-03-31/deals_xlsx.xlsx", header, ["xlsx", "Ann", closed_on, amount])
    bench.land_parquet(
        "shop/2026-03-31/deals_parquet.parquet",
        f"select 'parquet' as deal_id, 'Ann' as owner, '{closed_on}' as closed_on, '{amount}' as amount",
    )


@pytest.mark.parametrize("written", ["2026-03-01 00:00:00", "2026/03/01", "46082", "1 Mar 2026"])
def test_every_format_reads_the_same_values(bench, written):
    land_everywhere(bench, written, "N/A")
    report = bench.ingest()
    assert bench.state(columns="deal_id, closed_on, amount") == [
        (name, written, None) for name in ("csv", "jsonl", "parquet", "xlsx")
    ]
    assert (bench.set_aside(), report.warnings) == ([], [])


def test_a_workbook_s_own_dates_and_serial_numbers_are_one_day(bench):
    bench.land_workbook(
        "shop/2026-03-31/deals.xlsx",
        ["deal_id", "owner", "closed_on", "amount"],
        ["date", "Ann", date(2026, 3, 1), 1],
        ["instant", "Ann", datetime(2026, 3, 1), 1],
        ["number", "Ann", 46082, 1],
    )
    bench.ingest()
    days = read(of_models("parse_date", "x"), [day for _, day in bench.state(columns="deal_id, closed_on")])
    assert days == ["2026-03-01"] * 3


def test_an_ambiguous_date_says_to_declare_the_format(bench, deals):
    bench.land("shop/2026-03-31/deals.csv", deals("a,,01/03/2026,1,,"))
    report = bench.ingest()
    assert report.warnings[0].startswith(
        "shop/2026-03-31/deals.csv, line 2, column 'closed_on': '01/03/2026' is not usable; "
        "write a date such as 2017-12-31, or set the column's 'format'."
    )


def test_what_is_invisible_is_trimmed_around_names_and_shown_in_messages(bench):
    bench.land(
        "shop/2026-03-31/deals.csv",
        "\ufeffdeal_id\u00a0,\u200bowner,closed_on\u00ad,due_on,status\n\u200ba\u00a0,\ufeffAnn,2026-03-01\u202f,,\u3000won\n"
        "b,Bob,,so\u200bon,\n",
    )
    report = bench.ingest()
    assert bench.query("select _key, trim(owner, '\ufeff') from raw.shop__deal order by 1") == [
        ("a", "Ann"),
        ("b", "Bob"),
    ]
    assert bench.set_aside() == []
    assert "column 'due_on': 'so\\u200bon' is not usable" in report.warnings[0]


@pytest.mark.parametrize(
    ("stored", "written"),
    [(123456789012345.67, "123456789012345.67"), (0.1 + 0.2, "0.3"), (2.5, "2.5"), (1e20, "100000000000000000000")],
)
def test_a_cell_keeps_its_cents_and_no_binary_fraction(stored, written):
    assert as_written(stored) == written
