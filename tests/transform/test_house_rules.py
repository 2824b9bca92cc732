"""Conventions of the dbt project that no tool checks: each rule lists its violations; the list must be empty."""

import ast
import csv
import graphlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from compiled_project import SETTINGS, compiled_home
from sqlglot import ErrorLevel, exp

from bench.graph import ALLOWED_BY_CAPABILITY, figures, limit, read_graph
from orchestration.ingest import load_source_configs
from orchestration.settings import PROJECT, Settings

DBT_PROJECT = PROJECT / "dbt_project"
RECORDS_OF_INGEST = {"load_ledger", "quarantine", "source", "source_time_zone"}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """dbt's target folder after `dbt compile`, which needs no table."""
    return compiled_home(tmp_path_factory, SETTINGS).dbt_target


@pytest.fixture(scope="module")
def models(target: Path) -> dict[str, dict[str, Any]]:
    nodes = json.loads((target / "manifest.json").read_text())["nodes"].values()
    return {node["name"]: node for node in nodes if node["resource_type"] == "model"}


def test_every_model_is_described_in_a_yaml_next_to_or_above_it(models: dict[str, dict[str, Any]]) -> None:
    elsewhere = [
        name
        for name, model in models.items()
        if not model["description"]
        or Path(model["patch_path"].partition("://")[2]).parent not in Path(model["original_file_path"]).parents
    ]
    assert elsewhere == []


def test_the_graph_keeps_to_its_limits(target: Path) -> None:
    """The limits of ARCHITECTURE, and what new capabilities add."""
    reached = figures(read_graph(target / "manifest.json"), PROJECT / "expectations")
    assert {name: value for name, value in reached.items() if value > limit(name)} == {}
    # a model, its parents and the depth have no allowance
    assert {figure for allowed in ALLOWED_BY_CAPABILITY.values() for figure in allowed} <= {
        *("models", "SQL and macro lines", "YAML lines", "checks per run")
    }


def test_areas_do_not_read_each_other(models: dict[str, dict[str, Any]]) -> None:
    """Areas are the folders below a layer. The arrows between them have no cycle."""
    areas = {name: "/".join(model["fqn"][1:-1]) for name, model in models.items()}
    reads: dict[str, set[str]] = {area: set() for area in areas.values()}
    for name, model in models.items():
        read = {areas[parent.split(".")[-1]] for parent in model["depends_on"]["nodes"] if parent.startswith("model.")}
        reads[areas[name]] |= read - {areas[name]}
    list(graphlib.TopologicalSorter(reads).static_order())


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
        if node["resource_type"] == "test" and (node.get("test_metadata") or {}).get("name") == "one_row_per"
    }
    assert {name for name, model in models.items() if model["schema"] == "marts"} - tested == set()


def test_every_mart_with_a_period_says_whether_it_is_over(models: dict[str, dict[str, Any]]) -> None:
    starts = {"period_start", "week_start", "month_start"}
    silent = [
        name
        for name, model in models.items()
        if model["schema"] == "marts" and starts & {*model["columns"]} and "is_complete" not in model["columns"]
    ]
    # its rows are days, with the periods that hold them
    assert silent == ["dim_dates"]


def test_marts_with_rows_of_teams_say_which_are_leaves(models: dict[str, dict[str, Any]]) -> None:
    """A team's row holds those of the teams below it: whoever sums teams needs to know."""
    of_teams = {"segment_type", "assignee_type", "scope_type", "team_id"}
    silent = [
        name
        for name, model in models.items()
        if name.startswith("mart_") and of_teams & {*model["columns"]} and "is_leaf_team" not in model["columns"]
    ]
    # its row is the spread over all teams
    assert silent == ["mart_attainment_distribution"]


def test_marts_of_steps_say_where_their_stages_are(models: dict[str, dict[str, Any]]) -> None:
    positions = {"from_position_in_pipeline", "to_position_in_pipeline"}
    silent = [
        name
        for name, model in models.items()
        if model["schema"] == "marts"
        and {"from_stage", "to_stage"} <= {*model["columns"]}
        and positions - {*model["columns"]}
    ]
    # a move has the order of the stage map that was valid on its day
    assert silent == ["fct_stage_events"]


def test_names_follow_the_layers(models: dict[str, dict[str, Any]]) -> None:
    patterns = {
        "staging": r"(base|stg)_[a-z]+(_[a-z]+)*__[a-z_]+s",
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
            model["fqn"][1] == "staging"
            and not parent.startswith("source.")
            and models[parent.split(".")[-1]]["fqn"][:3] != model["fqn"][:3]
        )
    ]
    assert crossing == []


