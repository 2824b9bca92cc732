"""A small shop with a full and a delta object, and helpers that land files, ingest them and read raw."""

import gzip
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from orchestration.ingest import IngestReport, ingest
from orchestration.settings import Settings

SHOP = """
source: shop
description: A shop for these tests.
owner: team:sales-operations
kind: crm
expected_every_days: 1
objects:
  deal:
    description: One row per deal.
    files: "deals*"
    extract: full
    key: [deal_id]
    columns:
      deal_id: {type: text, required: true}
      owner: {type: text, required: true, blank_allowed: true}
      closed_on: {type: date, required: true, blank_allowed: true}
      amount: {type: decimal, minimum: 0}
      due_on: {type: date}
      status: {type: text, values: [open, won]}
  call:
    description: One row per call, new ones only.
    files: "calls*"
    extract: delta
    key: [call_id]
    updated_column: updated_at
    columns:
      call_id: {type: text, required: true}
      updated_at: {type: instant}
      outcome: {type: text}
"""


@dataclass(frozen=True)
class BenchSettings(Settings):
    sources_folder: Path = Path()

    @property
    def sources(self) -> Path:
        return self.sources_folder


@dataclass
class Bench:
    settings: BenchSettings
    lines: list[str] = field(default_factory=list)

    def land(self, name: str, content: str | bytes) -> Path:
        path = self.settings.landing / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(data, mtime=0) if name.endswith(".gz") else data)
        return path

    def land_parquet(self, name: str, query: str) -> Path:
        """Land the rows of a query."""
        path = self.land(name, "")
        with duckdb.connect() as connection:
            # the text of an instant means the same wherever the tests run
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"copy ({query}) to '{path}' (format parquet)")
        return path

    def land_workbook(self, name: str, *rows: list[object], sheet: str = "Sheet1", above: int = 0) -> Path:
        """Land a workbook with a title sheet behind the one that has the rows, under `above` rows of a title."""
        workbook = openpyxl.Workbook()
        filled = workbook.active
        filled.title = sheet
        for row in [["Prepared by sales operations"]] * above + list(rows):
            filled.append(row)
        workbook.create_sheet("Notes").append(["nothing"])
        path = self.land(name, "")
        workbook.save(path)
        return path

    def declare(self, old: str, new: str) -> None:
        """Change the YAML of the shop."""
        path = self.settings.sources / "shop.yml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def ingest(self, **options: Any) -> IngestReport:
        return ingest(self.settings, run_id="run", progress=self.lines.append, **options)

    def query(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.settings.warehouse), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def state(self, table: str = "raw.shop__deal", columns: str = "deal_id, amount") -> list[tuple[Any, ...]]:
        """The newest known rows."""
        return self.query(
            f"select {columns} from {table} where _superseded_at is null and not _is_tombstone order by all"
        )

    def log(self, table: str = "raw.shop__deal") -> list[tuple[Any, ...]]:
        """The whole table except for the time of loading."""
        return self.query(f"select * exclude (_loaded_at) from {table} order by all")

    def set_aside(self) -> list[tuple[Any, ...]]:
        return self.query("select source_row, column_name, reason from raw.quarantine order by all")

    def balance(self) -> None:
        """Per file, read = kept + unchanged + quarantined, and the quarantine holds as many rows as the ledger says."""
        assert not self.query(
            "select * from raw.load_ledger "
            "where rows_read != rows_kept + rows_unchanged + rows_quarantined + rows_held_back"
        )
        assert not self.query(
            "select source_file, object, rows_quarantined, count(q.reason) from raw.load_ledger l "
            "left join raw.quarantine q using (source_file, object) group by all "
            "having rows_quarantined != count(q.reason)"
        )

    def touch(self, path: Path, seconds: int) -> None:
        os.utime(path, (seconds, seconds))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "shop.yml").write_text(SHOP)
    home = tmp_path / "home"
    return Bench(
        BenchSettings(
            home=home,
            landing=tmp_path / "landing",
            warehouse=home / "warehouse" / "kuota.duckdb",
            sources_folder=sources,
        )
    )


HEADER = "deal_id,owner,closed_on,amount,due_on,status\n"


@pytest.fixture
def deals() -> Any:
    """The text of a file of deals with these rows."""
    return lambda *rows: HEADER + "".join(f"{row}\n" for row in rows)
