"""Raw is a log of changes: it depends on the content of the extracts, not on when or in which order they arrived."""

import shutil
from datetime import datetime

import pytest

from orchestration.errors import ConfigurationError
from orchestration.ingest import ingest

DAY_1, DAY_2, DAY_3 = (datetime(2024, 1, day, 23, 59, 59, 999999) for day in (1, 2, 3))


@pytest.fixture
def three_days(bench, deals):
    """a changes on day 2, b is gone on day 2 and back on day 3, c is new on day 2."""
    return {
        "shop/2024-01-01/deals.csv": deals("a,,,1,,", "b,,,5,,"),
        "shop/2024-01-02/deals.csv": deals("a,,,2,,", "c,,,7,,"),
        "shop/2024-01-03/deals.csv": deals("a,,,2,,", "b,,,5,,", "c,,,7,,"),
    }


def test_changes_tombstones_and_returns(bench, three_days):
    for name, text in three_days.items():
        bench.land(name, text)
    report = bench.ingest()
    assert bench.query(
        "select _key, amount, _extracted_at, _superseded_at, _is_tombstone from raw.shop__deal order by all"
    ) == [
        ("a", "1", DAY_1, DAY_2, False),
        ("a", "2", DAY_2, None, False),
        ("b", "5", DAY_1, DAY_2, False),
        ("b", "5", DAY_3, None, False),
        ("b", None, DAY_2, DAY_3, True),
        ("c", "7", DAY_2, None, False),
    ]
    assert bench.query("select deal_id, _source_file from raw.shop__deal where _is_tombstone") == [
        ("b", "shop/2024-01-02/deals.csv")
    ]
    assert (report.rows_read, report.rows_kept, report.rows_unchanged, report.tombstones) == (7, 5, 2, 1)
    bench.balance()


@pytest.mark.parametrize("order", [(2, 1, 0), (1, 0, 2), (2, 0, 1), (0, 2, 1)])
def test_the_order_of_arrival_does_not_matter(bench, three_days, order):
    for name, text in three_days.items():
        bench.land(name, text)
    bench.ingest()
    expected = bench.log()
    shutil.rmtree(bench.settings.home)
    shutil.rmtree(bench.settings.landing)
    names = list(three_days)
    for place in order:
        bench.land(names[place], three_days[names[place]])
        bench.ingest()
        bench.balance()
    assert bench.log() == expected
    assert bench.query("select count(*) from raw.load_ledger") == [(3,)]


def test_a_second_run_reads_nothing_and_changes_nothing(bench, three_days):
    for name, text in three_days.items():
        bench.land(name, text)
    bench.ingest()
    tables = "raw.shop__deal", "raw.load_ledger", "raw.quarantine", "raw.source", "raw.source_time_zone", "raw.layout"
    before = [bench.query(f"from {table} order by all") for table in tables]
    report = bench.ingest()
    assert (report.files_read, report.files_unchanged, report.rows_read) == (0, 3, 0)
    assert [bench.query(f"from {table} order by all") for table in tables] == before


def test_a_copied_file_with_a_new_time_is_not_read_again(bench, deals):
    path = bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    bench.ingest()
    bench.touch(path, 1_000_000_000)
    assert bench.ingest().files_unchanged == 1
    assert bench.query("select file_modified_at from raw.load_ledger") == [(datetime(2001, 9, 9, 1, 46, 40),)]


def test_a_replaced_file_counts_from_its_own_instant(bench, three_days, deals):
    for name, text in three_days.items():
        bench.land(name, text)
    bench.ingest()
    bench.land("shop/2024-01-02/deals.csv", deals("a,,,9,,", "broken", "b,,,5,,", "c,,,7,,"))
    for _ in range(2):
        bench.ingest()
        assert bench.query("select _key, amount, _extracted_at, _superseded_at from raw.shop__deal order by all") == [
            ("a", "1", DAY_1, DAY_2),
            ("a", "2", DAY_3, None),
            ("a", "9", DAY_2, DAY_3),
            ("b", "5", DAY_1, None),
            ("c", "7", DAY_2, None),
        ]
        assert len(bench.set_aside()) == 1
        bench.balance()


