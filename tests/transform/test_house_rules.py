"""Conventions of the dbt project that no tool checks by itself: each rule lists what breaks it; the list is empty."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from compiled_project import compiled_home
from sqlglot import ErrorLevel, exp

from orchestration.ingest import load_source_configs
from orchestration.settings import PROJECT, Settings

DBT_PROJECT = PROJECT / "dbt_project"
RECORDS_OF_INGEST = {"load_ledger", "quarantine", "source", "source_time_zone"}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dbt's target folder after `dbt compile`, which needs no table."""
    return compiled_home(tmp_path_factory).dbt_target


@pytest.fixture(scope="module")
def models(target: Path) -> dict[str, dict[str, Any]]:
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model"}


def test_every_model_is_described_in_a_yaml_beside_it(models: dict[str, dict[str, Any]]) -> None:
    elsewhere = [
        name
        for name, model in models.items()
        if not model["description"]
        or Path(model["patch_path"].partition("://")[2]).parent != Path(model["original_file_path"]).parent
    ]
    assert elsewhere == []


def test_what_is_published_is_public_and_an_area_keeps_its_own_models(models: dict[str, dict[str, Any]]) -> None:
    access = {name: (model["schema"], model["access"]) for name, model in models.items()}
    public = {name for name, (schema, _) in access.items() if schema in ("marts", "quality")}
    assert {name for name, (_, granted) in access.items() if granted == "public"} == public
    read_elsewhere = {
        parent.split(".")[-1]
        for model in models.values()
        for parent in model["depends_on"]["nodes"]
        if parent.startswith("model.") and models[parent.split(".")[-1]]["fqn"][:-1] != model["fqn"][:-1]
    }
    lent = {name for name, (schema, granted) in access.items() if schema == "intermediate" and granted != "private"}
    assert lent - read_elsewhere == set(), "protected, and read by no other area"


def test_every_mart_is_contracted_with_described_and_typed_columns(models: dict[str, dict[str, Any]]) -> None:
    marts = {name: model for name, model in models.items() if model["schema"] == "marts"}
    loose = [name for name, model in marts.items() if not model["config"]["contract"]["enforced"]]
    vague = [
        f"{name}.{column['name']}"
        for name, model in marts.items()
        for column in model["columns"].values()
        if not column["description"] or not column["data_type"]
    ]
    assert len(marts) >= 16
    assert (loose, vague) == ([], [])


def test_every_mart_is_tested_for_its_grain(target: Path, models: dict[str, dict[str, Any]]) -> None:
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    tested = {
        node["attached_node"].split(".")[-1]
        for node in nodes
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "unique_grain"
    }
    assert {name for name, model in models.items() if model["schema"] == "marts"} - tested == set()


def test_names_follow_the_layers(models: dict[str, dict[str, Any]]) -> None:
    patterns = {
        "staging": r"stg_[a-z]+(_[a-z]+)*__[a-z_]+s",
        "intermediate": r"int_[a-z_]+",
        "marts": r"(dim|fct|bridge)_[a-z_]+s|mart_[a-z_]+|publication",
        "quality": r"collection_[a-z]+",
    }
    odd = [name for name, model in models.items() if not re.fullmatch(patterns[model["schema"]], name)]
    assert odd == []


def test_marts_read_no_staging_and_staging_reads_raw_and_its_own_source(models: dict[str, dict[str, Any]]) -> None:
    crossing = [
        f"{name} reads {parent}"
        for name, model in models.items()
        for parent in model["depends_on"]["nodes"]
        if (model["schema"] == "marts" and (parent.startswith("source.") or ".stg_" in parent))
        or (
            model["schema"] == "staging"
            and not parent.startswith("source.")
            and f".{name.partition('__')[0]}__" not in parent
        )
    ]
    assert crossing == []


def test_dbt_knows_every_raw_table_and_no_other(target: Path) -> None:
    known = {node["name"] for node in json.loads((target / "manifest.json").read_text())["sources"].values()}
    configs = load_source_configs(Settings.from_environment().sources)
    declared = {f"{source}__{name}" for source, config in configs.items() for name in config.objects}
    assert known == declared | RECORDS_OF_INGEST


def test_the_columns_declared_to_date_rows_are_columns(target: Path, models: dict[str, dict[str, Any]]) -> None:
    tables = json.loads((target / "manifest.json").read_text())["sources"].values()
    dated = {table["name"]: table["config"]["meta"]["dated_by"] for table in tables if table["config"]["meta"]}
    configs = load_source_configs(Settings.from_environment().sources)
    delivered = {
        f"{source}__{name}": it.columns for source, config in configs.items() for name, it in config.objects.items()
    }
    of_models = {name for model in models.values() for name in model["config"]["meta"]["dated_by"]}
    written = {word for model in models.values() for word in re.findall(r"\w+", model["raw_code"])}
    assert [(table, name) for table, names in dated.items() for name in names if name not in delivered[table]] == []
    assert of_models - written == set()


def test_marts_without_a_date_are_of_things_or_of_today(models: dict[str, dict[str, Any]]) -> None:
    marts = [model for model in models.values() if model["schema"] == "marts"]
    undated = {mart["name"] for mart in marts if not {*mart["columns"]} & {*mart["config"]["meta"]["dated_by"]}}
    assert undated == {
        "dim_accounts",
        "dim_products",
        "dim_team_ancestors",
        "dim_teams",
        "bridge_source_ids",
        "fct_segment_subjects",
        "mart_exclusion",
        "mart_near_match",
        "mart_pipeline_health",
        "mart_pipeline_stage",
        "publication",
    }


def test_spark_and_postgres_can_say_every_model(target: Path) -> None:
    """sqlglot writes each compiled model in both dialects, and refuses what they cannot say."""
    compiled = sorted((target / "compiled" / "kuota" / "models").rglob("*.sql"))
    assert len(compiled) > 80
    refused = []
    for path in compiled:
        tree = sqlglot.parse_one(path.read_text(), read="duckdb")
        for dialect in ("spark", "postgres"):
            try:
                tree.sql(dialect=dialect, unsupported_level=ErrorLevel.RAISE)
            except sqlglot.errors.UnsupportedError as error:
                refused.append(f"{path.name} in {dialect}: {error}")
    assert refused == []


def test_functions_of_one_dialect_stand_in_the_portable_macros_alone(target: Path) -> None:
    """A function that sqlglot does not know is DuckDB's own: macros/portable must be where it comes from."""
    portable = "".join(path.read_text() for path in (DBT_PROJECT / "macros" / "portable").glob("*.sql"))
    own = {
        function.name.lower()
        for path in (target / "compiled" / "kuota" / "models").rglob("*.sql")
        for function in sqlglot.parse_one(path.read_text(), read="duckdb").find_all(exp.Anonymous)
    }
    elsewhere = [
        f"{name} in {path.name}"
        for name in own
        for path in (DBT_PROJECT / "models").rglob("*.sql")
        if re.search(rf"\b{name}\s*\(", path.read_text())
    ]
    assert {name for name in own if f"{name}(" not in portable} == set()
    assert elsewhere == []
