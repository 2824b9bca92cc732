"""The shop of the ingest tests, and homes of whole runs, for the tests of faults."""

from tests.faults.whole_home import kuota, published_home
from tests.ingest.conftest import bench

__all__ = ["bench", "kuota", "published_home"]
