"""The transform room: one dbt child builds and tests every model; here it is started, mapped and asked."""

from orchestration.transform.dbt import ensure_manifest
from orchestration.transform.findings import failed_checks

__all__ = ["ensure_manifest", "failed_checks"]
