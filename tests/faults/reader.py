"""What a reader sees of the tiny pipeline. It imports little, because many of them start at once."""

import json
import subprocess
import sys
import threading
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb

FIRST_DAY = date(2024, 1, 1)
PAUSE = 0.01
"""Seconds between two reads, for each reader there is: the writer shares the processors with them."""
PROJECT = Path(__file__).resolve().parents[2]


def read(published: Path) -> tuple[str, int]:
    """What one reader sees: the publish_id and the day; fails if the rows of the tables are not all of one publish."""
    with duckdb.connect(str(published / "kuota.duckdb"), read_only=True) as connection:
        days = connection.execute("select distinct amount from marts.fct_deals").fetchall()
        publications = connection.execute("select publish_id, as_of_date from marts.publication").fetchall()
    [(publish_id, as_of_date)] = publications
    day = (as_of_date - FIRST_DAY).days
    assert days == [(day,)], (days, publications)
    assert publish_id.startswith(as_of_date.isoformat())
    return publish_id, day


class Readers:
    """Processes that read what is published as fast as they can: DuckDB shares open files within one process."""

    def __init__(self, published: Path, count: int) -> None:
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.faults.reader", str(published), str(PAUSE * count)],
                cwd=PROJECT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(count)
        ]
        for process in self._processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"

    def stop(self) -> list[tuple[Counter[str], list[str]]]:
        """For each reader, how often it saw which publish, and what went wrong."""
        found = []
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.close()
            process.stdin = None
        for process in self._processes:
            said, _ = process.communicate()
            seen, errors = json.loads(said)
            found.append((Counter(seen), errors))
        return found


def _read_until_stopped(published: Path, pause: float) -> None:
    print("ready", flush=True)
    stopped = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stopped.set()), daemon=True).start()
    seen: Counter[str] = Counter()
    errors: list[str] = []
    while not stopped.wait(pause):
        if (published / "kuota.duckdb").exists():
            try:
                seen[read(published)[0]] += 1
            except Exception as error:
                errors.append(repr(error))
    print(json.dumps([seen, errors]), flush=True)


if __name__ == "__main__":
    _read_until_stopped(Path(sys.argv[1]), float(sys.argv[2]))
