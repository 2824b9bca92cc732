"""Queries with parameters, without the second that pandas takes to be imported."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_pandas() -> Iterator[None]:
    """DuckDB imports pandas at its first parameter, to know a null of pandas; where there is none, it need not."""
    if "pandas" in sys.modules:
        yield
        return
    # Python's way to say that a module cannot be imported
    sys.modules["pandas"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["pandas"]
