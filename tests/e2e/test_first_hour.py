"""A newcomer's first hour: the README's commands as written in a clean clone, a run from Dagster's UI, one of a sensor.

The questions that BI developers ask are in docs/questions.md (test_sample_company_run.py); a wheel that is installed
elsewhere is in test_wheel.py.
"""

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchestration.settings import PROJECT

pytestmark = [pytest.mark.slow, pytest.mark.random_order(disabled=True)]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
REVIEWS = "break_id,decision,decided_by,decided_on,note\n"
REVIEW = "{},confirmed,rina,2026-10-01,asked the team\n"
TO_REVIEW = """
import duckdb
kuota = duckdb.connect("data/published/kuota.duckdb", read_only=True)
breaks = "select break_id from quality.collection_break where origin = 'detected' and review is null order by 1"
print(*(break_id for (break_id,) in kuota.sql(breaks).fetchall()))
"""
PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Clone:
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """That of a newcomer, who has set nothing."""
        # make exports what its own command line sets
        others = ("KUOTA", "DAGSTER", "PYTHON", "MAKE", "MFLAGS", "VENV", "BIN")
        return {name: value for name, value in os.environ.items() if not name.startswith(others)}

    def run(self, command: str) -> str:
        ended = subprocess.run(
            ["bash", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=900
        )
        assert ended.returncode == 0, f"{command}\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}"
        return ended.stdout

    def land_reviews(self, day: int, *break_ids: str) -> None:
        """The register as of that day of October, with all of its rows."""
        folder = self.folder / "data" / "landing" / "registers" / f"2026-10-0{day}"
        folder.mkdir()
        rows = "".join(REVIEW.format(break_id) for break_id in break_ids)
        (folder / "collection_break_reviews.csv").write_text(REVIEWS + rows)

    def published(self) -> dict[str, Any]:
        manifest: dict[str, Any] = json.loads((self.folder / "data" / "published" / "manifest.json").read_text())
        return manifest

    def reviewed(self) -> list[str]:
        """The breaks of the newest register, if there is one."""
        landed = sorted((self.folder / "data" / "landing" / "registers").glob("*/collection_break_reviews.csv"))
        return [line.partition(",")[0] for path in landed[-1:] for line in path.read_text().splitlines()[1:]]

    def breaks_to_review(self) -> list[str]:
        return self.run(f".venv/bin/python -c {shlex.quote(TO_REVIEW)}").split()


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    folder = tmp_path_factory.mktemp("first_hour") / "kuota"
    subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(folder)], check=True)
    return Clone(folder)


@pytest.fixture(scope="module")
def said(clone: Clone) -> str:
    """What the first command says."""
    [commands] = [block for block in BLOCKS if block.startswith("make run")]
    return clone.run(commands.splitlines()[0])


def test_the_first_command_ends_with_the_summary_that_the_readme_shows(said: str) -> None:
    [summary] = [block for block in BLOCKS if block.startswith("published ")]
    for line in summary.splitlines():
        assert re.search(re.escape(line).replace("…", "[^ ]+").replace("data/", ".*/data/"), said), line


def test_every_other_command_of_the_readme_works_as_written(clone: Clone, said: str) -> None:
    commands = [block for block in BLOCKS if block.startswith(".venv/")]
    assert len(commands) == 3
    for block in commands:
        # a command may go over several lines between quotation marks
        for command in [block] if '"\n' in block else block.splitlines():
            assert clone.run(command), command


def test_the_second_time_there_is_nothing_to_do(clone: Clone, said: str) -> None:
    assert "\nunchanged " in clone.run("make run")


