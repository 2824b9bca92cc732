"""Known defects of sales packages: each has a test that names it, and this table says which.

The table is data, so a renamed or deleted test is noticed; docs/decisions/0004-defects-of-the-field.md
says what Kuota does instead.
"""

from pathlib import Path

import duckdb
import pytest
from compiled_project import build_models, compiled_project

from orchestration.ingest import ingest
from orchestration.settings import PROJECT, Settings

UNIT_TESTS = "dbt_project/models/**/*.yml"
TESTS_BY_DEFECT = {
    "a rep with wins and no losses gets a win rate of 0": (
        UNIT_TESTS,
        "test_wins_and_no_losses_is_1",
    ),
    "a numerator keeps rows that the denominator drops": (
        UNIT_TESTS,
        "test_wins_and_no_losses_is_1",
    ),
    "days to close are negative": (
        UNIT_TESTS,
        "test_cycle_days_are_positive_and_their_median_lies_between",
    ),
    "probability 65 is used as 65": (
        "tests/sources/generic/test_generic_extract.py",
        "test_a_probability_is_a_fraction_and_65_is_none",
    ),
    "all undeleted tasks count as completed": (
        "tests/sources/pipedrive/test_pipedrive_extract.py",
        "test_a_planned_activity_has_not_occurred",
    ),
    "a close on 31 March is shown on 1 April": (
        UNIT_TESTS,
        "test_close_on_31_march_stays_31_march",
    ),
    "deals merged or deleted in the CRM stay for ever": (
        "tests/transform/test_field_defects.py",
        "test_merged_and_deleted_deals_are_gone",
    ),
    "a rep without an owner row vanishes in an inner join": (
        UNIT_TESTS,
        "test_unknown_owner_counts_and_ambiguous_owner_does_not",
    ),
    "skipped stages are back-filled with invented dates": (
        UNIT_TESTS,
        "test_events_of_one_instant_are_in_stage_order_and_none_is_invented",
    ),
    "a stage rename is hidden in a nested replace()": (
        UNIT_TESTS,
        "test_stage_label_renamed_on_1_march",
    ),
    "a filter of the win rate changed while its name stayed": (
        UNIT_TESTS,
        "test_each_definition_keeps_its_filter",
    ),
}


@pytest.mark.parametrize("defect", TESTS_BY_DEFECT)
def test_each_defect_has_a_test_that_names_it(defect: str) -> None:
    file, test = TESTS_BY_DEFECT[defect]
    marker = f"def {test}(" if file.endswith(".py") else f"- name: {test}\n"
    _, found, after = "".join(path.read_text() for path in sorted(PROJECT.glob(file))).partition(marker)
    assert found, f"{file} has no {test}"
    assert "defect" in after[:600], f"{test} does not say which defect it guards against"
    assert defect in (PROJECT / "docs/decisions/0004-defects-of-the-field.md").read_text()


OPPORTUNITIES = "opportunity_id,owner_id,stage,created_at,amount,is_deleted\n"


def test_merged_and_deleted_deals_are_gone(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The defect: deals merged or deleted in the CRM stay for ever.

    The second extract no longer has deal 2, which was merged into deal 1, and marks deal 3 deleted.
    """
    generic = tmp_path / "landing" / "generic"
    for day, rows in {
        "2025-01-31": "1,R1,Demo,2025-01-02,100,false\n2,R1,Demo,2025-01-03,50,false\n3,R1,Demo,2025-01-04,70,false\n",
        "2025-02-28": "1,R1,Demo,2025-01-02,150,false\n3,R1,Demo,2025-01-04,70,true\n",
    }.items():
        (generic / day).mkdir(parents=True)
        (generic / day / "opportunities.csv").write_text(OPPORTUNITIES + rows)
    stage_map = tmp_path / "landing" / "registers" / "2025-01-31" / "stage_map.csv"
    stage_map.parent.mkdir(parents=True)
    stage_map.write_text(
        "source,pipeline,source_stage,stage,stage_order,is_closed,is_won,valid_from,valid_to\n"
        "generic,,Demo,Demo,1,false,false,,\ngeneric,,Won,Won,2,true,true,,\n"
    )
    settings = Settings(home=tmp_path, landing=tmp_path / "landing", warehouse=tmp_path / "kuota.duckdb")
    ingest(settings, run_id="run")
    with duckdb.connect(str(settings.warehouse)) as connection:
        build_models(connection, compiled_project(tmp_path_factory), "int_opportunity_history_validated")
        deals = connection.execute(
            "select opportunity_key, cast(amount as integer), exclusion_reason "
            "from intermediate.int_opportunity_history_validated where known_to is null order by all"
        ).fetchall()
    assert deals == [("1", 150, None), ("3", 70, "deleted")]
