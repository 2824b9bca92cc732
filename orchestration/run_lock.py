"""The writer's lock as a Dagster resource: held from a run's first step until the run has written its reports."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from dagster import InitResourceContext, ResourceDefinition, resource

from orchestration.errors import LockHeld
from orchestration.warehouse import writer_lock

RUN_LOCK = "run_lock"
# a sensor that finishes a run holds the lock for seconds; another run holds it for longer
WAIT_SECONDS = 30.0


def run_lock(
    lock_file: Path,
    *,
    finish: Callable[[InitResourceContext], None] | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> ResourceDefinition:
    """The resource that every step which writes requires. `finish` is called at the end of the run, under the lock.

    Raises LockHeld if another process keeps the lock for `wait_seconds`.
    """

    @resource(description="kuota.lock, from the first step of a run to its reports: no other process writes meanwhile.")
    def held(context: InitResourceContext) -> Iterator[None]:
        with ExitStack() as stack:
            _take(stack, lock_file, deadline=time.monotonic() + wait_seconds)
            yield
            if finish is not None and context.run is not None:
                finish(context)

    return held


def _take(stack: ExitStack, lock_file: Path, deadline: float) -> None:
    while True:
        try:
            stack.enter_context(writer_lock(lock_file))
            return
        except LockHeld:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
