"""A fictional Indonesian distributor: extracts of a plain source and three CRMs, registers, and the known truth."""

from sample_company.company import NotGenerated, generate
from sample_company.quota_cases import QuotaCase
from sample_company.story import Break, InnocentChange
from sample_company.truth import Truth

__all__ = ["Break", "InnocentChange", "NotGenerated", "QuotaCase", "Truth", "generate"]
