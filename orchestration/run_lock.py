"""The writer's lock as a Dagster resource: held from a run's first step to its last, so that none comes between."""

import time
from collections.abc import Iterator
from contextlib import ExitStack

from dagster import InitResourceContext, ResourceDefinition, resource

from orchestration.errors import LockHeld
from orchestration.settings import Settings
from orchestration.warehouse import writer_lock

RUN_LOCK = "run_lock"
# the sensors that write quality.duckdb after a run hold the lock for seconds; another run holds it for longer
WAIT_SECONDS = 30.0


def run_lock(settings: Settings, *, wait_seconds: float = WAIT_SECONDS) -> ResourceDefinition:
    """What every step that writes requires; raises LockHeld where another process has the lock for `wait_seconds`."""

    @resource(description="kuota.lock, from the first step of a run to its last: no other writer comes between.")
    def held(_: InitResourceContext) -> Iterator[None]:
        with ExitStack() as stack:
            _take(stack, settings, deadline=time.monotonic() + wait_seconds)
            yield

    return held


def _take(stack: ExitStack, settings: Settings, deadline: float) -> None:
    while True:
        try:
            stack.enter_context(writer_lock(settings))
            return
        except LockHeld:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
