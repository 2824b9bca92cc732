"""Cells of which the file does not contain the value, and characters that cannot be read: named, and no row is lost."""

import openpyxl
import pytest

COLUMNS = ["deal_id", "owner", "closed_on", "amount"]


def land(bench, *rows: list[object], merged: tuple[str, ...] = ()) -> None:
    path = bench.land_workbook("shop/2026-03-31/deals.xlsx", COLUMNS, *rows)
    workbook = openpyxl.load_workbook(path)
    for cells in merged:
        workbook["Sheet1"].merge_cells(cells)
    workbook.save(path)


def test_a_formula_that_nobody_calculated_is_not_a_blank(bench):
    land(bench, ["a", "Ann", None, "=1+1"], ["=A2", "Bob", None, 2])
    report = bench.ingest()
    assert bench.state() == [("a", "#FORMULA!")]
    assert bench.set_aside() == [(3, "deal_id", "unparsable_required")]
    assert report.warnings[0] == (
        "shop/2026-03-31/deals.xlsx, line 2, column 'amount': '#FORMULA!' is not usable and counts as unknown (1 in "
        "this file); the formula has no stored value; open the workbook in a spreadsheet and save it."
    )
    bench.balance()


@pytest.mark.parametrize("error", ["#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#BEZUG!", "Err:502", "########"])
def test_an_error_is_an_unknown_value_in_every_column(bench, deals, error):
    bench.land("shop/2026-03-31/deals.csv", deals(f"a,{error},,{error},,", f"{error},Bob,,1,,", f"c,Cid,{error},1,,"))
    report = bench.ingest()
    assert bench.state() == [("a", error)]
    assert bench.set_aside() == [(3, "deal_id", "unparsable_required"), (4, "closed_on", "unparsable_required")]
    fix = "widen it" if error.startswith("##") else "correct it and save it again"
    assert (
        len([warning for warning in report.warnings if f"'{error}' is not usable" in warning and fix in warning]) == 3
    )
    bench.balance()


def test_a_merged_cell_hides_the_values_below_it(bench):
    land(bench, ["a", "Ann", None, 1], ["b", None, None, 2], ["c", "Cid", None, 3], merged=("B2:B3",))
    report = bench.ingest()
    assert bench.state(columns="deal_id, owner") == [("a", "Ann"), ("b", "#MERGED!"), ("c", "Cid")]
    assert report.warnings == [
        "shop/2026-03-31/deals.xlsx, line 3, column 'owner': '#MERGED!' is not usable and counts as unknown (1 in this "
        "file); the cell is merged with another one; unmerge it and write its value."
    ]


def test_a_title_across_a_blank_row_hides_nothing(bench):
    land(bench, ["a", "Ann", None, 1], ["The list of Monday", None, None, None], merged=("A3:D3",))
    report = bench.ingest()
    assert [deal for deal, _ in bench.state()] == ["The list of Monday", "a"]
    assert report.warnings == []


def test_half_a_character_in_json_costs_no_row(bench):
    lines = [
        r'{"deal_id": "a", "owner": "Rocket \ud83d", "closed_on": null}',
        r'{"deal_id": "b", "owner": "\uDE80 whole \ud83d\ude80 and \\ud83d", "closed_on": null}',
        r'{"deal_id": "c", "owner": "\ud83d\ude80", "closed_on": null}',
    ]
    bench.land("shop/2026-03-31/deals.jsonl", "\n".join(lines) + "\n")
    report = bench.ingest()
    assert bench.state(columns="deal_id, owner") == [
        ("a", "Rocket \ufffd"),
        ("b", "\ufffd whole \U0001f680 and \\ud83d"),
        ("c", "\U0001f680"),
    ]
    assert report.warnings == [
        "shop/2026-03-31/deals.jsonl, line 1, column 'owner': 'Rocket \ufffd' has a character that could not be read "
        "and is shown as \ufffd (2 in this file); export the file as UTF-8, or set csv.encoding."
    ]


def test_a_control_character_in_json_costs_no_row(bench):
    rows = [
        '{"deal_id": "a",\t"owner": "Ann\tAble", "closed_on": null}',
        '{"deal_id": "b", "owner": "B\x07o", "closed_on": null}',
    ]
    bench.land("shop/2024-01-01/deals.jsonl", "\n".join(rows) + "\n")
    report = bench.ingest()
    assert bench.set_aside() == []
    assert bench.state(columns="deal_id, owner") == [("a", "Ann Able"), ("b", "B\ufffdo")]
    assert len(report.warnings) == 1


def test_a_byte_that_is_not_utf_8_costs_no_row(bench, deals):
    text = deals("a,Jos\u00e9,,1,,", "b,Bob,,2,,won").encode().replace("\u00e9".encode(), b"\xe9")
    bench.land("shop/2026-03-31/deals.csv", text)
    report = bench.ingest()
    assert bench.state(columns="deal_id, owner, status") == [("a", "Jos\ufffd", None), ("b", "Bob", "won")]
    assert "line 2, column 'owner': 'Jos\ufffd' has a character that could not be read" in report.warnings[0]
    bench.balance()


def test_a_column_that_may_be_blank_may_be_missing(bench):
    bench.land("shop/2026-03-31/deals.csv", "deal_id,amount\na,1\n")
    report = bench.ingest()
    assert bench.state(columns="deal_id, owner, closed_on, amount") == [("a", None, None, "1")]
    assert report.warnings == [
        f"shop/2026-03-31/deals.csv: no column '{name}', so it counts as blank in every row. Export it with the column."
        for name in ("owner", "closed_on")
    ]
