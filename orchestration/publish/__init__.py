"""The publish room: the gate, the marts and quality.duckdb as readers open them, and the ops page."""

from orchestration.publish.gate import CriticalCheck, unmet_conditions
from orchestration.publish.marts import PublishReport, kept_versions, publish_marts
from orchestration.publish.notify import Notice, hand_on, tell_of_failure
from orchestration.publish.ops_report import write_ops_report
from orchestration.publish.quality import publish_quality

__all__ = [
    "CriticalCheck",
    "Notice",
    "PublishReport",
    "hand_on",
    "kept_versions",
    "publish_marts",
    "publish_quality",
    "tell_of_failure",
    "unmet_conditions",
    "write_ops_report",
]
