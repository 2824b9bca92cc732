"""A KUOTA_HOME with the real command line as a child process, and what a reader sees of it."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

KUOTA = Path(sys.executable).with_name("kuota")


@dataclass(frozen=True)
class KuotaHome:
    """`home` and `landing` are absolute; the caller's environment has no influence on where Kuota works."""

    home: Path
    landing: Path

    def start(
        self,
        *arguments: str,
        command: tuple[str, ...] = (str(KUOTA),),
        environment: Mapping[str, str] | None = None,
        **options: Any,
    ) -> subprocess.Popen[str]:
        """`kuota …` as a child, with `environment` in addition; `options` go to Popen."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("KUOTA_", "DAGSTER_"))}
        own = {"KUOTA_HOME": str(self.home), "KUOTA_LANDING": str(self.landing)}
        return subprocess.Popen(
            [*command, *arguments],
            env=inherited | own | dict(environment or {}),
            text=True,
            **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options),
        )

    def kuota(self, *arguments: str, **options: Any) -> "Ended":
        """Run `kuota …` to its end."""
        child = self.start(*arguments, **options)
        said, complained = child.communicate(timeout=900)
        return Ended(child.returncode, said, complained)

    def imports(self, *arguments: str) -> "tuple[Ended, set[str]]":
        """The same, and the packages that it imported, which takes most of the time of a short command.

        Of pandas, numpy is listed: a name that DuckDB only looked for is listed too.
        """
        ended = self.kuota(*arguments, command=(sys.executable, "-X", "importtime", str(KUOTA)))
        times = [line for line in ended.complained.splitlines() if line.startswith("import time:")]
        return ended, {line.rpartition("|")[2].strip().partition(".")[0] for line in times}

    def marts(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of `query` on the published marts; `mart_win_rate` is enough of a name."""
        return _ask(self.home / "published" / "kuota.duckdb", "kuota.marts", query)

    def quality(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of `query` on the published kuota_quality.duckdb."""
        return _ask(self.home / "published" / "kuota_quality.duckdb", "kuota_quality.quality", query)

    def published(self) -> dict[str, str]:
        """The digests of what readers of the marts open."""
        files = files_in(self.home / "published")
        return {name: digest for name, digest in files.items() if "quality" not in name}


@dataclass(frozen=True)
class Ended:
    """How a command ended; `errors` are its lines for people."""

    exit_code: int
    said: str
    complained: str

    @property
    def errors(self) -> list[str]:
        return [line.removeprefix("error: ") for line in self.complained.splitlines() if line.startswith("error: ")]

    @property
    def warnings(self) -> list[str]:
        lines = (self.said + self.complained).splitlines()
        return [line.partition("warning: ")[2] for line in lines if "warning: " in line]


def files_in(folder: Path) -> dict[str, str]:
    """The digest of every file below `folder`, by its path there."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _ask(path: Path, schema: str, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute(f"use {schema}")
        return connection.execute(query).fetchall()
