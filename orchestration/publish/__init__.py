"""The publish room: the gate, the marts and quality.duckdb as readers open them, and the ops page."""

from orchestration.publish.gate import CriticalCheck, unmet_conditions
from orchestration.publish.marts import PublishReport, kept_versions, publish_marts
from orchestration.publish.ops_report import write_ops_report
from orchestration.publish.quality import publish_quality

__all__ = [
    "CriticalCheck",
    "PublishReport",
    "kept_versions",
    "publish_marts",
    "publish_quality",
    "unmet_conditions",
    "write_ops_report",
]
