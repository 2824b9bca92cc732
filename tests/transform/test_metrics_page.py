"""docs/metrics.md says what the marts' own descriptions say."""

from pathlib import Path

from orchestration.settings import PROJECT
from orchestration.transform.metrics_page import PAGE, PUBLISHED, SHARED, metrics_page

MODELS = PROJECT / "dbt_project" / "models"


def test_the_page_in_docs_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == metrics_page(MODELS), "run `make docs`"


def test_every_mart_has_a_section() -> None:
    sections = {line.removeprefix("## ") for line in metrics_page(MODELS).splitlines() if line.startswith("## ")}
    assert sections - {SHARED} == {path.stem for path in MODELS.rglob("*.sql") if path.stem.startswith(PUBLISHED)}


def test_a_column_that_means_the_same_in_many_tables_is_described_once_and_questions_are_linked() -> None:
    page = metrics_page(MODELS)
    assert page.count("| comparability_year_ago_reasons | varchar | The ids of the breaks") == 1
    assert (
        page.count("| comparability | varchar | [Columns that many tables have](#columns-that-many-tables-have) |")
        >= 15
    )
    section = page[page.index("## mart_win_rate") :]
    assert "Answers: [How does the win rate develop?](questions.md#how-does-the-win-rate-develop)\n" in section


def test_a_section_says_the_grain_and_the_meaning_of_each_column(tmp_path: Path) -> None:
    (tmp_path / "core" / "sales").mkdir(parents=True)
    (tmp_path / "core" / "sales" / "fct_deals.yml").write_text(
        """
        models:
          - name: fct_deals
            description: Deals that count.
            data_tests:
              - one_row_per: {arguments: {columns: [deal_id, rep_id]}}
            columns:
              - {name: deal_id, data_type: varchar, description: "Won | lost,\\n on two lines."}
              - {name: rep_id, data_type: varchar, description: Who sold it.}
        """
    )
    (tmp_path / "core" / "sales" / "unit_tests_fct_deals.yml").write_text("unit_tests: []\n")
    assert metrics_page(tmp_path).endswith(
        """- sales: [fct_deals](#fct_deals)

## fct_deals

Deals that count. One row for each deal_id, rep_id.

| column | type | meaning |
| --- | --- | --- |
| deal_id | varchar | Won \\| lost, on two lines. |
| rep_id | varchar | Who sold it. |
"""
    )
