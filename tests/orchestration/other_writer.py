"""Another process that holds the lock."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from orchestration.settings import PROJECT, Settings

HOLD = """
from orchestration.settings import Settings
from orchestration.warehouse import writer_lock
with writer_lock(Settings.from_environment().lock_file):
    print("held", flush=True)
    input()
"""


@contextmanager
def another_process(settings: Settings) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock, until a line is written to it."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=PROJECT,
        env={**os.environ, "KUOTA_HOME": str(settings.home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()
