"""The ingest room: extracts from the landing folder to the log of changes in schema raw."""

from orchestration.ingest.run import IngestReport, ingest, preflight
from orchestration.ingest.source_config import SourceConfig, load_source_configs

__all__ = ["IngestReport", "SourceConfig", "ingest", "load_source_configs", "preflight"]
