"""`kuota serve` as a child process."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

KUOTA = Path(sys.executable).with_name("kuota")


@dataclass(frozen=True)
class Served:
    """Its address, without a slash at the end, and its process."""

    address: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])


def start(home: Path, *options: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KUOTA_")}
    return subprocess.Popen(
        [KUOTA, "serve", *options],
        env=environment | {"KUOTA_HOME": str(home)},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """The reports of `home` on a free port, until the block ends."""
    process = start(home, "--port", "0")
    try:
        assert process.stdout and process.stderr
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line + process.stderr.read()
        yield Served(found[0], process)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
