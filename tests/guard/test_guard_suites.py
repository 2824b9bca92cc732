import textwrap
from pathlib import Path

import pytest
import yaml

from orchestration.errors import ConfigurationError
from orchestration.guard import gx, load_suites
from orchestration.guard.vocabulary import VOCABULARY
from orchestration.settings import PROJECT

GOOD = """\
suite: marts_core
owner: team:sales-operations
targets:
  - target: marts.dim_reps
    key: [rep_id]
    expectations:
      - type: expect_column_values_to_not_be_null
        kwargs: {column: rep_id}
        severity: critical
        meta: {why: Reps have keys., fix: Correct the model.}
"""


def load(folder: Path, text: str) -> None:
    (folder / "core.yml").write_text(text, encoding="utf-8")
    load_suites(folder)


@pytest.mark.parametrize(
    ("wrong", "line", "says"),
    [
        (GOOD.replace("to_not_be_null", "to_not_be_nul"), 7, "did you mean 'expect_column_values_to_not_be_null'"),
        (GOOD.replace("not_be_null", "match_regex"), 7, "not an expectation that runs on DuckDB"),
        (GOOD.replace("{column: rep_id}", "{colum: rep_id}"), 8, "colum: extra inputs are not permitted"),
        (GOOD.replace("{column: rep_id}", "{column: rep_id, mostly: 2}"), 8, "mostly"),
        (GOOD.replace("severity: critical", "severity: fatal"), 9, "'critical' or 'warning'"),
        (GOOD.replace(", fix: Correct the model.", ""), 10, "meta.fix"),
        (GOOD.replace("owner:", "owners:"), 2, "unknown key 'owners'"),
        (GOOD.replace("marts.dim_reps", "marts.dim_reps; drop table x"), 4, "targets.0.target"),
        (GOOD.replace("[rep_id]", "[]"), 5, "targets.0.key"),
    ],
)
def test_a_wrong_suite_is_refused_with_file_and_line(tmp_path: Path, wrong: str, line: int, says: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, wrong)
    complaint = next(it for it in str(error.value).splitlines() if says in it)
    assert complaint.startswith(f"{tmp_path / 'core.yml'}, line {line}: ")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select rep_id from marts.dim_reps", "write {batch} where the query reads the checked table"),
        (
            "select 1 from {batch} join marts.dim_teams using (team_id)",
            "list the other tables of the query: [marts.dim_teams]",
        ),
    ],
)
def test_an_sql_expectation_says_what_it_reads(tmp_path: Path, query: str, says: str) -> None:
    text = GOOD.replace("expect_column_values_to_not_be_null", "unexpected_rows_expectation").replace(
        "kwargs: {column: rep_id}", f'name: example\n        kwargs: {{unexpected_rows_query: "{query}"}}'
    )
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, text)
    assert says in str(error.value)


def test_a_table_belongs_to_one_file(tmp_path: Path) -> None:
    (tmp_path / "also.yml").write_text(GOOD.replace("marts_core", "marts_also"), encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        load(tmp_path, GOOD)
    assert str(error.value).startswith(f"{tmp_path / 'core.yml'}, line 4: target 'marts.dim_reps' is already in")


def test_the_same_check_twice_is_refused(tmp_path: Path) -> None:
    check = textwrap.dedent(GOOD[GOOD.index("      - type") :])
    with pytest.raises(ConfigurationError, match="gx_rep_id_is_filled appears twice"):
        load(tmp_path, GOOD + textwrap.indent(check, "      "))


def test_a_room_without_suites_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no suites"):
        load_suites(tmp_path)


@pytest.mark.parametrize("room", ["raw", "marts"])
def test_great_expectations_accepts_every_check_of_the_project(room: str) -> None:
    checks = [
        check
        for suite in load_suites(PROJECT / "expectations" / room)
        for target in suite.targets
        for check in target.expectations
    ]
    assert all(gx.new_expectation(check).meta["check_name"] == check.check_name for check in checks)


def test_the_vocabulary_is_great_expectations_own() -> None:
    gx.import_great_expectations()
    from great_expectations.expectations.registry import get_expectation_impl

    strangers = {
        (name, kwarg)
        for name, (_, kwargs) in VOCABULARY.items()
        for kwarg in kwargs.model_fields
        if kwarg not in get_expectation_impl(name).__fields__
    }
    assert strangers == set()


def test_raw_suites_name_columns_that_the_sources_declare() -> None:
    declared = {
        f"raw.{source['source']}__{name}": set(content["columns"])
        for source in (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (PROJECT / "sources").glob("*.yml"))
        for name, content in source["objects"].items()
    }
    unknown = {
        (target.target, column)
        for suite in load_suites(PROJECT / "expectations" / "raw")
        for target in suite.targets
        for column in [*target.key, *(check.kwargs.get("column", target.key[0]) for check in target.expectations)]
        if column not in declared.get(target.target, set())
    }
    assert unknown == set()