def test_an_unreadable_row_leaves_no_tombstone_but_a_bad_value_does_not_hide_the_others(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,", "b,,,2,,", "c,,,3,,"))
    bench.land("shop/2024-01-02/deals.csv", deals("a,,,1,,", "broken"))
    report = bench.ingest()
    assert bench.state() == [("a", "1"), ("b", "2"), ("c", "3")]
    assert any("are not treated as deleted" in warning for warning in report.warnings)
    # b is set aside for its value and keeps its newest good row; c is gone.
    bench.land("shop/2024-01-03/deals.csv", deals("a,,,1,,", "b,,31/02/2017,2,,"))
    assert bench.ingest().tombstones == 1
    assert bench.state() == [("a", "1"), ("b", "2")]


def test_keys_that_appear_twice_in_a_file_are_all_kept_and_compared_without_regard_to_order(bench, deals):
    rows = ["a,Ann,,1,,", "a,Bob,,2,,", "b,,,3,,", "a,Ann,,1,,"]
    bench.land("shop/2024-01-01/deals.csv", deals(*rows))
    bench.land("shop/2024-01-02/deals.csv", deals(*reversed(rows)))
    report = bench.ingest()
    assert (report.rows_kept, report.rows_unchanged) == (4, 4)
    assert bench.query(
        "select _key, list(_key_ordinal order by _key_ordinal) from raw.shop__deal group by 1 order by 1"
    ) == [
        ("a", [1, 2, 3]),
        ("b", [1]),
    ]
    bench.land("shop/2024-01-03/deals.csv", deals("a,Ann,,1,,", "a,Ann,,1,,", "b,,,3,,"))
    bench.ingest()
    assert bench.state(columns="deal_id, owner") == [("a", "Ann"), ("a", "Ann"), ("b", None)]


def test_other_order_of_rows_and_columns_and_blank_new_columns_change_nothing(bench):
    bench.land("shop/2024-01-01/deals.csv", "deal_id,owner,closed_on,amount,x,y\na,Ann,,1,7,8\nb,,,2,9,\n")
    bench.land("shop/2024-01-02/deals.csv", "y,Amount,z,closed_on,DEAL_ID,owner,x\n,2,,,b,,9\n8,1,,,a,Ann,7\n")
    assert bench.ingest().rows_unchanged == 2


def test_undeclared_columns_are_kept_as_extras_whatever_their_names(bench):
    bench.land(
        "shop/2024-01-01/deals'; drop table x.csv",
        'deal_id,owner,closed_on,"""; drop table raw.layout",,Región,Región\na,,,x,y,z,w\nb,,,,,,\n',
    )
    bench.ingest()
    assert bench.query("select _extras from raw.shop__deal order by deal_id") == [
        ('{"\\"; drop table raw.layout":"x","Región":"z","Región (2)":"w","column 5":"y"}',),
        (None,),
    ]
    assert bench.query("select _source_file from raw.shop__deal limit 1") == [
        ("shop/2024-01-01/deals'; drop table x.csv",)
    ]


def test_two_files_of_one_extract_are_one(bench, deals):
    bench.land("shop/2024-01-01/deals_1.csv", deals("a,,,1,,"))
    bench.land("shop/2024-01-01/deals_2.csv.gz", deals("b,,,2,,", "broken"))
    bench.land("shop/2024-01-02/deals_1.csv", deals("b,,,2,,"))
    bench.land("shop/2024-01-02/deals_2.csv", deals("a,,,1,,"))
    report = bench.ingest()
    assert (report.files_read, report.rows_unchanged, report.tombstones) == (4, 2, 0)
    # A later file for an extract that is already loaded is added to it.
    bench.land("shop/2024-01-01/deals_3.csv", deals("c,,,3,,"))
    bench.ingest()
    assert bench.query("select _key, _is_tombstone from raw.shop__deal where _extracted_at = ? order by 1", DAY_1) == [
        ("a", False),
        ("b", False),
        ("c", False),
    ]
    assert bench.state() == [("a", "1"), ("b", "2")]
    bench.balance()


def test_a_delta_adds_and_replaces_and_removes_nothing(bench):
    header = "call_id,updated_at,outcome\n"
    bench.land("shop/2024-01-01/calls.csv", header + "x,2024-01-01,busy\nx,2024-01-01T09:00:00Z,reached\ny,,\n")
    bench.land("shop/2024-01-02/calls.csv", header + "x,2024-01-02,won\nz,,\n")
    bench.ingest()
    # The two rows of x were its versions; the later delta has its current state.
    assert bench.state("raw.shop__call", "call_id, outcome") == [("x", "won"), ("y", None), ("z", None)]


def test_a_file_that_is_gone_keeps_its_rows_and_blocks_only_what_needs_it(bench, three_days, deals):
    paths = [bench.land(name, text) for name, text in three_days.items()]
    bench.ingest()
    expected = bench.log()
    paths[1].unlink()
    report = bench.ingest()
    assert bench.log() == expected
    assert any(
        "2024-01-02/deals.csv: was loaded and is no longer in the landing folder" in warning
        for warning in report.warnings
    )
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,8,,"))
    with pytest.raises(ConfigurationError, match=r"2024-01-02/deals.csv: the file was loaded and is no longer there"):
        bench.ingest()
    assert bench.log() == expected
    report = bench.ingest(rebuild=True)
    assert report.rebuilt_because == "it was asked for"
    assert bench.query("select _key, amount from raw.shop__deal where _extracted_at = ?", DAY_1) == [("a", "8")]


def test_a_changed_yaml_rebuilds_its_source_and_a_changed_description_does_not(bench, three_days):
    for name, text in three_days.items():
        bench.land(name, text)
    bench.ingest()
    expected = bench.log()
    yaml = bench.settings.sources / "shop.yml"
    yaml.write_text(yaml.read_text().replace("One row per deal.", "Deals.").replace("A shop", "The shop"))
    assert bench.ingest().rebuilt_because is None
    assert bench.query("select description from raw.source") == [("The shop for these tests.",)]
    yaml.write_text(yaml.read_text().replace("due_on: {type: date}", "due_on: {type: text}"))
    report = bench.ingest()
    assert "shop" in report.rebuilt_because
    assert report.files_read == 3
    assert bench.log() == expected


def test_a_run_that_dies_within_a_batch_leaves_the_state_before_it(bench, three_days, monkeypatch):
    names = list(three_days)
    bench.land(names[0], three_days[names[0]])
    bench.land(names[2], three_days[names[2]])
    bench.ingest()
    before = bench.log()
    bench.land(names[1], three_days[names[1]])

    def dies(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("orchestration.ingest.load._write_ledger", dies)
        with pytest.raises(KeyboardInterrupt):
            bench.ingest()
    assert bench.log() == before
    assert bench.query("select count(*) from raw.load_ledger") == [(2,)]
    bench.ingest()
    assert bench.query("select count(*) from raw.load_ledger") == [(3,)]
    bench.balance()


def test_a_run_that_dies_between_the_batches_is_continued(bench, three_days, monkeypatch):
    monkeypatch.setattr("orchestration.ingest.run.REPORT_AFTER_SECONDS", -1.0)
    monkeypatch.setattr("orchestration.ingest.batch.BATCH_FILES", 1)
    for name in reversed(three_days):
        bench.land(name, three_days[name])
    bench.ingest()
    expected = bench.log()

    def dies(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(bench.settings, run_id="run", rebuild=True, progress=dies)
    assert bench.query("select count(*) from raw.load_ledger") == [(1,)]
    bench.ingest()
    assert bench.log() == expected


def test_only_the_sources_that_are_asked_for(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,"))
    assert bench.ingest(sources=[]).files_read == 0
    assert bench.query("select count(*) from raw.shop__deal") == [(0,)]
    with pytest.raises(ConfigurationError, match="unknown source 'shoe'; known are shop"):
        bench.ingest(sources=["shoe"])
    assert bench.ingest(sources=["shop"]).files_read == 1


def test_a_column_that_is_declared_later_changes_no_hash_of_rows_without_it(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,Ann,2024-01-01,1,,open", "b,,,,,"))
    bench.ingest()
    before = bench.state(columns="deal_id, _row_hash")
    bench.declare("owner: {type: text", "area: {type: text}\n      owner: {type: text")
    bench.ingest()
    assert bench.state(columns="deal_id, area, _row_hash") == [(deal, None, content) for deal, content in before]
    bench.declare("status: {type", "stage: {type: text}\n      status: {type")
    bench.land("shop/2024-01-02/deals.csv", "deal_id,owner,closed_on,amount,stage\na,Ann,2024-01-01,1,open\nb,,,,\n")
    bench.ingest()
    [(a, changed), (b, same)] = bench.state(columns="deal_id, _row_hash")
    assert changed != before[0][1], "the same word in another column is another row"
    assert (a, b, same) == ("a", "b", before[1][1])
