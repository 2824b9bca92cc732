"""The comparison of reps against numpy and scipy, on random peers: the SQL of the models, in memory."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.transform.model_sql import result_of

Z = stats.norm.ppf(0.975)
PERIOD = {"period_type": "month", "period_start": pd.Timestamp("2025-03-01"), "period_end": pd.Timestamp("2025-03-31")}


def peers(seed: int) -> pd.DataFrame:
    """Twenty groups of 2 to 40 peers, some with alike rates and some with very different ones, and days with ties."""
    rng = np.random.default_rng(seed)
    frames = []
    for group in range(20):
        count = int(rng.integers(2, 41))
        trials = rng.integers(1, 80, count)
        rates = rng.beta(*((4, 4) if group % 2 else (400, 400)), count)
        successes = rng.binomial(trials, rates)
        own = {
            "segment_type": "rep",
            "peer_group": f"group {group}",
            "segment_id": [f"{group}-{n}" for n in range(count)],
        }
        rate = {"metric": "win_rate", "value": successes / trials, "successes": successes, "trials": trials}
        days = {
            "metric": "median_cycle_days",
            "value": rng.integers(1, 20, count) / 2,
            "successes": None,
            "trials": None,
        }
        frames += [pd.DataFrame({**own, **rate}), pd.DataFrame({**own, **days})]
    found = pd.concat(frames, ignore_index=True).assign(**PERIOD)
    return found.astype({"successes": "Int64", "trials": "Int64"})


@pytest.fixture(scope="module")
def members() -> pd.DataFrame:
    return peers(1)


METRICS = pd.DataFrame({"metric": ["win_rate", "median_cycle_days"], "higher_is_better": [True, False]})


def ranked(members: pd.DataFrame) -> pd.DataFrame:
    """The members as reps who are ranked, each within its one group."""
    return members.assign(
        **{"narrow_group": members["peer_group"], "segment_name": "", "logging_coverage": 1.0},
        **{absent: pd.Series([None] * len(members), dtype="string") for absent in ("wide_group", "not_ranked_reason")},
    )


@pytest.fixture(scope="module")
def compared(members: pd.DataFrame) -> pd.DataFrame:
    return result_of("int_peers_compared", int_segment_peers=ranked(members), metrics=METRICS).set_index(
        ["segment_id", "metric"]
    )


@pytest.fixture(scope="module")
def groups(compared: pd.DataFrame) -> pd.DataFrame:
    figures = ["peer_count", "peer_median", "median_absolute_deviation", "pooled_rate", "prior_trials"]
    return compared.reset_index()[["peer_group", "metric", *figures]].drop_duplicates()


def moments(successes: np.ndarray, trials: np.ndarray) -> tuple[float, float]:
    """Pooled rate and prior of a beta-binomial by the method of moments, as its definition is written."""
    total, peers_count = trials.sum(), len(trials)
    pooled = successes.sum() / total
    if pooled in (0, 1):
        return pooled, total
    spread = (trials * (successes / trials - pooled) ** 2).sum()
    weight = total - (trials**2).sum() / total - (peers_count - 1)
    correlation = (spread / (pooled * (1 - pooled)) - (peers_count - 1)) / weight if weight > 0 else 0
    return pooled, min(max((1 - correlation) / correlation, 0), total) if correlation > 0 else total


def test_medians_deviations_and_priors_of_the_groups(members: pd.DataFrame, groups: pd.DataFrame) -> None:
    known = groups.set_index(["peer_group", "metric"])
    weights = []
    for (group, metric), rows in members.groupby(["peer_group", "metric"]):
        found = known.loc[(group, metric)]
        assert found["peer_count"] == len(rows)
        assert found["peer_median"] == pytest.approx(np.median(rows["value"]))
        spread = stats.median_abs_deviation(rows["value"].to_numpy())
        assert found["median_absolute_deviation"] == pytest.approx(spread)
        if metric == "win_rate":
            pooled, prior = moments(rows["successes"].to_numpy(dtype=float), rows["trials"].to_numpy(dtype=float))
            assert (found["pooled_rate"], found["prior_trials"]) == pytest.approx((pooled, prior), rel=1e-6)
            weights.append(prior / rows["trials"].sum())
    assert min(weights) < 0.2 and max(weights) == 1


def test_prior_finds_the_beta_that_the_rates_were_drawn_from() -> None:
    """Four thousand peers with rates of Beta(6, 4): a pooled rate of 0.6, and a prior that weighs 10 trials."""
    rng = np.random.default_rng(4)
    trials = rng.integers(20, 60, 4000)
    successes = rng.binomial(trials, rng.beta(6, 4, 4000))
    members = pd.DataFrame(
        {"segment_id": np.arange(4000).astype(str), "successes": successes, "trials": trials}
    ).assign(value=successes / trials, segment_type="rep", peer_group="company", metric="win_rate", **PERIOD)
    group = result_of("int_peers_compared", int_segment_peers=ranked(members), metrics=METRICS).iloc[0]
    assert group["pooled_rate"] == pytest.approx(0.6, abs=0.01)
    assert group["prior_trials"] == pytest.approx(10, rel=0.1)


def test_ranks_percentiles_and_robust_z(members: pd.DataFrame, compared: pd.DataFrame) -> None:
    for (_, metric), rows in members.groupby(["peer_group", "metric"]):
        found = compared.loc[[(segment, metric) for segment in rows["segment_id"]]]
        values = rows["value"].to_numpy()
        merit = values if metric == "win_rate" else -values
        np.testing.assert_array_equal(found["rank_in_group"], stats.rankdata(-merit, method="min"))
        shares = [stats.percentileofscore(values, value, kind="weak") / 100 for value in values]
        np.testing.assert_allclose(found["percentile"], shares, atol=1e-12)
        spread = stats.median_abs_deviation(values)
        expected = (values - np.median(values)) / (1.4826 * spread) if spread > 0 else np.full(len(values), np.nan)
        np.testing.assert_allclose(found["robust_z"].astype(float), expected, rtol=1e-9, atol=1e-9)


def test_shrunken_rates_intervals_and_signals(
    members: pd.DataFrame, groups: pd.DataFrame, compared: pd.DataFrame
) -> None:
    """Wilson's bounds are the rates from which the augmented one lies z standard errors away: roots of a quadratic."""
    rates = members[members["metric"] == "win_rate"].merge(groups, on=["peer_group", "metric"])
    marts = result_of(
        "mart_rep_comparison",
        int_peers_compared=compared.reset_index(),
        **without_collection(),
    ).set_index(["rep_id", "metric"])
    signals = set()
    for row in rates.itertuples():
        found = compared.loc[(row.segment_id, "win_rate")]
        count = row.trials + row.prior_trials
        rate = (row.successes + row.pooled_rate * row.prior_trials) / count
        low, high = sorted(np.roots([1 + Z**2 / count, -(2 * rate + Z**2 / count), rate**2]).real)
        assert found["shrunk_value"] == pytest.approx(rate, abs=1e-11)
        assert (found["interval_low"], found["interval_high"]) == pytest.approx((low, high), abs=1e-7)
        expected = "above" if low > row.pooled_rate else "below" if high < row.pooled_rate else "not_distinguishable"
        assert marts.loc[(row.segment_id, "win_rate"), "signal"] == expected
        signals.add(expected)
    assert signals == {"above", "below", "not_distinguishable"}


