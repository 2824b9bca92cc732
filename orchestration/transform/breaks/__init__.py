"""Breaks in how data was collected, found in the collection profile: plain statistics, without a database."""

from orchestration.transform.breaks.detect import BREAK_TYPES, KINDS, detect_breaks

__all__ = ["BREAK_TYPES", "KINDS", "detect_breaks"]
