"""Files of one object are read and applied together: the result is that of one after another, at the cost of few."""

import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestration.ingest.batch import batches
from orchestration.ingest.landing import scan_landing
from orchestration.ingest.source_config import load_source_configs
from orchestration.settings import reporting_time_zone
from tests.ingest.conftest import HEADER, SHOP, Bench, BenchSettings

KEYS = st.sampled_from(["a", "b", "c", " a ", ""])
DEAL = st.tuples(
    KEYS, st.sampled_from(["Ann", '"Ann\nLee"']), st.just(""), st.sampled_from(["1", "2", "-1", "x"]), st.just("")
).map(lambda values: ",".join(values) + ",")
DAMAGED = st.sampled_from(["broken", '"never closed,,,1,,', "", "a,b,c,d,e,f,g"])
DEALS = st.tuples(
    st.lists(DEAL | DEAL | DEAL | DAMAGED, max_size=5),
    st.sampled_from([HEADER, HEADER, HEADER.replace("status", "stage"), HEADER.replace("\n", "\r\n")]),
    st.sampled_from(["\n", "\n", "\n", ""]),
).map(lambda parts: parts[1] + "\n".join(parts[0]) + (parts[2] if parts[0] else ""))
CALL = st.tuples(st.sampled_from("xyz"), st.sampled_from(["busy", "won", "3"])).map(
    lambda values: '{{"call_id": "{}", "outcome": "{}"}}'.format(*values)
)
CALLS = st.lists(CALL | CALL | CALL | st.sampled_from(['{"call_id": "x", "o', "", "[1]"]), max_size=4).map(
    lambda lines: "".join(f"{line}\n" for line in lines)
)
DAY = st.fixed_dictionaries({}, optional={"deals.csv": DEALS, "deals_2.csv": DEALS, "calls.jsonl": CALLS})


def new_bench(folder: Path) -> Bench:
    (folder / "sources").mkdir(parents=True)
    (folder / "sources" / "shop.yml").write_text(SHOP)
    home = folder / "home"
    return Bench(
        BenchSettings(
            home=home, landing=folder / "landing", warehouse=home / "kuota.duckdb", sources_folder=folder / "sources"
        )
    )


def contents(bench: Bench) -> list[list[tuple[Any, ...]]]:
    """All that raw holds, except for the times of loading."""
    return [
        bench.log("raw.shop__deal"),
        bench.log("raw.shop__call"),
        bench.query("select * exclude (loaded_at, file_modified_at) from raw.load_ledger order by all"),
        bench.query("select * exclude (loaded_at) from raw.quarantine order by all"),
    ]


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(days=st.lists(DAY.filter(bool), min_size=2, max_size=6))
def test_extracts_in_one_batch_give_what_they_give_one_after_another(days):
    with tempfile.TemporaryDirectory() as folder:
        together, apart = new_bench(Path(folder, "together")), new_bench(Path(folder, "apart"))
        for number, files in enumerate(days, start=1):
            for name, text in files.items():
                for bench in (together, apart):
                    bench.land(f"shop/2024-01-{number:02}/{name}", text)
            apart.ingest()
        together.ingest()
        together.balance()
        assert contents(together) == contents(apart)


class Counted:
    """A connection that counts its statements."""

    statements = 0

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def execute(self, *arguments: Any) -> duckdb.DuckDBPyConnection:
        Counted.statements += 1
        return self.connection.execute(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    def __enter__(self) -> "Counted":
        return self

    def __exit__(self, *error: object) -> None:
        self.connection.close()


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "jsonl"])
def test_the_number_of_statements_does_not_grow_with_the_number_of_files(tmp_path, deals, monkeypatch, suffix):
    connect = duckdb.connect
    statements = []
    for count in (10, 100):
        bench = new_bench(tmp_path / str(count))
        for number in range(count):
            text = deals(f'a,"Ann\nLee",,{number},,', f"b{number},,,1,soon,")
            if suffix == "jsonl":
                text = f'{{"deal_id": "a", "owner": "x", "closed_on": null, "amount": {number}}}\n'
            bench.land(f"shop/2024-{number // 25 + 1:02}-{number % 25 + 1:02}/deals.{suffix}", text)
        with monkeypatch.context() as patch:
            patch.setattr(duckdb, "connect", lambda *names, **options: Counted(connect(*names, **options)))
            Counted.statements = 0
            assert bench.ingest().files_read == count
        statements.append(Counted.statements)
        bench.balance()
    assert statements[0] == statements[1]