def behaviour_metrics(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Reps in the order of their attainment, and their behaviour: the six at the top lead in one metric of four."""
    rng = np.random.default_rng(seed)
    attained, measured = [], []
    for year, group in product(range(2000, 2010), ("a", "b")):
        for number in range(int(rng.integers(24, 28))):
            rep = {"rep_id": f"{group}{number}", "period_type": "year", "period_start": pd.Timestamp(year, 1, 1)}
            attained.append(
                {
                    **rep,
                    "peer_group": group,
                    "period_end": pd.Timestamp(year, 12, 31),
                    "value": 2 - number / 100,
                    "is_top": number < 6,
                }
            )
            for metric in range(8):
                lift = 2.5 if metric % 4 == 0 and number < 6 else 0
                value = 1e11 * (5 + lift + rng.normal())
                if group == "a":
                    measured.append({**rep, "behaviour_metric": f"metric {metric}", "value": value})
                elif number % 3:
                    measured.append({**rep, "behaviour_metric": f"metric {metric}", "value": value / 1e12})
    return pd.DataFrame(attained), pd.DataFrame(measured)


def without_collection() -> dict[str, pd.DataFrame]:
    """How numbers were collected and of which step they are, in tables without a row: no figure depends on them."""
    texts = {
        "int_collection_scopes_assigned": ["segment_type", "segment_id", "metric", "pipeline", "scope_id"],
        "int_collection_statuses": [
            "scope_id", "period_type", "collection_status", "comparability", "comparability_year_ago",
            "comparability_reasons", "comparability_year_ago_reasons",
        ],
    }  # fmt: skip
    dates = {
        "int_collection_scopes_assigned": ["data_begins_on"],
        "int_collection_statuses": ["period_start", "previous_period_end", "year_ago_period_end"],
    }
    tables = {
        name: pd.DataFrame(
            {column: pd.Series([], dtype="string") for column in columns}
            | {column: pd.Series([], dtype="datetime64[s]") for column in dates[name]}
        )
        for name, columns in texts.items()
    }
    tables["int_collection_statuses"]["is_complete"] = pd.Series([], dtype="bool")
    steps = ("definition", "pipeline", "from_stage", "to_stage", "step_type")
    positions = ("from_position_in_pipeline", "to_position_in_pipeline")
    tables["int_funnel_steps"] = pd.DataFrame(
        {name: pd.Series([], dtype="string") for name in steps}
        | {name: pd.Series([], dtype="int64") for name in positions}
    )
    return tables


def test_gaps_of_the_top_performers_are_those_that_hold_for_all_behaviour_metrics_together() -> None:
    attained, measured = behaviour_metrics(5)
    reps = attained.rename(columns={"rep_id": "segment_id"}).assign(segment_type="rep", metric="attainment")
    texts = ("segment_type", "segment_id", "view", "period_type", "pipeline", "from_stage", "to_stage")
    sides = result_of(
        "int_top_performer_behaviour",
        int_segment_peers=ranked(reps),
        int_activity_behaviour=measured,
        mart_funnel_conversion=pd.DataFrame({name: pd.Series([], dtype="string") for name in texts}).assign(
            period_start=pd.Series([], dtype="datetime64[s]"), conversion_rate=pd.Series([], dtype="float")
        ),
    )
    gaps = result_of("mart_top_performer_gap", int_top_performer_behaviour=sides, **without_collection())
    found = gaps.set_index(["peer_group", "period_start", "behaviour_metric"])
    observed = attained.drop(columns="value").merge(measured, on=["rep_id", "period_type", "period_start"])
    shown = silent = 0
    for (group, start, metric), rows in observed.groupby(["peer_group", "period_start", "behaviour_metric"]):
        top, rest = (rows.loc[rows["is_top"] == side, "value"].to_numpy() for side in (True, False))
        if min(len(top), len(rest)) < 3:
            assert (group, start, metric) not in found.index
            continue
        tested = stats.ttest_ind(top, rest, equal_var=False)
        if (group, start, metric) not in found.index:
            assert tested.pvalue > 0.05 / 8 * 0.7
            silent += 1
            continue
        row, interval = found.loc[(group, start, metric)], tested.confidence_interval(0.95)
        width = interval.high - interval.low
        assert tested.pvalue < 0.05 / 8 * 1.3
        assert row["top_value"] == pytest.approx(top.mean(), rel=1e-12)
        assert row["rest_value"] == pytest.approx(rest.mean(), rel=1e-12)
        assert row["interval_low"] == pytest.approx(interval.low, abs=0.0013 * width)
        assert row["interval_high"] == pytest.approx(interval.high, abs=0.0013 * width)
        assert row["behaviour_metric_count"] == 8
        shown += 1
    assert shown > 10 and silent > 50
