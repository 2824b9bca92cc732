"""Each CRM alone, with the registers and nothing of the other: its figures are those of its own truth."""

from collections.abc import Callable

import pytest
import test_sample_company_run as both
from kuota_home import KuotaHome

from sample_company import Truth, generate

pytestmark = pytest.mark.slow
Sample = tuple[KuotaHome, Truth]


@pytest.fixture(scope="module", params=["generic", "hubspot", "pipedrive", "salesforce"])
def alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp(request.param)
    kuota = KuotaHome(folder / "home", folder / "landing")
    truth = generate(kuota.landing, reps=12, months=15, monthly_extracts=3, daily_extracts=2, sources=(request.param,))
    assert sorted(path.name for path in kuota.landing.iterdir()) == [
        *sorted([request.param, "registers"]),
        "settings.yml",
    ]
    ended = kuota.kuota("run")
    assert ended.exit_code == 0, ended.complained
    assert f"as of {truth.as_of_date}" in ended.said
    assert kuota.marts("select distinct source from fct_opportunities") == [(request.param,)]
    return kuota, truth


@pytest.mark.parametrize(
    "figures_are_the_generated_ones",
    [
        both.test_deals_are_won_lost_and_open_as_generated,
        both.test_revenue_won_is_the_generated_one_by_rep_team_company_and_month,
        both.test_deals_won_are_credited_by_share,
        both.test_win_rates_are_the_generated_ones_by_rep_team_company_and_month,
        both.test_activities_are_the_generated_ones_by_type_rep_and_month,
        both.test_quotas_are_the_ones_worked_out_by_hand,
        both.test_nothing_is_lost_and_a_misspelling_is_mended_by_the_register,
    ],
    ids=lambda check: check.__name__.removeprefix("test_"),
)
def test_a_source_alone_gives_its_own_truth(
    alone: Sample, figures_are_the_generated_ones: Callable[[Sample], None]
) -> None:
    figures_are_the_generated_ones(alone)
