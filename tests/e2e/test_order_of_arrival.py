"""The same extracts give the same marts, in whatever order they, their rows and their columns arrive."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from kuota_home import KuotaHome

from sample_company import generate

pytestmark = pytest.mark.slow
OLDEST, MIDDLE, NEWEST = "*/2026-07-31/*", "*/2026-08-31/*", "*/2026-09-*/*"
# without its stage map a source cannot be published
REGISTERS = "registers/*/*"
PLAN_BEFORE_ITS_REVISION = "registers/2026-07-31/quotas.csv"
PHONE_OF_THE_LAST_DAY = "generic/2026-09-30/activities-phone.csv"


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> KuotaHome:
    """A small company in three systems, all of it loaded by one run."""
    folder = tmp_path_factory.mktemp("at_once")
    kuota = KuotaHome(folder / "home", folder / "landing")
    generate(kuota.landing, reps=12, months=15, monthly_extracts=3, daily_extracts=2)
    assert run(kuota) == "2026-09-30"
    return kuota


@pytest.fixture
def kuota(at_once: KuotaHome, tmp_path: Path) -> KuotaHome:
    """A separate home for the same company, with nothing but its settings."""
    kuota = KuotaHome(tmp_path / "home", tmp_path / "landing")
    kuota.landing.mkdir()
    shutil.copy(at_once.landing / "settings.yml", kuota.landing)
    return kuota


def run(kuota: KuotaHome) -> str:
    """The as-of date of what the run published."""
    ended = kuota.kuota("run")
    assert ended.exit_code == 0, ended.complained
    return str(manifest(kuota)["as_of_date"])


def manifest(kuota: KuotaHome) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((kuota.home / "published" / "manifest.json").read_text())
    return content


def arrive(files: list[Path], extracts: Path, landing: Path) -> None:
    """Copy what has not arrived yet."""
    assert files
    for path in files:
        target = landing / path.relative_to(extracts)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)


def files_of(extracts: Path, *patterns: str, but: tuple[str, ...] = ()) -> list[Path]:
    found = {path for pattern in patterns for path in extracts.glob(pattern)}
    return sorted(found - {extracts / name for name in but})


def tables(kuota: KuotaHome) -> dict[str, tuple[int, str]]:
    """Rows and digest of every published table: on a failure they name the table."""
    entries: dict[str, dict[str, Any]] = manifest(kuota)["tables"]
    return {name: (entry["rows"], entry["parquet_sha256"]) for name, entry in entries.items()}


def assert_same_marts(kuota: KuotaHome, expected: KuotaHome) -> None:
    assert tables(kuota) == tables(expected)
    assert manifest(kuota)["publish_id"] == manifest(expected)["publish_id"]


def test_month_by_month_gives_the_marts_of_all_at_once(at_once: KuotaHome, kuota: KuotaHome) -> None:
    published = []
    for arriving in (OLDEST, MIDDLE, NEWEST):
        arrive(files_of(at_once.landing, arriving), at_once.landing, kuota.landing)
        published.append(run(kuota))
    assert published == ["2026-07-31", "2026-08-31", "2026-09-30"]
    assert_same_marts(kuota, at_once)


def test_the_newest_first_and_a_middle_month_last_give_the_same_marts(at_once: KuotaHome, kuota: KuotaHome) -> None:
    late = (PLAN_BEFORE_ITS_REVISION, PHONE_OF_THE_LAST_DAY)
    arrive(files_of(at_once.landing, NEWEST, REGISTERS, but=late), at_once.landing, kuota.landing)
    # an extract without a quarter of the activities of the day before is not believed until its other file is there
    blocked = kuota.kuota("run")
    assert (blocked.exit_code, "generic/2026-09-30/activities.csv is held back" in blocked.complained) == (3, True)
    assert not (kuota.home / "published" / "manifest.json").exists()
    for arriving in (
        files_of(at_once.landing, OLDEST, PHONE_OF_THE_LAST_DAY),
        files_of(at_once.landing, MIDDLE, PLAN_BEFORE_ITS_REVISION),
    ):
        arrive(arriving, at_once.landing, kuota.landing)
        assert run(kuota) == "2026-09-30"
    assert_same_marts(kuota, at_once)


def test_the_order_of_rows_and_columns_in_a_file_does_not_matter(at_once: KuotaHome, kuota: KuotaHome) -> None:
    everything = files_of(at_once.landing, "*/*/*")
    arrive(everything, at_once.landing, kuota.landing)
    extracts = [kuota.landing / path.relative_to(at_once.landing) for path in everything if path.suffix == ".csv"]
    with duckdb.connect() as connection:
        for path in extracts:
            shuffle(connection, path)
    assert run(kuota) == "2026-09-30"
    shuffled, expected = tables(kuota), tables(at_once)
    # they contain row numbers of files, which were changed here, so the publish has another id
    with_rows = kuota.marts("select table_name from duckdb_columns() where column_name = 'source_row' order by 1")
    assert ("fct_opportunities",) in with_rows and ("mart_exclusion",) in with_rows
    for name, column in [*((name, "source_row") for (name,) in with_rows), ("publication", "publish_id")]:
        assert shuffled.pop(name) != expected.pop(name)
        content = f"select * exclude ({column}) from {name} order by all"
        assert kuota.marts(content) == at_once.marts(content) != []
    assert shuffled == expected


def shuffle(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Rows in the order of their digests, columns from last to first, with the same content."""
    rows = connection.read_csv(str(path), header=True, delimiter=",", quotechar='"', all_varchar=True)
    columns = ", ".join(f'"{name}"' for name in reversed(rows.columns))
    connection.execute(
        f"create or replace temp table shuffled as select {columns} from rows order by md5(rows::varchar)"
    )
    assert len(rows.columns) > 1
    connection.table("shuffled").write_csv(str(path), header=True)
