"""The sensor that starts `refresh` when files land."""

from pathlib import Path

import pytest
from dagster import DagsterInstance, build_sensor_context

from orchestration.definitions import build_definitions
from orchestration.errors import ConfigurationError
from orchestration.publish import publish_quality
from tests.orchestration.conftest import Deployment
from tests.orchestration.small_landing import land, landed_home


def tick(deployment: Deployment) -> tuple[list[str | None], str | None]:
    """The run keys that the sensor asks for, and why it asks for none."""
    with build_sensor_context(instance=DagsterInstance.ephemeral(), definitions=deployment.definitions) as context:
        data = deployment.definitions.resolve_sensor_def("new_extracts").evaluate_tick(context)
    return [request.run_key for request in data.run_requests or []], data.skip_message


def test_one_delivery_asks_for_one_run_and_a_changed_file_for_another(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = landed_home(tmp_path, tmp_path_factory)
    deployment = Deployment(settings, build_definitions(settings), DagsterInstance.ephemeral())
    (first,), _ = tick(deployment)
    assert tick(deployment)[0] == [first]  # Dagster starts one run for one key
    land(settings, {"generic/2026-07-31/reps.csv": "rep_id,name\nR1,Ann\n"})
    (second,), _ = tick(deployment)
    assert second != first

    (settings.landing / "unknown_crm" / "2026-07-31").mkdir(parents=True)
    (settings.landing / "unknown_crm" / "2026-07-31" / "deals.csv").write_text("id\n1\n")
    with pytest.raises(ConfigurationError, match="unknown source 'unknown_crm'"):
        tick(deployment)


def test_nothing_new_starts_nothing(refreshed: Deployment) -> None:
    publish_quality(
        refreshed.settings.warehouse,
        refreshed.settings.published,
        refreshed.settings.dbt_manifest,
        run_id="the run's reports",
    )
    requested, reason = tick(refreshed)
    assert (requested, reason) == ([], "Nothing new has landed.")