def test_crm_names_stop_at_staging(models: dict[str, dict[str, Any]]) -> None:
    """After staging no SQL names a source, and a model that reads an entity reads it from every source."""
    crms = {source for source in load_source_configs(Settings.from_environment().sources) if source != "registers"}
    behind = [name for name, model in models.items() if model["fqn"][1] != "staging"]
    written = {name: models[name]["raw_code"] for name in behind} | {
        path.name: path.read_text() for path in (DBT_PROJECT / "macros").rglob("*.sql") if path.parent.name != "staging"
    }
    named = [
        f"{name} names {source}"
        for name, code in written.items()
        for source in crms
        if re.search(rf"\b(stg_)?{source}(\b|__)", code, re.IGNORECASE)
    ]
    delivered = _staged_entities(models)
    parents = {name: {*models[name]["depends_on"]["nodes"]} for name in behind}
    partial = [
        f"{name} reads {entity} of {', '.join(sorted(read))}"
        for name in behind
        for entity, sources in delivered.items()
        if (read := {source for source in sources if f"model.kuota.stg_{source}__{entity}" in parents[name]})
        and read != sources
    ]
    assert (named, partial) == ([], [])


def test_entities_by_source_lists_the_staging_models(models: dict[str, dict[str, Any]]) -> None:
    """The one list of what each source delivers, and a contract on all of it."""
    macros = (DBT_PROJECT / "macros" / "staging" / "entities.sql").read_text()
    body = macros.partition("{% macro entities_by_source() -%}")[2].partition("return(")[2].partition(") }}")[0]
    listed = {(source, entity) for source, entities in ast.literal_eval(body).items() for entity in entities}
    staged = {(source, entity) for entity, sources in _staged_entities(models).items() for source in sources}
    assert listed == staged
    loose = [
        name
        for name, model in models.items()
        if name.startswith("stg_") and not model["config"]["contract"]["enforced"]
    ]
    assert loose == []


def test_the_contract_of_an_entity_is_the_same_for_every_source(models: dict[str, dict[str, Any]]) -> None:
    contracts = {
        name: tuple((column["name"], column["data_type"]) for column in model["columns"].values())
        for name, model in models.items()
    }
    differing = [
        f"{entity}: {', '.join(sorted(sources))}"
        for entity, sources in _staged_entities(models).items()
        if len({contracts[f"stg_{source}__{entity}"] for source in sources}) > 1
    ]
    assert differing == []


def test_source_columns_are_columns_of_the_sources_and_those_that_are_mapped() -> None:
    """The seed names columns that sources/*.yml declares, and marks those of which a model joins the value map."""
    rows = _source_columns()
    configs = load_source_configs(Settings.from_environment().sources)
    # activities may be of several objects, such as calls and tasks
    delivered = {
        (source, column)
        for source, config in configs.items()
        for declared in config.objects.values()
        for column in declared.columns
    }
    unknown = [row for row in rows if row["source"] and (row["source"], row["source_column"].lower()) not in delivered]
    plain = {(row["object"], row["canonical_column"]) for row in rows if not row["source"]}
    without_plain = [row for row in rows if (row["object"], row["canonical_column"]) not in plain]
    written = "".join(path.read_text() for path in (DBT_PROJECT / "models").rglob("*.sql"))
    calls = re.findall(r"join_value_map\(\s*'\w+', '(\w+)', '(\w+)'", written)
    joined = {(called, column) for column, called in calls}
    mapped = {(row["object"], row["canonical_column"]) for row in rows if row["is_mapped"] == "true"}
    assert (unknown, without_plain) == ([], [])
    assert mapped == joined


def test_a_source_has_one_name_for_each_column_and_one_column_for_each_name() -> None:
    """Its own name for a column is the one of source_columns with the source, else the one without."""
    names: dict[str, dict[tuple[str, str], str]] = {}
    for row in _source_columns():
        of_source = names.setdefault(row["source"], {})
        key = (row["object"], row["canonical_column"])
        assert key not in of_source, f"{row} is there twice"
        of_source[key] = row["source_column"]
    for source, own in names.items():
        called = [(of_object, name) for (of_object, _), name in (names[""] | own).items()]
        assert sorted(called) == sorted({*called}), source


def _source_columns() -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / "source_columns.csv").open() as file:
        return list(csv.DictReader(file))


def _staged_entities(models: dict[str, dict[str, Any]]) -> dict[str, set[str]]:
    """The sources of each canonical entity, by the names of the staging models."""
    entities: dict[str, set[str]] = {}
    for name in models:
        if (found := re.fullmatch(r"stg_(\w+?)__(\w+)", name)) and found[1] != "registers":
            entities.setdefault(found[2], set()).add(found[1])
    return entities


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


def test_every_model_can_be_written_for_spark_and_postgres(target: Path) -> None:
    """sqlglot writes each compiled model in both dialects, and refuses what they do not have."""
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


def test_functions_of_one_dialect_are_only_in_the_portable_macros(target: Path) -> None:
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
