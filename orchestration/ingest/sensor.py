"""Which landed files no run has read yet: what the sensor that starts a refresh asks."""

import hashlib
from collections.abc import Sequence

import duckdb

from orchestration.ingest.landing import LandedFile, scan_landing
from orchestration.ingest.source_config import load_source_configs
from orchestration.settings import Settings, reporting_time_zone


def new_files(settings: Settings) -> list[LandedFile]:
    """Files in the landing folder that the last run did not read, or that have changed since.

    Reads published/kuota_quality.duckdb, which every run replaces and no run locks. Raises ConfigurationError for
    a landing folder that no run could read.
    """
    landing = scan_landing(settings.landing, load_source_configs(settings.sources), reporting_time_zone(settings))
    ledger = settings.published / "kuota_quality.duckdb"
    if not ledger.exists():
        return list(landing.files)
    with duckdb.connect(str(ledger), read_only=True) as connection:
        seen = set(
            connection.execute("select source_file, file_size, file_modified_at from quality.load_ledger").fetchall()
        )
    return [file for file in landing.files if (file.name, file.size, file.modified_at) not in seen]


def fingerprint_of(files: Sequence[LandedFile]) -> str:
    """The same for the same files as they are now, so that one delivery starts one run."""
    listed = sorted((file.name, file.size, file.modified_at.isoformat()) for file in files)
    return hashlib.sha256(repr(listed).encode()).hexdigest()
