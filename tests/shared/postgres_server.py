"""A real PostgreSQL of the test's own: Debian's package, a new cluster, on a socket and no port."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
WITHOUT = "PostgreSQL is not installed (Debian's package `postgresql`)"


@contextmanager
def postgres_server() -> Iterator[str]:
    """The URL of an empty database, whose server ends with the block."""
    # the path of a socket may have 107 characters
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    try:
        _run(
            "initdb",
            "--auth=trust",
            "--username=postgres",
            "--no-locale",
            "--encoding=UTF8",
            "--no-sync",
            f"--pgdata={folder / 'data'}",
        )
        options = f"-c listen_addresses='' -c fsync=off -k {folder}"
        start = ("start", "--wait", f"--log={folder / 'log'}", f"--options={options}")
        _run("pg_ctl", f"--pgdata={folder / 'data'}", *start)
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _run("pg_ctl", f"--pgdata={folder / 'data'}", "stop", "--mode=immediate")
    finally:
        shutil.rmtree(folder)


def _run(program: str, *words: str) -> None:
    # the server refuses to run as root
    as_user = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    # a server that has started would keep a pipe open
    subprocess.run([*as_user, str(PROGRAMS[-1] / program), *words], check=True, stdout=subprocess.DEVNULL, cwd="/")
