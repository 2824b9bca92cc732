"""A full extract that loses too many records is held back as a whole, until it is accepted or a whole one comes."""

import shutil

import pytest

from orchestration.errors import ConfigurationError

SHRUNK = "shop/2024-01-02/deals.csv"
ACCEPTED = "accepted_extracts: [{source: shop, object: deal, date: 2024-01-02}]\n"


@pytest.fixture
def rows(deals):
    """A file of the deals with these numbers, all with one amount."""
    return lambda numbers, amount=1: deals(*(f"D{number},,,{amount},," for number in numbers))


def _held_back(bench) -> list[tuple[object, ...]]:
    return bench.query(
        "select source_file, records_before, records_missing, rows_held_back from raw.load_ledger "
        "where is_held_back order by extracted_at, source_file"
    )


def _ids(bench) -> set[str]:
    return {deal_id for (deal_id,) in bench.state(columns="deal_id")}


def test_an_extract_that_breaks_off_removes_and_changes_nothing(bench, rows):
    bench.land("shop/2024-01-01/deals.csv", rows(range(50)))
    bench.land(SHRUNK, rows(range(39), amount=2))
    report = bench.ingest()
    assert bench.state() == sorted((f"D{number}", "1") for number in range(50))
    assert report.tombstones == 0
    assert _held_back(bench) == [(SHRUNK, 50, 11, 39)]
    assert (
        f"{SHRUNK}: held back as a whole, because 11 of the 50 known records of 'deal' are missing from it; "
        "the earlier records stay." in report.warnings
    )
    assert bench.query("select sum(rows_read - rows_kept - rows_unchanged - rows_held_back) from raw.load_ledger") == [
        (0,)
    ]


@pytest.mark.parametrize(
    ("before", "after", "is_held_back"),
    [(50, 40, False), (50, 39, True), (9, 0, False), (12, 3, False), (12, 2, True), (200, 165, False)],
    ids=["a fifth", "more than a fifth", "none left", "nine of twelve", "ten of twelve", "less than a fifth"],
)
def test_more_than_a_fifth_and_at_least_ten(bench, rows, before, after, is_held_back):
    bench.declare("kind: crm", "kind: register")
    bench.land("shop/2024-01-01/deals.csv", rows(range(before)))
    bench.land(SHRUNK, rows(range(after)))
    report = bench.ingest()
    assert bool(_held_back(bench)) == is_held_back
    assert len(bench.state()) == (before if is_held_back else after)
    # a large loss of a few records is said all the same
    assert any("are missing from it" in line for line in report.warnings) == (before - after > before / 5)


def test_the_register_without_rows_is_held_back_too(bench, rows):
    bench.declare("kind: crm", "kind: register")
    bench.land("shop/2024-01-01/deals.csv", rows(range(10)))
    bench.land(SHRUNK, rows([]))
    bench.ingest()
    assert _held_back(bench) == [(SHRUNK, 10, 10, 0)]
    assert len(bench.state()) == 10


def test_other_records_in_place_of_the_known_ones_are_a_loss(bench, rows):
    bench.land("shop/2024-01-01/deals.csv", rows(range(20)))
    bench.land(SHRUNK, rows(range(100, 130)))
    bench.ingest()
    assert _held_back(bench) == [(SHRUNK, 20, 20, 30)]


def test_accepting_it_later_is_as_if_it_had_been_accepted_from_the_start(bench, rows):
    bench.land("shop/2024-01-01/deals.csv", rows(range(30)))
    bench.land(SHRUNK, rows(range(9), amount=2))
    bench.land("shop/2024-01-03/deals.csv", rows(range(10), amount=3))
    bench.ingest()
    assert [name for name, *_ in _held_back(bench)] == [SHRUNK, "shop/2024-01-03/deals.csv"]
    bench.land("settings.yml", ACCEPTED)
    assert bench.ingest().files_read == 2
    assert _ids(bench) == {f"D{number}" for number in range(10)}
    later = bench.log()
    assert bench.ingest().files_read == 0
    shutil.rmtree(bench.settings.home)
    bench.ingest()
    assert bench.log() == later
    # and back again
    (bench.settings.landing / "settings.yml").unlink()
    bench.ingest()
    assert len(bench.state()) == 30


def test_a_whole_extract_after_it_counts_and_the_short_one_does_not(bench, rows):
    bench.land("shop/2024-01-01/deals.csv", rows(range(30)))
    bench.land(SHRUNK, rows(range(5), amount=2))
    bench.ingest()
    bench.land("shop/2024-01-03/deals.csv", rows(range(31), amount=3))
    bench.ingest()
    assert bench.query("select distinct _extracted_at::date::varchar from raw.shop__deal order by 1") == [
        ("2024-01-01",),
        ("2024-01-03",),
    ]
    assert [name for name, *_ in _held_back(bench)] == [SHRUNK]


