"""The transform room: one dbt child builds and tests every model; here it is started and its results are read."""

from orchestration.transform.build import is_built_from_this
from orchestration.transform.dbt import ensure_manifest
from orchestration.transform.findings import failed_checks

__all__ = ["ensure_manifest", "failed_checks", "is_built_from_this"]
