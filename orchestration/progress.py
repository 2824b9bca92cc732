"""What a room says while it works: to Dagster's log of the run, and to whoever listens to the logger `kuota`."""

import logging
from collections.abc import Callable

from dagster import AssetCheckExecutionContext, AssetExecutionContext

SAID = logging.getLogger("kuota")
SAID.setLevel(logging.INFO)
SAID.propagate = False
# nobody listens in the UI: Dagster's log has it all
SAID.addHandler(logging.NullHandler())


def progress_of(context: AssetExecutionContext | AssetCheckExecutionContext) -> Callable[[str], None]:
    """A function that says a line in both places."""

    def say(line: str) -> None:
        context.log.info(line)
        SAID.info(line)

    return say


def warn(context: AssetExecutionContext | AssetCheckExecutionContext, line: str) -> None:
    """Say a warning in both places."""
    context.log.warning(line)
    SAID.warning(line)
