"""Two companies, each generated once: a small one whose extracts are all read, and the default one."""

from pathlib import Path

import duckdb
import pytest
from generated_sample import generated_sample
from sample_files import read

from sample_company import Truth

Sample = tuple[Path, Truth]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return generated_sample(tmp_path_factory, reps=12, months=15, monthly_extracts=3, daily_extracts=2)


@pytest.fixture(scope="session")
def small_files(small: Sample) -> duckdb.DuckDBPyConnection:
    return read(small[0])


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return generated_sample(tmp_path_factory)


@pytest.fixture(scope="session")
def last_files(whole: Sample) -> duckdb.DuckDBPyConnection:
    return read(whole[0], whole[1].as_of_date)


@pytest.fixture(scope="session")
def all_files(whole: Sample) -> duckdb.DuckDBPyConnection:
    return read(whole[0])
