"""A pipeline that needs neither dbt nor Dagster: the real ingest, one table in place of the models, the real publish.

In the extract of day n every deal has the amount n, so that a reader sees whether what it reads is of one publish.
"""

import os
import subprocess
import sys
import traceback
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orchestration.ingest import ingest
from orchestration.publish import CriticalCheck, PublishReport, publish_marts
from orchestration.settings import PROJECT, Settings
from orchestration.warehouse import connect, writer_lock
from tests.faults.reader import FIRST_DAY
from tests.ingest.conftest import HEADER, SHOP, BenchSettings

MODELS = {"marts.fct_deals": ["raw.shop__deal"], "marts.publication": ["raw.shop__deal"]}
CHECK = CriticalCheck("transform", "marts.fct_deals", "unique_fct_deals", ("marts.fct_deals",))


def settings_in(folder: Path) -> BenchSettings:
    """A home next to its landing folder, with the shop as its only source."""
    sources = folder / "sources"
    if not sources.exists():
        sources.mkdir(parents=True)
        (sources / "shop.yml").write_text(SHOP)
    home = folder / "home"
    return BenchSettings(
        home=home,
        landing=folder / "landing",
        warehouse=home / "warehouse" / "kuota.duckdb",
        sources_folder=sources,
    )


def land(settings: Settings, day: int, rows: int = 300) -> None:
    """The full extract of a day."""
    folder = settings.landing / "shop" / (FIRST_DAY + timedelta(days=day)).isoformat()
    folder.mkdir(parents=True)
    text = HEADER + "".join(f"d{number:06},owner {number},2024-01-01,{day},,open\n" for number in range(rows))
    (folder / ".deals.csv").write_text(text)
    (folder / ".deals.csv").rename(folder / "deals.csv")


def run(settings: Settings) -> PublishReport:
    """Load, build, check and publish, under the lock."""
    with writer_lock(settings.lock_file):
        ingest(settings, run_id="run")
        _build(settings.warehouse)
        return publish_marts(
            settings.warehouse, settings.published, run_id="run", models=MODELS, critical_checks=[CHECK]
        )


def _build(warehouse: Path) -> None:
    with connect(warehouse) as connection:
        now = datetime.now(UTC).replace(tzinfo=None)
        connection.begin()
        connection.execute("create schema if not exists marts")
        connection.execute(
            "create or replace table marts.fct_deals as select deal_id, owner, amount::integer as amount "
            "from raw.shop__deal where _superseded_at is null and not _is_tombstone"
        )
        connection.execute(
            "create or replace table marts.publication as select null::varchar as publish_id, "
            "max(_extracted_at) as as_of_at, max(_extracted_at)::date as as_of_date, '1' as contract_version "
            "from raw.shop__deal"
        )
        connection.execute("delete from quality.model_build")
        connection.execute("delete from quality.check_result")
        for target in MODELS:
            connection.execute("insert into quality.model_build values ('run', ?, ?)", [target, now])
        connection.execute(
            "insert into quality.check_result (run_id, checked_at, room, target, check_name, severity, status) "
            "values ('run', ?, ?, ?, ?, 'critical', 'passed')",
            [now, CHECK.room, CHECK.target, CHECK.check_name],
        )
        connection.commit()


class Processes:
    """Starts processes within milliseconds: they are forks of one that has imported everything and opened nothing."""

    def __enter__(self) -> "Processes":
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.tiny_pipeline"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.answer()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.kill()
        self._server.communicate()

    def start(self, settings: Settings) -> int:
        """Begin a run in a process of its own, and return its number."""
        assert self._server.stdin is not None
        print(settings.home.parent, file=self._server.stdin, flush=True)
        return self.answer()

    def answer(self) -> int:
        """The number of the process that was started; then how it ended: 0, or minus the signal."""
        assert self._server.stdout is not None
        return int(self._server.stdout.readline())


def _serve() -> None:
    print(0, flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                run(settings_in(Path(line.rstrip("\n"))))
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    _serve()
