import subprocess
import sys
from contextlib import contextmanager

import pytest
from dagster import (
    AssetKey,
    DagsterInstance,
    Definitions,
    SkipReason,
    build_run_status_sensor_context,
    define_asset_job,
)
from small_company import CHECKS, MODELS, UNIQUE, at, build, checked, settings_in

from orchestration.publish.assets import publish_asset, quality_sensors
from orchestration.run_lock import RUN_LOCK, run_lock

JOB = "publish_alone"


@pytest.fixture
def settings(tmp_path):
    settings = settings_in(tmp_path / "home")
    build(settings)
    return settings


def run_alone(settings, instance, tags=None, wait_seconds=30):
    """As the UI does it: the published asset materialized on its own."""
    published = publish_asset(settings, lambda: (MODELS, CHECKS), [AssetKey(["marts", "sales", "fct_credits"])])
    definitions = Definitions(
        assets=[published],
        jobs=[define_asset_job(JOB, [published])],
        sensors=quality_sensors(settings),
        resources={RUN_LOCK: run_lock(settings, wait_seconds=wait_seconds)},
    )
    job = definitions.resolve_job_def(JOB)
    return job.execute_in_process(instance=instance, raise_on_error=False, tags=tags)


def tell_sensors(settings, instance, result):
    event_kind = "RUN_SUCCESS" if result.success else "RUN_FAILURE"
    sensor = quality_sensors(settings)[0 if result.success else 1]
    event = next(e for e in result.all_events if e.event_type_value.endswith(event_kind.removeprefix("RUN")))
    context = build_run_status_sensor_context(
        sensor_name=sensor.name, dagster_event=event, dagster_instance=instance, dagster_run=result.dagster_run
    )
    return sensor(context)


def test_a_publish_from_the_ui_shows_what_it_published_and_its_end_writes_the_page(settings):
    with DagsterInstance.ephemeral() as instance:
        result = run_alone(settings, instance)
        assert result.success
        metadata = result.asset_materializations_for_node("published__marts")[0].metadata
        assert metadata["publish_id"].value.startswith("2017-12-31-")
        assert metadata["dagster/row_count"].value == 5
        assert metadata["path"].value == str(settings.published / "marts.duckdb")
        assert tell_sensors(settings, instance, result) is None
    assert f"Published {metadata['publish_id'].value}" in (settings.reports / "index.html").read_text()


def test_a_publish_from_the_ui_goes_through_the_gate_and_the_page_says_why_it_was_refused(settings):
    checked(settings, UNIQUE, "failed", at("10:04"), unexpected_count=3)
    with DagsterInstance.ephemeral() as instance:
        result = run_alone(settings, instance)
        assert not result.success
        tell_sensors(settings, instance, result)
    assert not (settings.published / "marts.duckdb").exists()
    assert "Nothing published: 1 critical check failed" in (settings.reports / "index.html").read_text()


def test_the_sensors_leave_runs_of_the_command_line_to_it(settings):
    with DagsterInstance.ephemeral() as instance:
        result = run_alone(settings, instance, tags={"kuota/started_by": "command_line"})
        answer = tell_sensors(settings, instance, result)
    assert isinstance(answer, SkipReason)
    assert not settings.reports.exists()


@contextmanager
def another_process_writes(settings):
    settings.home.mkdir(exist_ok=True)
    hold = (
        "import fcntl, sys; lock = open(sys.argv[1], 'w'); fcntl.flock(lock, fcntl.LOCK_EX); "
        "print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(settings.lock_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            other.communicate(b"\n")


def test_while_another_process_writes_nothing_is_written(settings):
    with DagsterInstance.ephemeral() as instance:
        with another_process_writes(settings):
            result = run_alone(settings, instance, wait_seconds=0)
            assert not result.success
            answer = tell_sensors(settings, instance, result)
            assert isinstance(answer, SkipReason) and "another run is writing" in answer.skip_message
            assert not settings.published.exists() and not settings.reports.exists()
        assert tell_sensors(settings, instance, result) is None
    assert (settings.published / "quality.duckdb").exists()
    assert "Nothing published: the run ended in an error" in (settings.reports / "index.html").read_text()
