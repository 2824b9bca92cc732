"""A run of the command line in Dagster's UI, whose timeline and jobs list only the runs of the code location."""

import tomllib

import yaml
from dagster import DagsterInstance, Definitions, RunsFilter
from kuota_home import Ended, KuotaHome

from orchestration.settings import PROJECT


def test_a_run_of_the_command_line_is_one_of_the_code_location(dirty_run: tuple[KuotaHome, Ended]) -> None:
    kuota, _ = dirty_run
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    [deployed] = yaml.safe_load((PROJECT / "deploy" / "workspace.yaml").read_text())["load_from"]
    location = project["tool"]["dg"]["project"]["code_location_name"]
    assert location == deployed["grpc_server"]["location_name"]
    repository = Definitions().get_repository_def().name
    with DagsterInstance.from_config(str(kuota.home / "dagster")) as instance:
        # what a page of a job asks for
        [run] = instance.get_runs(
            RunsFilter(job_name="refresh", tags={".dagster/repository": f"{repository}@{location}"})
        )
    # what the timeline needs of a run
    assert run.remote_job_origin is not None
    origin = run.remote_job_origin.repository_origin
    assert (origin.repository_name, origin.code_location_origin.location_name) == (repository, location)
    assert run.remote_job_origin.job_name == run.job_name
