"""Readers while one publish follows another: no error, and all that one read sees is of one publish."""

from pathlib import Path

import pytest

from tests.faults.reader import Readers
from tests.faults.tiny_pipeline import Processes, land, settings_in


@pytest.mark.parametrize(("readers", "publishes"), [(4, 4), pytest.param(50, 30, marks=pytest.mark.slow)])
def test_readers_never_see_parts_of_two_publishes(tmp_path: Path, readers: int, publishes: int) -> None:
    settings = settings_in(tmp_path)
    with Processes() as processes:
        land(settings, 0)
        processes.start(settings)
        assert processes.answer() == 0
        reading = Readers(settings.published, readers)
        for day in range(1, publishes + 1):
            land(settings, day)
            processes.start(settings)
            assert processes.answer() == 0
        found = reading.stop()
    assert [error for _, errors in found for error in errors] == []
    assert all(seen for seen, _ in found)
    seen = set().union(*(seen for seen, _ in found))
    assert len(seen) >= publishes - 1, f"{len(seen)} of {publishes + 1} publishes were seen"
    print(f"{sum(sum(seen.values()) for seen, _ in found)} reads of {len(seen)} publishes by {readers} readers")
