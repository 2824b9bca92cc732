"""The sample rows of a failing check, as reports show them."""

import json
import re
from collections.abc import Sequence

SAMPLES_SHOWN = 50
PERSONAL = re.compile(
    r"name|mail|phone|address|subject|title|note|description|comment|row_text|^_|_value$", re.IGNORECASE
)


def samples(sample_keys: Sequence[str]) -> list[str]:
    """The sample rows of a check in words: a key, a message, or the columns that are not personal."""
    return [_in_words(sample) for sample in sample_keys[:SAMPLES_SHOWN]]


def _in_words(sample: str) -> str:
    try:
        row = json.loads(sample)
    except ValueError:
        return sample
    if not isinstance(row, dict):
        return sample
    if row.get("message"):
        return str(row["message"])
    shown = {name: "blank" if value is None else value for name, value in row.items() if not PERSONAL.search(name)}
    return ", ".join(f"{name} {value}" for name, value in shown.items())
