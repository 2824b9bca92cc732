"""What a run that published remembers, and what makes the next one begin."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration import nothing_new as module
from orchestration.nothing_new import inputs_of, nothing_new, remember
from orchestration.settings import Settings
from tests.orchestration.small_landing import FILES, land


@dataclass(frozen=True)
class OwnCode(Settings):
    @property
    def dbt_project(self) -> Path:
        return self.home / "dbt_project"

    @property
    def expectations(self) -> Path:
        return self.home / "expectations"

    @property
    def sources(self) -> Path:
        return self.home / "sources"


@pytest.fixture
def settings(tmp_path: Path) -> OwnCode:
    """A home after a run that published."""
    home = tmp_path / "home"
    settings = OwnCode(home=home, landing=tmp_path / "landing", warehouse=home / "warehouse" / "kuota.duckdb")
    land(settings, FILES)
    for name in (
        *("dbt_project/models/one.sql", "expectations/raw/crm.yml", "sources/crm.yml", "warehouse/kuota.duckdb"),
        *("published/kuota.duckdb", "published/kuota_quality.duckdb", "published/manifest.json"),
        "reports/data_docs/index.html",
    ):
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
    remember(settings, inputs_of(settings))
    return settings


def test_after_a_run_that_published_nothing_is_new(settings: OwnCode) -> None:
    assert nothing_new(settings, inputs_of(settings))
    mark = settings.warehouse.parent / "last_run.json"
    assert mark.stat().st_mode & 0o777 == 0o600
    mark.unlink()
    assert not nothing_new(settings, inputs_of(settings))


def later(path: Path) -> None:
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns + 1))


CHANGES: dict[str, Callable[[OwnCode], object]] = {
    "a file has landed": lambda it: land(it, {"generic/2026-07-31/reps.csv": "rep_id,name\nR1,Ann\n"}),
    "an extract is another": lambda it: later(it.landing / "generic" / "2026-06-30" / "reps.csv"),
    "an extract is gone": lambda it: (it.landing / "generic" / "2026-06-30" / "reps.csv").unlink(),
    "a setting is another": lambda it: later(it.landing / "settings.yml"),
    "a model is another": lambda it: later(it.dbt_project / "models" / "one.sql"),
    "a check is another": lambda it: later(it.expectations / "raw" / "crm.yml"),
    "a source is declared otherwise": lambda it: later(it.sources / "crm.yml"),
    "somebody has built a model": lambda it: later(it.warehouse),
    "another run has ended": lambda it: later(it.published / "kuota_quality.duckdb"),
    "the marts are gone": lambda it: (it.published / "kuota.duckdb").unlink(),
    "the reports are gone": lambda it: (it.reports / "data_docs" / "index.html").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_run_begins_when(settings: OwnCode, change: Callable[[OwnCode], object]) -> None:
    change(settings)
    assert not nothing_new(settings, inputs_of(settings))


def test_a_run_begins_in_a_new_week(settings: OwnCode, monkeypatch: pytest.MonkeyPatch) -> None:
    class NextWeek(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "NextWeek":
            today = datetime.now(UTC)
            return cls.fromordinal(today.toordinal() + 7)

    monkeypatch.setattr(module, "datetime", NextWeek)
    assert not nothing_new(settings, inputs_of(settings))


def test_what_lands_while_a_run_works_is_new_to_the_next(settings: OwnCode) -> None:
    began_with = inputs_of(settings)
    land(settings, {"generic/2026-07-31/reps.csv": "rep_id,name\nR1,Ann\n"})
    remember(settings, began_with)
    assert not nothing_new(settings, inputs_of(settings))
