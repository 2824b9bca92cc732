"""The code location that Dagster's UI loads, to which the runs of the command line belong too.

The timeline and the page of a job in Dagster list the runs whose record names the location, and leave out all others.
"""

import functools
from collections.abc import Iterator
from contextlib import contextmanager

from dagster import DagsterInstance, Definitions
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteRepositoryOrigin

CODE_LOCATION = "kuota"
"""Its name for `dg dev` (pyproject.toml) and for the services of a deployment (deploy/workspace.yaml)."""


@contextmanager
def runs_of_the_location(instance: DagsterInstance, definitions: Definitions, job: str) -> Iterator[None]:
    """In the block, a run of `job` that `instance` records is one of the code location, as if the UI had started it.

    `execute_in_process` has no option for it. Readers compare the names of location and repository, not how the code
    is loaded, which a run in this process does not know.
    """
    repository = RemoteRepositoryOrigin(
        RegisteredCodeLocationOrigin(CODE_LOCATION), definitions.get_repository_def().name
    )
    create = functools.partial(instance.create_run_for_job, remote_job_origin=repository.get_job_origin(job))
    # of this instance alone: its class stays as it is
    vars(instance)["create_run_for_job"] = create
    try:
        yield
    finally:
        del vars(instance)["create_run_for_job"]
