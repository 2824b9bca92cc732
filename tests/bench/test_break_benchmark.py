"""A fixed slice of the benchmark of breaks: its minimum values are below the figures of the whole benchmark (decision
0005)."""

import pytest

from bench.collection_breaks.measure import INNOCENT, Outcome, run_case
from bench.collection_breaks.plant import CHANGES

SEED = 7000


@pytest.fixture(scope="module")
def broken() -> list[Outcome]:
    return [run_case(kind, strength, SEED) for kind in CHANGES for strength in ("strong", "weak")]


@pytest.fixture(scope="module")
def sound() -> list[Outcome]:
    return [run_case(case, "", SEED + number) for number, case in enumerate(["clean", "clean", *INNOCENT])]


def test_strong_breaks_are_found_on_time_and_with_their_kind(broken: list[Outcome]) -> None:
    strong = [each for each in broken if each.strength == "strong"]
    assert [each.case for each in strong if not each.is_found] == []
    assert [each.case for each in strong if each.onset_error is not None and each.onset_error > 1] == []
    assert sum(each.is_kind_right for each in strong) >= 11


def test_weak_breaks_are_found_more_often_than_not(broken: list[Outcome]) -> None:
    weak = [each for each in broken if each.strength == "weak"]
    assert sum(each.is_found for each in weak) >= 6


def test_companies_without_a_break_have_no_false_alarm(sound: list[Outcome]) -> None:
    assert [each.noted for each in sound if each.flagged] == []
