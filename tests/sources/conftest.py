"""The extract next to a source's test, built once for all of its tests."""

from pathlib import Path

import pytest
from built_source import build


@pytest.fixture(scope="module")
def warehouse(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(request.path.parent / "landing", tmp_path_factory)
