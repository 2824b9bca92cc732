"""The transform room: one dbt child builds and tests every model; here it is started, mapped and asked."""

from orchestration.transform.dbt import ensure_manifest
from orchestration.transform.findings import failed_checks
from orchestration.transform.lineage import CriticalTest, critical_tests, model_parents

__all__ = ["CriticalTest", "critical_tests", "ensure_manifest", "failed_checks", "model_parents"]
