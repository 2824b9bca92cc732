"""What one check found, taken from the result of Great Expectations."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Status = Literal["passed", "failed", "errored"]

SAMPLE_SIZE = 5


@dataclass(frozen=True)
class Finding:
    """Status, what was observed, and for a failure how many of how many rows, and up to five of them."""

    status: Status
    observed: str
    unexpected_count: int | None = None
    element_count: int | None = None
    sample: Sequence[Any] = ()

    @property
    def sample_keys(self) -> str | None:
        """The sample as a JSON list without repetitions, None if there is none."""
        distinct = dict.fromkeys(json.dumps(row, default=str, ensure_ascii=False) for row in self.sample)
        return f"[{', '.join(list(distinct)[:SAMPLE_SIZE])}]" if distinct else None


def finding_of(result: Any, row_count: int) -> Finding:
    """The finding of one expectation's result; `row_count` is the number of rows that were checked."""
    message = _error_message(result.exception_info)
    if message is not None:
        return Finding("errored", message, element_count=row_count)
    figures: Mapping[str, Any] = result.result
    is_query = result.expectation_config.type == "unexpected_rows_expectation"
    unexpected = figures["observed_value"] if is_query else figures.get("unexpected_count")
    if unexpected is None:
        observed = f"observed {figures.get('observed_value')}"
    elif is_query:
        observed = f"{unexpected} unexpected {'row' if unexpected == 1 else 'rows'}"
    else:
        observed = f"{unexpected} unexpected of {row_count}"
    return Finding(
        # numpy's booleans are not Python's
        status="passed" if bool(result.success) else "failed",
        observed=observed,
        unexpected_count=None if unexpected is None else int(unexpected),
        element_count=int(figures.get("element_count") or row_count),
        sample=() if result.success else _sample(figures),
    )


def _sample(figures: Mapping[str, Any]) -> Sequence[Any]:
    return figures.get("partial_unexpected_index_list") or figures.get("partial_unexpected_list") or ()


def _error_message(information: Mapping[str, Any] | None) -> str | None:
    """The first line of the exception; the information is either of one metric or a mapping of several."""
    if not information:
        return None
    errors = [information] if "raised_exception" in information else list(information.values())
    messages = [str(error["exception_message"]) for error in errors if error["raised_exception"]]
    return messages[0].splitlines()[0] if messages else None
