"""Only the damaged row is lost: it is set aside with one clear line; the rest is loaded, counted and published."""

from pathlib import Path

import pytest
from dirty_landing import DAY
from kuota_home import Ended, KuotaHome

DOCUMENTED = (Path(__file__).resolve().parents[2] / "docs" / "bad-input.md").read_text(encoding="utf-8")
SET_ASIDE = {
    "wrong_number_of_fields": (
        f"generic/{DAY}/opportunities.csv, line 5: it has 4 fields instead of 7; "
        "put fields that contain the delimiter in quotation marks."
    ),
    "missing_key": f"generic/{DAY}/opportunities.csv, line 6, column 'opportunity_id': blank; fill it in.",
    "unparsable_required": (
        f"crm_sales/{DAY}/sales_pipeline.csv, line 3, column 'close_date': '31/02/2017' is not usable; "
        "write a date of the form %m/%d/%Y."
    ),
    "below_minimum": f"registers/{DAY}/quotas.csv, line 3, column 'target': '-5' is not usable; write 0 or more.",
    "unknown_assignee": (
        f"registers/{DAY}/quotas.csv, line 4, column 'assignee': 'Nobody Known' is not a rep of any source; "
        "correct the name or deliver the rep."
    ),
    "ambiguous_assignee": (
        f"registers/{DAY}/quotas.csv, line 5, column 'assignee': 'Sam Same' names several reps; "
        "write the id <source>:<id>."
    ),
    "ambiguous_owner": (
        f"generic/{DAY}/opportunities.csv, line 8, column 'owner_id': 'Sam Same' names several reps; "
        "write the id of one."
    ),
    "cut_off": f"generic/{DAY}/activities.csv, line 3: the file ends in the middle of this row; export it again.",
}
WARNED = [
    f"generic/{DAY}/accounts.csv, line 3, column 'name': 'Caf\ufffd Dua' has a character that could not be read and is "
    "shown as \ufffd (1 in this file); export the file as UTF-8, or set csv.encoding.",
    f"generic/{DAY}/products.csv: the file has no rows; nothing was loaded from it, and nothing was removed.",
    f"generic/{DAY}/activities.csv: the file is cut off; only the part that is there was loaded. Export it again.",
    f"generic/{DAY}/opportunities.csv, line 7, column 'amount': '1.000,50' is not usable and counts as unknown "
    "(1 in this file); write a number such as 1234.50, without thousands separators, below 10^15, or set the column's "
    "'format'.",
    f"crm_sales/{DAY}/products.csv and 2 more: extracted after 2026-01-30, the last day of crm_sales in settings.yml; "
    "it was read all the same. Correct the day in sources_ended, or stop the export.",
]


@pytest.fixture
def kuota(dirty_run: tuple[KuotaHome, Ended]) -> KuotaHome:
    kuota, ended = dirty_run
    assert ended.exit_code == 0, ended.complained
    return kuota


@pytest.mark.parametrize("reason", SET_ASIDE)
def test_a_damaged_row_is_set_aside_with_one_clear_line(
    kuota: KuotaHome, dirty_run: tuple[KuotaHome, Ended], reason: str
) -> None:
    line = SET_ASIDE[reason]
    assert kuota.quality(f"select message from quarantine where reason = '{reason}'") == [(line,)]
    assert any(warning.startswith(line) for warning in dirty_run[1].warnings)
    assert f"`{line}`" in DOCUMENTED


@pytest.mark.parametrize(
    "line", WARNED, ids=["unreadable character", "empty", "cut off", "unparsable optional value", "after its end"]
)
def test_damage_that_loses_no_row_gives_a_warning(dirty_run: tuple[KuotaHome, Ended], line: str) -> None:
    assert line in dirty_run[1].warnings
    assert f"`{line}`" in DOCUMENTED


def test_nothing_else_is_set_aside_and_every_row_is_accounted_for(kuota: KuotaHome) -> None:
    assert kuota.quality("select count(*) from quarantine") == [(len(SET_ASIDE),)]
    assert (
        kuota.quality("""
        select source_file from load_ledger where rows_read <> rows_kept + rows_unchanged + rows_quarantined""")
        == []
    )
    ledger = kuota.quality("""
        select source_file, rows_read, rows_kept, rows_quarantined, values_unparsable from load_ledger
        where rows_quarantined > 0 or values_unparsable > 0 or rows_read = 0 order by 1""")
    assert ledger == [
        (f"crm_sales/{DAY}/sales_pipeline.csv", 2, 1, 1, 0),
        (f"generic/{DAY}/activities.csv", 2, 1, 1, 0),
        (f"generic/{DAY}/opportunities.csv", 7, 4, 3, 1),
        (f"generic/{DAY}/products.csv", 0, 0, 0, 0),
        (f"registers/{DAY}/quotas.csv", 4, 1, 3, 0),
    ]


def test_the_rest_is_published(kuota: KuotaHome) -> None:
    assert kuota.marts("select opportunity_id, amount::varchar from fct_opportunities order by 1") == [
        ("crm_sales:P1", "25.0000"),
        ("generic:O1", "100.0000"),
        ("generic:O2", "50.5000"),
        ("generic:O3", "10.0000"),
        # its amount could not be read: the deal stays, the amount is unknown and not 0
        ("generic:O5", None),
    ]
    assert kuota.marts("""
        select assignee_id, quota_amount, actual_amount, attainment_ratio from mart_quota_attainment
        where metric = 'revenue_won' and period_type = 'month' and period_start = '2026-01-01'
        and quota_amount > 0 and assignee_type = 'rep'""") == [("generic:R1", 200, 100, 0.5)]
    # 100.00 + 50.50 + 25
    assert kuota.marts("select sum(credited_amount)::varchar from fct_credits") == [("175.50",)]


def test_every_row_set_aside_is_in_the_exclusion_ledger(kuota: KuotaHome) -> None:
    excluded = kuota.marts("select source_file, source_row, reason from mart_exclusion where excluded_from = 'all'")
    aside = kuota.quality("select source_file, source_row, reason from quarantine")
    assert sorted(excluded) == sorted(aside)
    # 7 rows of deals = 4 counted + 3 excluded from all
    deals = kuota.marts("select count(*) from fct_opportunities where source = 'generic'")[0][0]
    assert deals + sum(name == f"generic/{DAY}/opportunities.csv" for name, _, _ in excluded) == 7


def test_without_the_register_value_map_no_spelling_is_corrected(kuota: KuotaHome) -> None:
    # the deal says GTXPro, the products export GTX Pro
    assert kuota.marts("select product_id from fct_opportunities where opportunity_id = 'crm_sales:P1'") == [(None,)]


def test_the_ops_page_shows_what_was_set_aside(kuota: KuotaHome) -> None:
    page = (kuota.home / "reports" / "index.html").read_text(encoding="utf-8")
    assert "31/02/2017" in page and "Nobody Known" in page
