"""However a run was started, its end writes kuota_quality.duckdb, Data Docs and ops page, and notifies of a failure.

The runs here are started without the command line, as by the UI, a schedule or a sensor.
"""

import dataclasses
from pathlib import Path

import pytest
from dagster import (
    AssetKey,
    DagsterInstance,
    Definitions,
    ExecuteInProcessResult,
    SkipReason,
    build_run_status_sensor_context,
    define_asset_job,
)

from orchestration.finish_run import FINISHED, finish_in_run, finish_sensors
from orchestration.publish.assets import publish_asset
from orchestration.run_lock import RUN_LOCK, run_lock
from orchestration.settings import Channels, Settings
from tests.orchestration.other_writer import another_process
from tests.publish.receivers import webhook
from tests.publish.small_company import CHECKS, MODELS, UNIQUE, at, build, checked, settings_in

REFUSED = "marts.fct_credits: critical check unique_fct_credits failed at 2018-01-02 10:04:00 UTC (3 rows): "


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home whose marts were built and checked, with Data Docs of an earlier run."""
    settings = settings_in(tmp_path / "home")
    build(settings)
    index = settings.reports / "data_docs" / "index.html"
    index.parent.mkdir(parents=True)
    index.write_text("of an earlier run")
    return settings


def run(
    settings: Settings, instance: DagsterInstance, *, dies: bool = False, wait_seconds: float = 30
) -> ExecuteInProcessResult:
    """Publish as a job of its own; one that `dies` does not come to its end."""
    published = publish_asset(
        settings.warehouse, settings.published, lambda: (MODELS, CHECKS), [AssetKey(["marts", "sales", "fct_credits"])]
    )
    finish = None if dies else finish_in_run(settings)
    definitions = Definitions(
        assets=[published],
        jobs=[define_asset_job("publish_alone", [published])],
        resources={RUN_LOCK: run_lock(settings.lock_file, finish=finish, wait_seconds=wait_seconds)},
    )
    job = definitions.resolve_job_def("publish_alone")
    return job.execute_in_process(instance=instance, raise_on_error=False)


def sense(settings: Settings, instance: DagsterInstance, result: ExecuteInProcessResult) -> object:
    """What the sensor answers that Dagster calls after the run."""
    sensor = finish_sensors(settings)[0 if result.success else 1]
    kind = "SUCCESS" if result.success else "FAILURE"
    event = next(it for it in result.all_events if it.event_type_value == f"PIPELINE_{kind}")
    context = build_run_status_sensor_context(
        sensor_name=sensor.name, dagster_event=event, dagster_instance=instance, dagster_run=result.dagster_run
    )
    return sensor(context)


def pages(settings: Settings) -> tuple[str, str]:
    """The ops page and the index of the Data Docs."""
    return (
        (settings.reports / "index.html").read_text(),
        (settings.reports / "data_docs" / "index.html").read_text(),
    )


def test_a_run_that_publishes_writes_its_reports_and_no_sensor_writes_them_again(settings: Settings) -> None:
    with DagsterInstance.ephemeral() as instance:
        result = run(settings, instance)
        assert result.success
        ops_page, data_docs = pages(settings)
        assert "Published 2017-12-31-" in ops_page
        assert "of an earlier run" not in data_docs and "<html" in data_docs
        assert (settings.published / "kuota_quality.duckdb").exists()
        finished = instance.get_run_by_id(result.run_id)
        assert finished is not None and finished.tags[FINISHED] == "true"
        assert isinstance(sense(settings, instance, result), SkipReason)
        run(settings, instance)
    assert "Nothing new: 2017-12-31-" in pages(settings)[0]


def test_a_run_that_fails_writes_its_reports_with_the_reason_and_notifies(settings: Settings) -> None:
    checked(settings, UNIQUE, "failed", at("10:04"), unexpected_count=3)
    with webhook() as hook, DagsterInstance.ephemeral() as instance:
        listening = dataclasses.replace(settings, channels=Channels(webhook_url=hook.url))
        result = run(listening, instance)
        assert not result.success
        assert isinstance(sense(listening, instance, result), SkipReason)
    ops_page, data_docs = pages(settings)
    assert "Nothing published: 1 critical check failed" in ops_page
    assert REFUSED in ops_page
    assert "of an earlier run" not in data_docs
    [notice] = hook.got
    assert (notice["outcome"], notice["run_id"]) == ("blocked", result.run_id)


def test_a_run_that_is_stopped_says_so_and_notifies_nobody(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("orchestration.publish.assets.publish_marts", stopped)
    with webhook() as hook, DagsterInstance.ephemeral() as instance:
        run(dataclasses.replace(settings, channels=Channels(webhook_url=hook.url)), instance)
    assert "Nothing published: the run was canceled" in pages(settings)[0]
    assert hook.got == []


def test_a_sensor_finishes_a_run_that_died(settings: Settings) -> None:
    checked(settings, UNIQUE, "failed", at("10:04"), unexpected_count=3)
    with DagsterInstance.ephemeral() as instance:
        result = run(settings, instance, dies=True)
        assert not (settings.reports / "index.html").exists()
        assert sense(settings, instance, result) is None
    ops_page, data_docs = pages(settings)
    assert REFUSED in ops_page
    assert "of an earlier run" not in data_docs


def test_a_run_that_finds_the_lock_held_says_so_once_the_other_has_ended(settings: Settings) -> None:
    with webhook() as hook, DagsterInstance.ephemeral() as instance:
        listening = dataclasses.replace(settings, channels=Channels(webhook_url=hook.url))
        with another_process(settings) as holder:
            result = run(listening, instance, wait_seconds=0)
            assert not result.success
            answer = sense(listening, instance, result)
            assert isinstance(answer, SkipReason) and "another run is writing" in str(answer.skip_message)
            assert not (settings.reports / "index.html").exists()
        assert sense(listening, instance, result) is None
    page, _ = pages(settings)
    assert "Nothing published: the run ended in an error" in page
    assert f"another run is writing (process {holder.pid})" in page
    assert hook.got == []
