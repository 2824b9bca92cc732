"""A key is what it means: written otherwise it is the same record, and rows of one key that contradict each other do
not count.
"""

import pytest

RATES = """
source: registers
description: Rates for these tests.
owner: team:sales-operations
kind: register
expected_every_days: 92
objects:
  rate:
    description: One rate per month and currency.
    files: "rates*"
    extract: full
    key: [month, currency]
    one_row_per_key: true
    columns:
      month: {type: month, required: true}
      currency: {type: code, required: true}
      rate: {type: decimal, required: true, above: 0}
      note: {type: name, remark: true}
  event:
    description: Moves.
    files: "events*"
    extract: full
    key: [deal_id, changed_at, stage]
    columns:
      deal_id: {type: id, required: true}
      changed_at: {type: instant, milliseconds: true, required: true}
      stage: {type: name, required: true}
"""


@pytest.fixture
def registers(bench):
    (bench.settings.sources / "registers.yml").write_text(RATES)

    def land(day: str, *rows: str, name: str = "rates.csv", header: str = "month,currency,rate,note") -> None:
        bench.land(f"registers/{day}/{name}", "\n".join([header, *rows, ""]))

    return land


def rates(bench):
    return bench.state("raw.registers__rate", "month, currency, rate")


def test_a_register_whose_keys_are_written_otherwise_is_the_same(bench, registers):
    months = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)]
    registers("2026-01-31", *(f"{month},EUR,1.5," for month in months))
    registers("2026-02-28", *(f"{month[5:]}/{month[:4]},eur,1.5," for month in months))
    report = bench.ingest()
    assert report.warnings == []
    assert report.tombstones == 0
    assert rates(bench)[0] == ("01/2024", "eur", "1.5")
    assert bench.query("select max(records_missing), count_if(is_held_back) from raw.load_ledger") == [(0, 0)]


def test_rows_that_contradict_each_other_are_all_set_aside(bench, registers):
    registers("2026-01-31", "2026-01,EUR,1,", "2026-01,USD,2,")
    registers(
        "2026-02-28",
        *("2026-01-01,EUR,1,", "01/2026,eur,2,", "2026-01,USD,3,first", "2026-01-15,USD,3.0,again", "2026-01,GBP,5,"),
    )
    report = bench.ingest()
    # the rate of the earlier register is no longer the company's: nobody knows which one is
    assert rates(bench) == [("2026-01", "GBP", "5"), ("2026-01", "USD", "3"), ("2026-01-15", "USD", "3.0")]
    assert bench.set_aside() == [(2, "rate", "contradiction"), (3, "rate", "contradiction")]
    assert (
        "registers/2026-02-28/rates.csv, line 2, column 'rate': '1' is not usable; rows with the same month and "
        "currency contradict each other; keep the right one. (contradiction: 2 rows of this file set aside)"
        in report.warnings
    )
    bench.balance()


def test_rows_of_two_files_of_one_day_contradict_each_other(bench, registers):
    registers("2026-01-31", "2026-01,EUR,1,", name="rates_1.csv")
    registers("2026-01-31", "Jan 2026,EUR,2,", name="rates_2.csv")
    bench.ingest()
    assert rates(bench) == []
    # a later register replaces both
    registers("2026-02-28", "2026-01,EUR,3,")
    bench.ingest()
    assert rates(bench) == [("2026-01", "EUR", "3")]


@pytest.mark.parametrize("rate", ["0", "-1", "0.000"])
def test_a_rate_that_is_not_above_0_is_set_aside(bench, registers, rate):
    registers("2026-01-31", f"2026-01,EUR,{rate},", "2026-01,USD,2,")
    report = bench.ingest()
    assert rates(bench) == [("2026-01", "USD", "2")]
    assert f"column 'rate': '{rate}' is not usable; write more than 0. (below_minimum" in report.warnings[0]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01 10:00:00+00:00"),
        ("2026-03-01T10:00:00+07:00", "1772334000000"),
        ("2026-03-01 10:00", "2026-03-01T10:00:00.000"),
        ("2026-03-01", "1 Mar 2026"),
    ],
)
def test_an_instant_in_a_key_may_be_written_otherwise(bench, registers, before, after):
    for day, written in (("2026-03-31", before), ("2026-04-30", after)):
        header = "deal_id,changed_at,stage"
        registers(day, *(f"D{n},{written},Caf\u00e9" for n in range(20)), name="events.csv", header=header)
    report = bench.ingest()
    assert (report.warnings, report.tombstones) == ([], 0)
    # an accent of its own is the same letter; another instant is another event
    registers("2026-05-31", *(f"D{n},{after},Cafe\u0301" for n in range(20)), name="events.csv", header=header)
    registers("2026-06-30", *(f"D{n},2026-03-02,Caf\u00e9" for n in range(20)), name="events.csv", header=header)
    report = bench.ingest()
    assert "20 of the 20 known records of 'event' are missing" in report.warnings[0]


def test_ids_of_salesforce_that_lose_their_last_three_characters_are_not_missing(bench, rows_of_ids):
    bench.land("shop/2024-01-01/deals.csv", rows_of_ids("{:015d}AAA"))
    bench.land("shop/2024-01-02/deals.csv", rows_of_ids("{:015d}"))
    report = bench.ingest()
    assert report.warnings == []
    assert bench.query("select max(records_missing) from raw.load_ledger") == [(0,)]


@pytest.fixture
def rows_of_ids(deals):
    return lambda pattern: deals(*(f"{pattern.format(n).replace('000000', '006xyz', 1)},,,1,," for n in range(30)))
