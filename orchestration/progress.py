"""Progress messages: to Dagster's log of the run, and to the logger `kuota`, which the command line listens to."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import AssetCheckExecutionContext, AssetExecutionContext

PROGRESS_LOG = logging.getLogger("kuota")
PROGRESS_LOG.setLevel(logging.INFO)
PROGRESS_LOG.propagate = False
# without the command line nobody listens: Dagster's log has all messages
PROGRESS_LOG.addHandler(logging.NullHandler())


def progress_of(context: "AssetExecutionContext | AssetCheckExecutionContext") -> Callable[[str], None]:
    """A function that reports a line to both."""

    def report(line: str) -> None:
        context.log.info(line)
        PROGRESS_LOG.info(line)

    return report


def warn(context: "AssetExecutionContext | AssetCheckExecutionContext", line: str) -> None:
    """Report a warning to both."""
    context.log.warning(line)
    PROGRESS_LOG.warning(line)
