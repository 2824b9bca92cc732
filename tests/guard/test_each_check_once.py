"""Each rule has one place: ingest (sources/*.yml), dbt or Great Expectations. ARCHITECTURE says which."""

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
from compiled_project import SETTINGS, compiled_home

from orchestration.guard import Check, Suite, load_suites
from orchestration.ingest import load_source_configs
from orchestration.settings import Settings

GRAIN = re.compile(r"group by ([\w,\s\"]+?)\s+having count\(\*\) > 1\s*$")
RANGE = re.compile(r"where (?:coalesce\()?try_cast\((\w+) as [\w(, )]+?\)(?:, -?\d+\))? < 0\s*$")
STANDARD_VALUES = "assert_standard_columns_hold_known_values"

Rules = dict[str, set[tuple[str, ...]]]
"""By "schema.table": what is ensured already, such as ("filled", "rep_id") or ("unique", "period_start", "rep_id")."""


def rules_of_ingest(sources: Path) -> Rules:
    """What a row of raw must satisfy, or else ingest sets it aside."""
    rules: Rules = {}
    for source, config in load_source_configs(sources).items():
        for name, it in config.objects.items():
            of_table = rules.setdefault(f"raw.{source}__{name}", set())
            for column, rule in it.columns.items():
                if it.must_be_in_file(column) and not rule.blank_allowed:
                    of_table.add(("filled", column))
                if rule.values is not None:
                    of_table.add(("known", column))
                if rule.minimum is not None:
                    of_table.add(("minimum", column))
    return rules


def rules_of_dbt(nodes: Mapping[str, Any]) -> Rules:
    """What the data tests of published tables ensure."""
    rules: Rules = {}
    for node in nodes.values():
        if node["resource_type"] != "test" or not node.get("attached_node"):
            continue
        table = nodes[node["attached_node"]]
        kind, arguments = node["test_metadata"]["name"], node["test_metadata"]["kwargs"]
        columns = arguments.get("columns") or [arguments.get("column_name", "").strip('"')]
        of_table = rules.setdefault(f"{table['schema']}.{table['name']}", set())
        if kind in ("never_null", "not_null"):
            of_table |= {("filled", column) for column in columns}
        elif kind in ("one_row_per", "unique"):
            of_table |= {("unique", *_sorted(columns)), *(("filled", it) for it in arguments.get("never_null", []))}
        elif kind in ("accepted_values", "relationships"):
            of_table.add(("known", *columns))
    [standard] = [node for node in nodes.values() if node["name"] == STANDARD_VALUES]
    for table, column in re.findall(r"select '(\w+)' as table_name, '(\w+)' as column_name", standard["compiled_code"]):
        rules.setdefault(f"marts.{table}", set()).add(("known", column))
    return rules


def rules_of(check: Check) -> set[tuple[str, ...]]:
    """What an expectation asks, as far as ingest or dbt could ask the same."""
    kwargs = check.kwargs
    match check.type:
        case "expect_column_values_to_not_be_null":
            return {("filled", kwargs["column"])}
        case "expect_column_values_to_be_unique":
            return {("unique", kwargs["column"])}
        case "expect_compound_columns_to_be_unique":
            return {("unique", *_sorted(kwargs["column_list"]))}
        case "expect_column_values_to_be_in_set" | "expect_column_distinct_values_to_be_in_set":
            return {("known", kwargs["column"])}
        case "expect_column_values_to_be_between" if kwargs.get("max_value") is None:
            return {("minimum", kwargs["column"])}
    if found := GRAIN.search(check.query.strip()):
        return {("unique", *_sorted(found[1].split(",")))}
    if found := RANGE.search(check.query.strip()):
        return {("minimum", found[1])}
    return set()


def _sorted(columns: Collection[str]) -> list[str]:
    return sorted(column.strip().strip('"') for column in columns)


def repeats(suites: list[Suite], rules: Rules) -> list[str]:
    return [
        f"{target.target}: {check.check_name}"
        for suite in suites
        for target in suite.targets
        for check in target.expectations
        if rules_of(check) & rules.get(target.target, set())
    ]


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    manifest = compiled_home(tmp_path_factory, SETTINGS).dbt_target / "manifest.json"
    found: dict[str, Any] = json.loads(manifest.read_text())["nodes"]
    return found


@pytest.fixture(scope="module")
def suites() -> list[Suite]:
    expectations = Settings.from_environment().expectations
    return [*load_suites(expectations / "raw"), *load_suites(expectations / "marts")]


def test_no_expectation_repeats_a_rule_of_ingest_or_a_dbt_test(nodes: dict[str, Any], suites: list[Suite]) -> None:
    rules = rules_of_ingest(Settings.from_environment().sources) | rules_of_dbt(nodes)
    assert ("filled", "target") in rules["raw.registers__quota"]
    assert ("known", "period_type") in rules["marts.mart_win_rate"]
    assert repeats(suites, rules) == []


def test_a_repeated_rule_is_found(suites: list[Suite]) -> None:
    found = repeats(suites, {"marts.mart_restatement": {("known", "days_after")}})
    assert found == ["marts.mart_restatement: gx_days_after_is_known"]


def test_every_expectation_says_what_a_person_can_do(suites: list[Suite]) -> None:
    vague = [
        f"{target.target}: {check.check_name}"
        for suite in suites
        for target in suite.targets
        for check in target.expectations
        if "model is wrong" in check.meta.fix or check.meta.why == check.meta.fix
    ]
    assert vague == []


def test_data_tests_of_tables_that_are_not_published_are_build_tests_and_no_others(nodes: dict[str, Any]) -> None:
    """A test that says what to fix is about the data, and runs every time wherever it is."""
    misplaced = [
        node["name"]
        for node in nodes.values()
        if node["resource_type"] == "test" and node.get("attached_node")
        for is_published in [nodes[node["attached_node"]]["schema"] in ("marts", "quality")]
        if ("build" in node["config"]["tags"]) != (not is_published and "fix" not in node["config"]["meta"])
    ]
    assert misplaced == []


def test_standard_columns_of_every_mart_are_tested(nodes: dict[str, Any]) -> None:
    [standard] = [node for node in nodes.values() if node["name"] == STANDARD_VALUES]
    tested = set(re.findall(r"select '(\w+)' as table_name, '(\w+)' as column_name", standard["compiled_code"]))
    columns = {column for _, column in tested}
    published = {
        (node["name"], column)
        for node in nodes.values()
        if node["resource_type"] == "model" and node["name"].startswith("mart_")
        for column in node["columns"]
        if column in columns
    }
    assert published - tested == set()


def test_values_of_standard_columns_are_tested_once(nodes: dict[str, Any]) -> None:
    """An accepted_values with the same values as the test of standard columns is a second place for the rule."""
    [standard] = [node for node in nodes.values() if node["name"] == STANDARD_VALUES]
    rule = re.compile(r"select '(\w+)' as table_name, '(\w+)' as column_name[^()]+\(\*\)[^()]+not in \(([^)]+)\)")
    tested = {
        (table, column): {value.strip(" '") for value in values.split(",")}
        for table, column, values in rule.findall(standard["compiled_code"])
    }
    assert len(tested) > 100
    twice = [
        node["name"]
        for node in nodes.values()
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "accepted_values"
        for table in [node["attached_node"].split(".")[-1]]
        for arguments in [node["test_metadata"]["kwargs"]]
        if tested.get((table, arguments["column_name"])) == set(map(str, arguments["values"]))
    ]
    assert twice == []