def test_one_damaged_file_of_many_costs_a_few_statements_more(tmp_path, deals, monkeypatch):
    connect = duckdb.connect
    statements = []
    for text in (deals("a,,,1,,"), deals("broken")):
        bench = new_bench(tmp_path / str(len(statements)))
        for number in range(1, 31):
            bench.land(f"shop/2024-01-{number:02}/deals.csv", text if number == 20 else deals(f"a,,,{number},,"))
        with monkeypatch.context() as patch:
            patch.setattr(duckdb, "connect", lambda *names, **options: Counted(connect(*names, **options)))
            Counted.statements = 0
            bench.ingest()
        statements.append(Counted.statements)
    assert statements[1] - statements[0] < 60


def test_what_a_list_of_files_swallows_is_found(bench, deals):
    # DuckDB reports no unclosed quotation mark in a file that is followed by others
    for number in range(1, 10):
        rows = ("a,,,1,,", "b,,,2,,", '"never closed,,,3,,', "c,,,4,,") if number == 2 else ("a,,,1,,", "b,,,2,,")
        bench.land(f"shop/2024-01-{number:02}/deals.csv", deals(*rows))
    report = bench.ingest()
    assert bench.set_aside() == [(4, None, "unterminated_quote")]
    assert (report.rows_read, report.rows_quarantined, report.tombstones) == (20, 1, 1)
    bench.balance()


def test_rows_have_the_numbers_that_they_have_in_their_own_file(bench, deals):
    bench.land("shop/2024-01-01/deals.csv", deals("a,,,1,,", 'b,"two\nlines",,1,,', "c,,,1,,"))
    bench.land("shop/2024-01-02/deals.csv", deals("d,,,1,,", "", "e,,,1,,"))
    bench.land("shop/2024-01-03/deals.csv", deals("f,,,1,,")[:-1])
    bench.land("shop/2024-01-04/deals.csv", deals("g,,,1,,", "h,,,1,,").replace("\n", "\r\n"))
    bench.land("shop/2024-01-05/deals.csv", deals("i,,,1,,", "j,,,1,,").replace("\n", "\r"))
    bench.land("shop/2024-01-01/calls.jsonl", '{"call_id": "k"}\n\n{"call_id": "l"}\n')
    bench.land("shop/2024-01-02/calls.jsonl", '{"call_id": "m"}')
    bench.land("shop/2024-01-03/calls.jsonl", '\n{"call_id": "n"}\n')
    bench.ingest()
    rows = bench.query("select _key, _source_row from raw.shop__deal where not _is_tombstone order by 1")
    assert rows == [("a", 2), ("b", 3), ("c", 5), ("d", 2), ("e", 4), ("f", 2), *zip("ghij", (2, 3, 2, 3), strict=True)]
    calls = bench.query("select _key, _source_row from raw.shop__call order by 1")
    assert calls == [("k", 1), ("l", 3), ("m", 1), ("n", 2)]


def test_a_batch_is_bounded_and_an_extract_is_whole(bench, deals, monkeypatch):
    for day in range(1, 6):
        for part in range(2):
            bench.land(f"shop/2024-01-{day:02}/deals_{part}.csv", deals(f"a{part},,,{day},,"))
    configs = load_source_configs(bench.settings.sources)
    landing = scan_landing(bench.settings.landing, configs, reporting_time_zone(bench.settings))
    extracts: dict[Any, Any] = {}
    for file in landing.files:
        extracts.setdefault(file.extracted_at, []).append(file)
    size = landing.files[0].size
    for name, bound in (("BATCH_FILES", 5), ("BATCH_BYTES", 5 * size), ("BATCH_BYTES", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(f"orchestration.ingest.batch.{name}", bound)
            found = list(batches("deal", extracts))
        assert [len(batch.files) for batch in found] == ([2] * 5 if bound == 1 else [4, 4, 2])
    monkeypatch.setattr("orchestration.ingest.batch.BATCH_FILES", 5)
    bench.ingest()
    assert bench.state() == [("a0", "5"), ("a1", "5")]
    assert bench.query("select count(distinct loaded_at), count(*) from raw.load_ledger") == [(3, 10)]
