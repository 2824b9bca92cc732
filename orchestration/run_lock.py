"""The writer's lock as a Dagster resource: held from a run's first step until the run has written its reports."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from dagster import InitResourceContext, ResourceDefinition, resource

from orchestration.errors import ConfigurationError, LockHeld
from orchestration.warehouse import writer_lock

RUN_LOCK = "run_lock"
# a sensor that finishes a run holds the lock for seconds; another run holds it for longer
WAIT_SECONDS = 30.0


class Watched:
    """The company's settings as they were when the run began: all of its steps must read the same."""

    def __init__(self, settings_file: Path | None) -> None:
        self._path = settings_file
        self._content = self._read()

    def refuse_changed(self) -> None:
        """Raise ConfigurationError if the file is another, or gone: a step would work with other settings."""
        if self._read() != self._content:
            raise ConfigurationError(
                f"{self._path}: changed or gone while the run worked, so nothing was published. "
                "Check that the landing folder is there, then run again."
            )

    def _read(self) -> bytes | None:
        try:
            return self._path.read_bytes() if self._path else None
        except OSError:
            return None


def run_lock(
    lock_file: Path,
    *,
    settings_file: Path | None = None,
    finish: Callable[[InitResourceContext], None] | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> ResourceDefinition:
    """The resource that every step which writes requires. `finish` is called at the end of the run, under the lock.

    Its value is the Watched `settings_file`. Raises LockHeld if another process keeps the lock for `wait_seconds`.
    """

    @resource(description="kuota.lock, from the first step of a run to its reports: no other process writes meanwhile.")
    def held(context: InitResourceContext) -> Iterator[Watched]:
        with ExitStack() as stack:
            _take(stack, lock_file, deadline=time.monotonic() + wait_seconds)
            yield Watched(settings_file)
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
