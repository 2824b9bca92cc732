"""Ids that a spreadsheet or a program took for numbers: harmless damage is corrected, other damage is named."""

import pytest

HEADER = "deal_id,owner,closed_on,amount\n"


@pytest.fixture
def shop(bench):
    """The shop with ids."""
    bench.declare("deal_id: {type: text,", "deal_id: {type: id,")
    bench.declare("owner: {type: text,", "owner: {type: id,")
    return bench


def land(shop, *rows: str, day: str = "2026-03-31") -> None:
    shop.land(f"shop/{day}/deals.csv", HEADER + "".join(f"{row}\n" for row in rows))


def test_whole_numbers_with_a_fraction_are_the_whole_numbers(shop):
    land(shop, "101,7,,1", "102,8,,2")
    land(shop, "101.0,7.0,,1", "102.00,8,,2", day="2026-04-01")
    report = shop.ingest()
    # nothing has changed, so nothing is kept twice
    assert shop.query("select deal_id, owner, _key from raw.shop__deal order by all") == [
        ("101", "7", "101"),
        ("102", "8", "102"),
    ]
    assert report.rows_unchanged == 2
    assert report.warnings == [
        "shop/2026-04-01/deals.csv, line 2, column 'deal_id': '101.0' was read as '101' (2 in this file), because the "
        "ids are whole numbers; export them as text.",
        "shop/2026-04-01/deals.csv, line 2, column 'owner': '7.0' was read as '7' (1 in this file), because the ids "
        "are whole numbers; export them as text.",
    ]


def test_a_fraction_among_other_ids_is_part_of_the_id(shop):
    land(shop, "1.0,7,,1", "v2.0,8,,2")
    report = shop.ingest()
    assert [deal for deal, _ in shop.state()] == ["1.0", "v2.0"]
    assert report.warnings == []


@pytest.mark.parametrize("rounded", ["1.23457E+11", "1E+11", "1.2345678901e+17", "1.23457E11", '"1,23457E+11"'])
def test_a_rounded_key_is_set_aside_and_a_rounded_reference_is_unknown(shop, rounded):
    land(shop, "1,7,,1", "2,8,,2")
    land(shop, f"{rounded},7,,1", f"2,{rounded},,2", day="2026-04-01")
    report = shop.ingest()
    value = rounded.strip('"')
    assert shop.set_aside() == [(2, "deal_id", "damaged_id")]
    # who the damaged row is nobody knows, so that no record counts as deleted
    assert shop.state(columns="deal_id, owner") == [("1", "7"), ("2", value)]
    assert report.warnings[0] == (
        f"shop/2026-04-01/deals.csv, line 3, column 'owner': '{value}' is not usable and counts as unknown (1 in this "
        "file); write the whole id, which a spreadsheet has rounded; export it again, as text."
    )
    assert any(f"line 2, column 'deal_id': '{value}' is not usable" in warning for warning in report.warnings)
    shop.balance()


@pytest.mark.parametrize("intact", ["1E5", "12E4", "E+11", "1.5", "4711-E+1"])
def test_an_id_that_only_resembles_a_rounded_one_is_kept(shop, intact):
    land(shop, f"{intact},7,,1")
    shop.ingest()
    assert shop.state() == [(intact, "1")]


def test_ids_cut_to_fifteen_digits_are_set_aside(shop):
    land(shop, "123456789012345000,7,,1", "123456789012346000,7,,2", "42,7,,3")
    report = shop.ingest()
    assert shop.state() == [("42", "3")]
    assert shop.set_aside() == [(2, "deal_id", "cut_id"), (3, "deal_id", "cut_id")]
    assert (
        "line 2, column 'deal_id': '123456789012345000' is not usable; the ids are cut to 15 digits, as a spreadsheet "
        "does; export them again, as text." in report.warnings[0]
    )
    shop.balance()


def test_references_cut_to_fifteen_digits_are_named(shop):
    land(shop, "1,1234567890123450,,1", "2,1234567890123460,,2", "3,9876543210123450,,1", "4,9876543210123460,,1")
    report = shop.ingest()
    assert len(shop.state()) == 4
    assert report.warnings == [
        "shop/2026-03-31/deals.csv, line 2, column 'owner': '1234567890123450' is cut to 15 digits, as a spreadsheet "
        "does (4 in this file), and may name no record or the wrong one; export it again, as text."
    ]


def test_two_records_that_a_cut_gave_one_key_are_not_duplicates(shop):
    land(shop, "158291753387385000,7,,100", "158291753387385000,8,,200")
    shop.ingest()
    assert shop.state() == []
    assert [row[0] for row in shop.query("select reason from raw.quarantine")] == ["cut_id", "cut_id"]


@pytest.mark.parametrize(
    "ids",
    [
        # one id may end in zeros, and so may some
        ["123456789012345000"],
        ["123456789012345000", "123456789012345001"],
        # too few digits are lost to be sure
        ["1234567890123450", "1234567890123460"],
    ],
)
def test_long_ids_that_may_be_whole_are_kept(shop, ids):
    land(shop, *(f"{each},7,,1" for each in ids))
    shop.ingest()
    assert [deal for deal, _ in shop.state()] == ids


def test_ids_that_are_marked_as_text_for_a_spreadsheet_are_read(shop):
    land(shop, '"=""00123""","=""7""",="2026-03-01",="1.50"', "'00124,'8,,2")
    report = shop.ingest()
    assert report.warnings == []
    assert shop.query("select deal_id, owner, closed_on, amount, _key from raw.shop__deal order by all") == [
        ("00123", "7", "2026-03-01", "1.50", "00123"),
        ("00124", "8", None, "2", "00124"),
    ]


def test_leading_zeros_that_a_workbook_shows_are_read(shop):
    path = shop.land_workbook("shop/2026-03-31/deals.xlsx", HEADER.strip().split(","), [123, 7, None, 1])
    import openpyxl

    workbook = openpyxl.load_workbook(path)
    workbook["Sheet1"]["A2"].number_format = "00000"
    workbook.save(path)
    shop.ingest()
    assert shop.state(columns="deal_id, owner, amount") == [("00123", "7", "1")]