@pytest.fixture(scope="module")
def dagster(clone: Clone, said: str) -> Iterator[str]:
    """The address of `make dev`, whose run coordinator and sensors work."""
    with socket.socket() as free, socket.socket() as also_free:
        free.bind(("127.0.0.1", 0))
        also_free.bind(("127.0.0.1", 0))
        port, serve_port = free.getsockname()[1], also_free.getsockname()[1]
    with (clone.folder.parent / "dev.log").open("w") as log:
        server = subprocess.Popen(
            ["make", "dev", f"DEV_OPTIONS=--port {port}", f"SERVE_PORT={serve_port}"],
            cwd=clone.folder,
            env=clone.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until(lambda: asked(url, "{ version }"), clone.folder.parent / "dev.log")
            yield url
        finally:
            os.killpg(server.pid, signal.SIGINT)
            server.wait(timeout=60)


def test_the_first_run_is_in_the_timeline(clone: Clone, dagster: str) -> None:
    # the timeline leaves out a run without an origin
    origins = asked(
        dagster,
        """{ runsOrError(filter: {pipelineName: "refresh", statuses: [SUCCESS]}) {
            ... on Runs { results { repositoryOrigin { repositoryName repositoryLocationName } } } } }""",
    )
    assert selector_of(dagster) in [run["repositoryOrigin"] for run in origins["runsOrError"]["results"]]


def test_a_run_from_the_ui_publishes_and_writes_its_reports(clone: Clone, dagster: str) -> None:
    before, [first, *_] = clone.published()["publish_id"], clone.breaks_to_review()
    clone.land_reviews(1, *clone.reviewed(), first)
    selector = selector_of(dagster)
    launched = asked(
        dagster,
        """mutation ($selector: JobOrPipelineSelector!) {
            launchRun(executionParams: {selector: $selector, runConfigData: "{}"}) {
                __typename ... on LaunchRunSuccess { run { runId } } } }""",
        selector=selector | {"jobName": "refresh"},
    )
    run_id = launched["launchRun"]["run"]["runId"]
    wait_until(lambda: status_of(dagster, run_id) in ("SUCCESS", "FAILURE"))
    assert status_of(dagster, run_id) == "SUCCESS"
    assert (clone.published()["run_id"], clone.published()["publish_id"] != before) == (run_id, True)
    assert first not in clone.breaks_to_review()
    page = (clone.folder / "data" / "reports" / "index.html").read_text(encoding="utf-8")
    docs = (clone.folder / "data" / "reports" / "data_docs" / "index.html").read_text(encoding="utf-8")
    assert run_id in page and "of an earlier run" not in docs


def test_a_sensor_starts_a_run_when_files_land(clone: Clone, dagster: str) -> None:
    before = clone.published()["run_id"]
    asked(
        dagster,
        "mutation ($selector: SensorSelector!) { startSensor(sensorSelector: $selector) { __typename } }",
        selector=selector_of(dagster) | {"sensorName": "new_extracts"},
    )
    [second, *_] = clone.breaks_to_review()
    clone.land_reviews(2, *clone.reviewed(), second)
    wait_until(lambda: clone.published()["run_id"] != before)
    assert second not in clone.breaks_to_review()


def asked(url: str, query: str, **variables: object) -> dict[str, Any]:
    """What Dagster's GraphQL answers; nothing while it does not answer yet."""
    body = json.dumps({"query": query, "variables": variables}).encode()
    request = urllib.request.Request(f"{url}/graphql", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = json.loads(response.read())
    except (urllib.error.URLError, ConnectionError):
        return {}
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def selector_of(url: str) -> dict[str, str]:
    [node] = asked(url, "{ repositoriesOrError { ... on RepositoryConnection { nodes { name location { name } } } } }")[
        "repositoriesOrError"
    ]["nodes"]
    return {"repositoryName": node["name"], "repositoryLocationName": node["location"]["name"]}


def status_of(url: str, run_id: str) -> str:
    query = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
    return str(asked(url, query, id=run_id)["runOrError"]["status"])


def wait_until(happened: Any, log: Path | None = None) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < give_up, log.read_text()[-3000:] if log else "it did not happen"
        time.sleep(1)