@pytest.mark.parametrize("settings", ["", ACCEPTED], ids=["not accepted", "accepted"])
def test_the_order_of_arrival_does_not_matter(bench, rows, settings):
    # first two of the four files, then the others
    files = {
        "shop/2024-01-01/deals.csv": rows(range(40)),
        SHRUNK: rows(range(8)),
        "shop/2024-01-03/deals.csv": rows(range(12)),
        "shop/2024-01-04/deals.csv": rows(range(41)),
    }
    logs = set()
    for order in [(0, 1, 2, 3), (3, 1, 0, 2), (2, 0, 3, 1), (1, 2, 3, 0)]:
        shutil.rmtree(bench.settings.home, ignore_errors=True)
        shutil.rmtree(bench.settings.landing, ignore_errors=True)
        bench.land("settings.yml", settings)
        for some in order[:2], order[2:]:
            for name in (list(files)[number] for number in some):
                bench.land(name, files[name])
            bench.ingest()
        logs.add((str(bench.log()), str(_held_back(bench))))
    assert len(logs) == 1


def test_the_files_of_one_day_are_one_extract_even_if_one_comes_later(bench, rows):
    bench.land("shop/2024-01-01/deals.csv", rows(range(40)))
    bench.land("shop/2024-01-02/deals_1.csv", rows(range(20)))
    bench.ingest()
    assert len(_held_back(bench)) == 1
    bench.land("shop/2024-01-02/deals_2.csv", rows(range(20, 40)))
    bench.ingest()
    assert _held_back(bench) == []
    assert len(bench.state()) == 40


def test_rows_that_are_set_aside_are_not_missing(bench, rows, deals):
    bench.land("shop/2024-01-01/deals.csv", rows(range(20)))
    bench.land(SHRUNK, deals(*(f"D{number},,31/02/2017,1,," for number in range(20))))
    bench.ingest()
    assert _held_back(bench) == []
    assert len(bench.state()) == 20


def test_the_limits_are_settings_and_a_change_of_them_decides_again(bench, rows):
    bench.land("shop/2024-01-01/deals.csv", rows(range(40)))
    bench.land(SHRUNK, rows(range(8)))
    bench.ingest()
    bench.land("settings.yml", "held_back_share: 0.9\n")
    bench.ingest()
    assert (_held_back(bench), len(bench.state())) == ([], 8)
    bench.land("settings.yml", "held_back_rows: 32\n")
    bench.ingest()
    assert (len(_held_back(bench)), len(bench.state())) == (1, 40)


def test_a_file_that_is_held_back_may_be_taken_away(bench, rows):
    bench.land("shop/2024-01-01/deals.csv", rows(range(40)))
    bench.land(SHRUNK, rows(range(8)))
    bench.ingest()
    assert len(_held_back(bench)) == 1
    (bench.settings.landing / SHRUNK).unlink()
    report = bench.ingest()
    assert (_held_back(bench), len(bench.state()), report.warnings) == ([], 40, [])


def test_an_extract_that_lengthens_its_ids_to_eighteen_characters_loses_nothing(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals(*(f"006Hs00001abc{number},,,1,," for number in range(10, 30))))
    bench.land(SHRUNK, deals(*(f"006Hs00001abc{number}AAX,,,1,," for number in range(10, 30))))
    bench.ingest()
    assert _held_back(bench) == []


def test_many_short_extracts_in_a_row_are_held_back_and_the_first_shows_the_way(bench, rows):
    bench.land("shop/2024-01-01/deals.csv", rows(range(30)))
    for day in range(2, 29):
        bench.land(f"shop/2024-01-{day:02}/deals.csv", rows(range(9)))
    bench.ingest()
    assert len(_held_back(bench)) == 27
    bench.land("settings.yml", ACCEPTED)
    bench.ingest()
    assert (_held_back(bench), len(bench.state())) == ([], 9)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("[{source: shopp, object: deal, date: 2024-01-02}]", "unknown source 'shopp'. Did you mean 'shop'?"),
        ("[{source: shop, object: deals, date: 2024-01-02}]", "unknown object 'deals'. Did you mean 'deal'?"),
        ("[{source: shop, object: deal, date: January}]", "has the date 'January'; write a day"),
        ("[shop/2024-01-02/deals.csv]", "write lines of the form {source: pipedrive, object: opportunity, date:"),
        ("{shop: deal}", "write a list such as [{source: pipedrive, object: opportunity, date:"),
    ],
)
def test_a_line_that_accepts_nothing_is_refused(bench, rows, line, complaint):
    bench.land("shop/2024-01-01/deals.csv", rows(range(3)))
    bench.land("settings.yml", f"accepted_extracts: {line}\n")
    with pytest.raises(ConfigurationError) as refused:
        bench.ingest()
    assert complaint in str(refused.value) and "settings.yml, line 1" in str(refused.value)


def test_a_line_for_an_extract_that_has_not_landed_is_named(bench, rows):
    bench.land("shop/2024-01-01/deals.csv", rows(range(3)))
    bench.land("settings.yml", ACCEPTED)
    assert bench.ingest().warnings == [
        "settings.yml: 'accepted_extracts' names shop deal of 2024-01-02, but no such extract has landed. "
        "Correct the line or remove it."
    ]


def test_an_emptied_register_that_is_held_back_is_not_said_to_be_empty(bench, rows):
    bench.declare("kind: crm", "kind: register")
    bench.land("shop/2024-01-01/deals.csv", rows(range(50)))
    bench.land(SHRUNK, rows([]))
    assert bench.ingest().warnings == [
        f"{SHRUNK}: held back as a whole, because 50 of the 50 known records of 'deal' are missing from it; "
        "the earlier records stay."
    ]
