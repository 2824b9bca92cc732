"""`make dev` shows the reports beside Dagster, and stops both; Dagster itself is a stand-in here."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.settings import PROJECT

KUOTA = Path(sys.executable).with_name("kuota")
# it ends by Ctrl-C, as dg does, or where the test says so
STAND_IN = """#!/bin/sh
echo "$KUOTA_REPORT_URL" > asked.new && mv asked.new asked
trap 'exit 0' INT
until [ -e crash ]; do sleep 0.1; done
exit 3
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """What make reads of the project, with an environment that is set up and a home with a report."""
    folder = tmp_path / "project"
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "deploy/uv.lock", "deploy/dagster.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, folder / name)
    for path, text in {
        ".venv/bin/kuota": f'#!/bin/sh\nexec {shlex.quote(str(KUOTA))} "$@"\n',
        ".venv/bin/dg": STAND_IN,
        ".venv/installed": "",
        "data/landing/settings.yml": "",
        "data/reports/index.html": "the ops page",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        (folder / path).chmod(0o755)
    return folder


def started(project: Path, **environment: str) -> tuple[subprocess.Popen[bytes], str]:
    """`make dev`, and the address of its reports."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("KUOTA", "MAKE"))}
    process = subprocess.Popen(
        # over an environment that `make test` may have been given
        ["make", "--silent", "dev", "VENV=.venv", f"SERVE_PORT={port}"],
        cwd=project,
        env=inherited | environment,
        start_new_session=True,
    )
    return process, f"http://127.0.0.1:{port}/index.html"


def served(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return bool(answer.read() == b"the ops page")
    except OSError:
        return False


def wait_until(happened: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < give_up, "it did not happen"
        time.sleep(0.1)


@pytest.mark.parametrize("end", ["Ctrl-C", "crash"])
def test_the_reports_are_served_as_long_as_dagster_runs_and_its_links_lead_there(project: Path, end: str) -> None:
    make, address = started(project)
    try:
        wait_until(lambda: served(address) and (project / "asked").exists())
        assert (project / "asked").read_text().strip() == address
        if end == "Ctrl-C":
            os.killpg(make.pid, signal.SIGINT)
        else:
            (project / "crash").touch()
        make.wait(timeout=60)
        wait_until(lambda: not served(address))
    finally:
        (project / "crash").touch()
        make.wait(timeout=60)
    assert end == "Ctrl-C" or make.returncode != 0


def test_a_report_url_of_ones_own_stays(project: Path) -> None:
    make, _ = started(project, KUOTA_REPORT_URL="https://reports.example.com/kuota/index.html")
    try:
        wait_until((project / "asked").exists)
    finally:
        (project / "crash").touch()
        make.wait(timeout=60)
    assert (project / "asked").read_text().strip() == "https://reports.example.com/kuota/index.html"
