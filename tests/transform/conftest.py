"""The compiled project in memory, shared by every module that builds random companies."""

from collections.abc import Iterator

import pytest
from compiled_project import SETTINGS, compiled_project
from memory_warehouse import MemoryWarehouse


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemoryWarehouse]:
    memory = MemoryWarehouse(compiled_project(tmp_path_factory, SETTINGS))
    yield memory
    memory.connection.close()
