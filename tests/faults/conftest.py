"""The shop of the ingest tests, also for the tests of faults."""

from tests.ingest.conftest import bench

__all__ = ["bench"]
