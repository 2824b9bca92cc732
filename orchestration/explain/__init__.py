"""What a published number is made of: deals, quota rows and exclusions, down to the source file and row.

Reads only published/kuota.duckdb, so that it works while a run writes. The rules are those of the models: here rows are
selected, and their sum is compared with the mart.
"""

from orchestration.explain.attainment import explain_attainment
from orchestration.explain.explanation import Explanation
from orchestration.explain.funnel import explain_funnel
from orchestration.explain.published import Period, Segment, find_period, find_segment, published_marts
from orchestration.explain.text import explanation_json, explanation_lines
from orchestration.explain.tie_out import explain_tie_out
from orchestration.explain.win_rate import DEFINITIONS, explain_win_rate

__all__ = [
    "DEFINITIONS",
    "Explanation",
    "Period",
    "Segment",
    "explain_attainment",
    "explain_funnel",
    "explain_tie_out",
    "explain_win_rate",
    "explanation_json",
    "explanation_lines",
    "find_period",
    "find_segment",
    "published_marts",
]
