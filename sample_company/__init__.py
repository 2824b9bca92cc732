"""A small Indonesian distributor, made up: extracts as the plain source `generic`, registers, and the known truth."""

from sample_company.company import NotGenerated, generate
from sample_company.truth import QuotaCase, Truth

__all__ = ["NotGenerated", "QuotaCase", "Truth", "generate"]
