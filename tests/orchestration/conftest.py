"""One home in which `refresh` ran once, shared by the tests that check what Dagster did there."""

from dataclasses import dataclass

import pytest
from dagster import AssetKey, DagsterInstance, Definitions, ExecuteInProcessResult

from orchestration.definitions import build_definitions
from orchestration.settings import Settings
from tests.orchestration.small_landing import landed_home


@dataclass
class Deployment:
    """A home, its definitions, and the ways in which a user of the UI can start something."""

    settings: Settings
    definitions: Definitions
    instance: DagsterInstance

    def run(self, job: str) -> ExecuteInProcessResult:
        return self.definitions.resolve_job_def(job).execute_in_process(instance=self.instance, raise_on_error=False)

    def materialize(self, *keys: str) -> ExecuteInProcessResult:
        return self.definitions.resolve_implicit_global_asset_job_def().execute_in_process(
            asset_selection=[AssetKey(key.split("/")) for key in keys], instance=self.instance, raise_on_error=False
        )


def complaint_of(result: ExecuteInProcessResult) -> str:
    """The message of the first failed step, as the UI shows it."""
    error = result.get_step_failure_events()[0].step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message if error else ""


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """A deployment that has landed files and definitions, and has run nothing."""
    settings = landed_home(tmp_path_factory.mktemp("deployment"), tmp_path_factory)
    return Deployment(settings, build_definitions(settings), DagsterInstance.ephemeral())


@pytest.fixture(scope="session")
def refreshed(loaded: Deployment) -> Deployment:
    """The same after one whole `refresh`."""
    result = loaded.run("refresh")
    assert result.success, complaint_of(result)
    return loaded
