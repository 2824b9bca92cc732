"""The guard room: Great Expectations on raw before the models are built, and on the marts before they are published."""

from orchestration.guard.assets import guard_checks
from orchestration.guard.data_docs import build_data_docs
from orchestration.guard.suites import Check, Suite, Target, load_suites
from orchestration.guard.validate import CheckResult, Room, validate

__all__ = [
    "Check",
    "CheckResult",
    "Room",
    "Suite",
    "Target",
    "build_data_docs",
    "guard_checks",
    "load_suites",
    "validate",
]
