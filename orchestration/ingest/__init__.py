"""The ingest room: extracts from the landing folder to the log of changes in schema raw."""

from orchestration.ingest.run import IngestReport, ingest, preflight
from orchestration.ingest.source_check import SourceCheck, check_source
from orchestration.ingest.source_config import SourceConfig, load_source_configs
from orchestration.ingest.source_report import check_lines, source_lines

__all__ = [
    "IngestReport",
    "SourceCheck",
    "SourceConfig",
    "check_lines",
    "check_source",
    "ingest",
    "load_source_configs",
    "preflight",
    "source_lines",
]
