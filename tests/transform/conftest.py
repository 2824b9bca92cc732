"""The compiled project in memory, shared by every module that builds random companies."""

from collections.abc import Iterator

import pytest
from memory_warehouse import MemoryWarehouse, compile_project


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MemoryWarehouse]:
    memory = MemoryWarehouse(compile_project(tmp_path_factory.mktemp("compiled")))
    yield memory
    memory.connection.close()
