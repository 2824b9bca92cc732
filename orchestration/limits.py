"""How much memory and unpacked data Kuota may use, from the environment, where dbt's profile reads it too."""

import os
import re
from collections.abc import Mapping

from orchestration.errors import ConfigurationError

MEMORY_LIMIT = "KUOTA_MEMORY_LIMIT"
UNPACKED_LIMIT = "KUOTA_UNPACKED_LIMIT"
DEFAULTS = {MEMORY_LIMIT: "2GB", UNPACKED_LIMIT: "2GB"}
UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "KI": 2**10, "MI": 2**20, "GI": 2**30, "TI": 2**40}
SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]I?|)B\s*", re.IGNORECASE)
LEAST = 10**6


def memory_limit() -> str:
    """How much memory DuckDB may use, as it writes sizes."""
    return os.environ.get(MEMORY_LIMIT, "").strip() or DEFAULTS[MEMORY_LIMIT]


def memory_limit_bytes() -> int:
    """The same in bytes."""
    return _bytes(memory_limit()) or 0


def unpacked_limit() -> int:
    """How many bytes one packed file (.gz, .xlsx, Parquet) may have when it is unpacked."""
    return _bytes(os.environ.get(UNPACKED_LIMIT, "").strip() or DEFAULTS[UNPACKED_LIMIT]) or 0


def refuse_unusable_limits(environment: Mapping[str, str]) -> None:
    """Raise ConfigurationError with a line for each limit that is not a size."""
    given = {name: environment[name] for name in DEFAULTS if environment.get(name, "").strip()}
    complaints = [
        f"{name} is '{text}'; write a size of 1MB or more, such as {DEFAULTS[name]}."
        for name, text in given.items()
        if (_bytes(text) or 0) < LEAST
    ]
    if complaints:
        raise ConfigurationError("\n".join(complaints))


def _bytes(text: str) -> int | None:
    found = SIZE.fullmatch(text)
    return int(float(found[1]) * UNITS[found[2].upper()]) if found else None
