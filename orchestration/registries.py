"""The registries of the dbt project (its seeds): ingest and explain read the same lists as the models."""

import csv
from functools import cache

from orchestration.errors import ConfigurationError
from orchestration.settings import PROJECT

SEEDS = PROJECT / "dbt_project" / "seeds"


@cache
def registry(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a seed; each value is text, and blank where the seed has none."""
    path = SEEDS / f"{name}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(csv.DictReader(file))
    except FileNotFoundError:
        known = ", ".join(sorted(seed.stem for seed in SEEDS.glob("*.csv")))
        raise ConfigurationError(f"'{name}' is not a registry; the seeds of the dbt project are {known}.") from None


def metrics_with_quotas() -> dict[str, dict[str, str]]:
    """The rows of the registry of metrics, by metric, that have actuals and may have a quota."""
    return {row["metric"]: row for row in registry("metrics") if row["can_have_quota"] == "true"}
