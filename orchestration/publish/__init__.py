"""The publish room: the gate, the marts and kuota_quality.duckdb that readers open, and the ops page."""

from orchestration.publish.gate import CriticalCheck, unmet_conditions
from orchestration.publish.marts import PublishReport, kept_versions, publish_marts, remove_old_versions, rolled_back
from orchestration.publish.notify import Notice, notify_failure, send_notice
from orchestration.publish.ops_report import write_ops_report
from orchestration.publish.quality import publish_quality

__all__ = [
    "CriticalCheck",
    "Notice",
    "PublishReport",
    "kept_versions",
    "notify_failure",
    "publish_marts",
    "publish_quality",
    "remove_old_versions",
    "rolled_back",
    "send_notice",
    "unmet_conditions",
    "write_ops_report",
]
