"""The statistics of macros/statistics.sql against scipy on random inputs: the SQL that they write, in memory."""

from typing import Any

import duckdb
import jinja2
import numpy as np
import pandas as pd
import pytest
from scipy import stats

from orchestration.settings import PROJECT

MACROS = PROJECT / "dbt_project" / "macros"
EXAMPLES = 300


@pytest.fixture(scope="module")
def macros() -> Any:
    """The macros as dbt's templates define them; they need nothing of dbt."""
    return jinja2.Environment().from_string((MACROS / "statistics.sql").read_text()).module


def computed(expressions: list[str], inputs: pd.DataFrame) -> np.ndarray:
    """The expressions on each row of `inputs`, null as nan."""
    with duckdb.connect() as connection:
        connection.register("inputs", inputs)
        columns = ", ".join(f"cast({expression} as double)" for expression in expressions)
        rows = connection.execute(f"select {columns} from inputs order by row_number").df()
    return rows.to_numpy(dtype=float)


def random_counts(seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    trials, other_trials = rng.integers(1, 400, EXAMPLES), rng.integers(1, 40, EXAMPLES)
    return pd.DataFrame(
        {
            "row_number": np.arange(EXAMPLES),
            "successes": rng.binomial(trials, rng.random(EXAMPLES)),
            "trials": trials,
            "other_successes": rng.binomial(other_trials, rng.choice([0.0, 0.3, 1.0], EXAMPLES)),
            "other_trials": other_trials,
        }
    )


def wilson(successes: int, trials: int) -> tuple[float, float]:
    interval = stats.binomtest(int(successes), int(trials)).proportion_ci(0.95, method="wilson")
    return interval.low, interval.high


def test_wilson_interval(macros: Any) -> None:
    counts = random_counts(1)
    found = computed([macros.wilson_bound("successes", "trials", bound) for bound in "-+"], counts)
    expected = [wilson(*pair) for pair in zip(counts["successes"], counts["trials"], strict=True)]
    np.testing.assert_allclose(found, expected, atol=2e-12)


def test_newcombe_interval_is_the_hybrid_of_two_wilson_intervals(macros: Any) -> None:
    """Newcombe 1998, method 10: scipy has no such interval, but has the two that it is made of."""
    counts = random_counts(2)
    names = ("successes", "trials", "other_successes", "other_trials")
    found = computed([macros.newcombe_bound(*names, bound) for bound in "-+"], counts)
    expected = []
    for successes, trials, other_successes, other_trials in counts[list(names)].to_numpy():
        share, other_share = successes / trials, other_successes / other_trials
        (low, high), (other_low, other_high) = wilson(successes, trials), wilson(other_successes, other_trials)
        below, above = np.hypot(share - low, other_high - other_share), np.hypot(high - share, other_share - other_low)
        expected.append((share - other_share - below, share - other_share + above))
    np.testing.assert_allclose(found, expected, atol=2e-12)


def test_newcombe_interval_of_a_published_example(macros: Any) -> None:
    """56 of 70 against 48 of 80 (Newcombe 1998, table II, a): 0.0524 to 0.3339."""
    one = pd.DataFrame({"row_number": [0]})
    found = computed([macros.newcombe_bound("56", "70", "48", "80", bound) for bound in "-+"], one)
    assert [round(value, 4) for value in found[0]] == [0.0524, 0.3339]
    nothing = computed([macros.newcombe_bound("0", "0", "48", "80", "-")], one)
    assert np.isnan(nothing).all()


def test_quantile_of_student_is_close_from_three_degrees_of_freedom_on(macros: Any) -> None:
    degrees = pd.DataFrame({"row_number": np.arange(500), "degrees": np.linspace(3, 60, 500)})
    found = computed([macros.student_t_quantile("degrees")], degrees)[:, 0]
    expected = stats.t.ppf(0.975, degrees["degrees"])
    assert (np.abs(found / expected - 1) < 0.0013).all()
    np.testing.assert_allclose(found[100:], expected[100:], rtol=1e-5)


def test_quantiles_of_the_tail(macros: Any) -> None:
    """For one to forty comparisons at once, whose tails are a fortieth of 2.5 % and more."""
    comparisons = np.repeat(np.arange(1, 41), 30)
    inputs = pd.DataFrame({"probability": 0.025 / comparisons, "degrees": np.tile(np.linspace(3, 60, 30), 40)})
    inputs["row_number"] = np.arange(len(inputs))
    normal = macros.normal_tail_quantile("probability")
    found = computed([normal, macros.student_t_quantile("degrees", normal)], inputs)
    np.testing.assert_allclose(found[:, 0], stats.norm.isf(inputs["probability"]), rtol=3e-9)
    ratio = found[:, 1] / stats.t.isf(inputs["probability"], inputs["degrees"])
    assert ((ratio > 0.96) & (ratio < 1.0001)).all()
    assert (np.abs(ratio[inputs["degrees"] > 6] - 1) < 0.002).all()


def test_welch_interval(macros: Any) -> None:
    """Within 0.13 % of scipy's width; null where the quantile is not given."""
    rng = np.random.default_rng(3)
    rows, expected = [], []
    for number in range(EXAMPLES):
        own = rng.normal(10, rng.uniform(0.5, 5), rng.integers(2, 30))
        other = rng.normal(9, rng.uniform(0.5, 5), rng.integers(2, 30))
        tested = stats.ttest_ind(own, other, equal_var=False)
        interval = tested.confidence_interval(0.95)
        expected.append((interval.low, interval.high, tested.df))
        rows.append((number, own.mean(), own.var(ddof=1), len(own), other.mean(), other.var(ddof=1), len(other)))
    names = ["own_mean", "own_variance", "own_count", "other_mean", "other_variance", "other_count"]
    found = computed(
        [macros.welch_bound("own", "other", bound) for bound in "-+"],
        pd.DataFrame(rows, columns=["row_number", *names]),
    )
    low, high, degrees = np.array(expected).T
    enough = degrees >= 3
    assert enough.any() and (~enough).any()
    assert np.isnan(found[~enough]).all()
    width = (high - low)[enough]
    assert (np.abs(found[enough, 0] - low[enough]) < 0.0013 * width).all()
    assert (np.abs(found[enough, 1] - high[enough]) < 0.0013 * width).all()
