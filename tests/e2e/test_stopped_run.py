"""Ctrl-C in a terminal: the run ends at once and cleanly, and says what stays."""

import os
import signal
import time
from pathlib import Path

import dirty_landing
import pytest
from kuota_home import KuotaHome

pytestmark = pytest.mark.slow


def test_ctrl_c_ends_the_run_and_leaves_what_was_published(own_home: KuotaHome, tmp_path: Path) -> None:
    before = own_home.published()
    later = "generic/2026-02-28/opportunities.csv"
    row = "N1,R1,Won,2026-02-01T09:00:00Z,80,USD,\n"
    dirty_landing.write(own_home.landing, {later: dirty_landing.DEALS + row})
    shown = tmp_path / "shown"
    with shown.open("w") as stream:
        running = own_home.start("run", stdout=stream, stderr=stream, start_new_session=True)
        give_up = time.monotonic() + 200
        while "dbt starts" not in shown.read_text() and time.monotonic() < give_up:
            time.sleep(0.1)
        time.sleep(3)
        # what a terminal does: every process of the group gets the signal
        os.killpg(running.pid, signal.SIGINT)
        assert running.wait(timeout=60) == 130
    text = shown.read_text()
    assert "Traceback" not in text and "NOT PUBLISHED, the run was stopped; still published is " in text
    assert text.splitlines()[-1] == "error: the run was stopped before it ended; `kuota run` continues"
    assert own_home.published() == before
    status = own_home.kuota("status")
    assert status.exit_code == 130 and status.said.splitlines()[1].startswith("last run    canceled: ")
    # the next run takes up what the stopped one had read
    assert own_home.kuota("run").exit_code == 0
    assert own_home.kuota("status").exit_code == 0
