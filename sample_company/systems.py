"""The four systems: which region uses which, and the ids that each one gives."""

from typing import Any

import numpy as np
import pandas as pd

GENERIC, HUBSPOT, PIPEDRIVE, SALESFORCE = "generic", "hubspot", "pipedrive", "salesforce"
SOURCES = (GENERIC, HUBSPOT, PIPEDRIVE, SALESFORCE)
JAKARTA, MAKASSAR, PAPUA = range(3)
# the first of these that the company uses
_PREFERRED = {
    JAKARTA: (GENERIC, HUBSPOT, SALESFORCE, PIPEDRIVE),
    MAKASSAR: (PIPEDRIVE, SALESFORCE, GENERIC, HUBSPOT),
    PAPUA: (HUBSPOT, GENERIC, SALESFORCE, PIPEDRIVE),
}
# all with the same length, so their order as text is that of the positions
_FIRST_NUMBERS = {
    PIPEDRIVE: {"rep": 101, "account": 20_001, "deal": 10_000_001},
    HUBSPOT: {"rep": 5_000_001, "account": 7_000_000_001, "deal": 12_000_000_001, "lead": 30_000_000_001},
}
_PLAIN = {"rep": ("R", 3), "account": ("A", 4), "deal": ("O", 6), "lead": ("D", 6)}
_KEY_PREFIXES = {
    "rep": "005",
    "account": "001",
    "deal": "006",
    "lead": "00Q",
    "contact": "003",
    "history": "008",
    "field_history": "017",
    "split": "0Xj",
    "line": "00k",
    "product": "01t",
}


def source_of_region(region: int, sources: tuple[str, ...]) -> str:
    """The system of a region's deals; Makassar moves from Pipedrive to Salesforce if both exist."""
    return next(source for source in _PREFERRED[region] if source in sources)


def native_ids(source: str, thing: str, position: Any, count: int) -> Any:
    """The ids of `source` for these positions, of `count` in total; their order as text is that of the positions."""
    number = pd.Series(np.asarray(position), dtype="int64")
    if source == GENERIC:
        prefix, width = _PLAIN[thing]
        texts = prefix + (number + 1).astype(str).str.zfill(max(width, len(str(count))))
    elif source == SALESFORCE:
        texts = salesforce_ids(_KEY_PREFIXES[thing], number + 1)
    elif (source, thing) == (PIPEDRIVE, "lead"):
        texts = "lead-" + (number + 1).astype(str).str.zfill(max(6, len(str(count))))
    else:
        texts = (number + _FIRST_NUMBERS[source][thing]).astype(str)
    return texts.to_numpy(dtype=object)


def mixed_ids(sources: Any, thing: str) -> Any:
    """The id of each row in its own source; the positions are those of the rows."""
    sources = np.asarray(sources, dtype=object)
    found = np.full(len(sources), None, dtype=object)
    for source in SOURCES:
        position = np.flatnonzero(sources == source)
        found[position] = native_ids(source, thing, position, len(sources))
    return found


def salesforce_ids(prefix: str, number: pd.Series) -> pd.Series:
    """18 characters: the last three encode which of the others are capitals, here only those of the prefix."""
    capitals = sum(2**place for place, letter in enumerate(prefix) if letter.isupper())
    checks = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[capitals] + "AA"
    return prefix + "5g" + number.astype(str).str.zfill(10) + checks
