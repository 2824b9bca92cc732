"""The project's compiled SQL: one `dbt compile` per session and set of settings, shared by all workers."""

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb
import yaml
from dbt_child import dbt
from filelock import FileLock

from orchestration.ingest import ingest
from orchestration.settings import PROJECT, Settings
from orchestration.transform.breaks import BREAK_TYPES
from orchestration.transform.dbt import own_vars, project_fingerprint

# of most tests, so that dbt parses the project once for all of them
SETTINGS = "fiscal_year_start_month: 4\nreporting_time_zone: Asia/Jakarta\nreporting_currency: USD\n"
# the few rows of tests never show a break
NO_BREAKS = f"select {', '.join(f'null::{type_} as {name}' for name, type_ in BREAK_TYPES.items())} where false"


class BaseFolder(Protocol):
    """pytest's factory of temporary folders, as far as it is used here."""

    def getbasetemp(self) -> Path: ...


@dataclass(frozen=True)
class Model:
    """A model or seed: its table, the query that makes it, and the models that it reads."""

    name: str
    relation: str
    schema: str
    query: str
    parents: tuple[str, ...]
    is_view: bool = False
    unique_key: str | None = None


@dataclass(frozen=True)
class CompiledProject:
    """Every model by name, in an order in which they can be built, and the bare warehouse with their raw tables."""

    models: dict[str, Model]
    bare_warehouse: Path
    data_tests: dict[str, str]
    """The queries of the data tests whose failure blocks publishing, by name: each row that they return is wrong."""
    warnings: dict[str, str]
    """Those of the other data tests."""

    def needed_for(self, *names: str) -> list[Model]:
        """The models behind `names`, themselves included, in the order to build them."""
        needed = set(names)
        for model in reversed(self.models.values()):
            if model.name in needed:
                needed.update(model.parents)
        return [model for model in self.models.values() if model.name in needed]


def shared_folder(factory: BaseFolder, name: str) -> Path:
    """A folder that all workers of the session see."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def compiled_home(factory: BaseFolder, settings_text: str = "") -> Settings:
    """A home after one `dbt compile` of the project with this landing/settings.yml; the first worker makes it."""
    defaults = yaml.safe_load((PROJECT / "dbt_project" / "dbt_project.yml").read_text())["vars"]
    own = own_vars(yaml.safe_load(settings_text) or {}, defaults)
    key = hashlib.sha256(json.dumps(own, sort_keys=True, default=str).encode()).hexdigest()[:8]
    folder = shared_folder(factory, f"compiled_{key}")
    with FileLock(folder / "lock"):
        settings = home_settings(folder / "home")
        if not (folder / "done").exists():
            _compile(settings, settings_text)
            (folder / "done").touch()
    return settings


def give_parsed_project(factory: BaseFolder, settings: Settings, settings_text: str = "") -> None:
    """Put what dbt has parsed with these settings into a new home: its first run need not parse the project again."""
    parsed = compiled_home(factory, settings_text).dbt_target
    settings.dbt_target.mkdir(mode=0o700, parents=True)
    for name in ("manifest.json", "partial_parse.msgpack", "parsed_from"):
        shutil.copyfile(parsed / name, settings.dbt_target / name)


def compiled_project(factory: BaseFolder, settings_text: str = "") -> CompiledProject:
    """The models of that home."""
    return _read(compiled_home(factory, settings_text))


def incremental_queries(factory: BaseFolder, settings_text: str = "") -> dict[str, str]:
    """By model with a unique_key, its query where its table is there already: what it adds to it."""
    project = compiled_project(factory, settings_text)
    folder = shared_folder(factory, "compiled_incrementally")
    grouped = [model for model in project.models.values() if model.unique_key]
    settings = home_settings(folder / "home")
    with FileLock(folder / "lock"):
        if not (folder / "done").exists():
            give_parsed_project(factory, settings, settings_text)
            settings.landing.mkdir()
            (settings.landing / "settings.yml").write_text(settings_text)
            with duckdb.connect(str(settings.warehouse)) as connection:
                for model in grouped:
                    connection.execute(f"create schema if not exists {model.schema}")
                    connection.execute(f"create table {model.relation} ({model.unique_key} ubigint)")
            finished = dbt(settings, "--quiet", "compile", "--select", *(model.name for model in grouped))
            assert finished.returncode == 0, finished.stdout + finished.stderr
            (folder / "done").touch()
    nodes = json.loads((settings.dbt_target / "manifest.json").read_text())["nodes"]
    return {model.name: nodes[f"model.kuota.{model.name}"]["compiled_code"] for model in grouped}


def compile_project(folder: Path, settings_text: str = "") -> CompiledProject:
    """The same in a folder of its own."""
    settings = home_settings(folder)
    _compile(settings, settings_text)
    return _read(settings)


def build_models(connection: duckdb.DuckDBPyConnection, project: CompiledProject, *names: str) -> None:
    """The models behind `names`, else all of them, as dbt would make them from what was ingested."""
    models = project.needed_for(*names) if names else list(project.models.values())
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("begin")
    for schema in {model.schema for model in models}:
        connection.execute(f"create schema if not exists {schema}")
    for model in models:
        kind = "view" if model.is_view else "table"
        connection.execute(f"create {kind} {model.relation} as {model.query}")
    connection.execute("commit")


def failed_tests(
    connection: duckdb.DuckDBPyConnection, project: CompiledProject, prefix: str = ""
) -> dict[str, list[tuple[Any, ...]]]:
    """The critical data tests that find something, with their first rows: grain, keys, balances of money and rows."""
    found = {
        name: connection.execute(f"select * from ({query}) limit 3").fetchall()
        for name, query in project.data_tests.items()
        if name.startswith(prefix)
    }
    return {name: rows for name, rows in found.items() if rows}


def home_settings(folder: Path) -> Settings:
    """A home with its landing folder and warehouse."""
    return Settings(home=folder, landing=folder / "landing", warehouse=folder / "warehouse" / "kuota.duckdb")


def _compile(settings: Settings, settings_text: str) -> None:
    holidays = settings.landing / "registers" / "2025-01-31" / "holidays.csv"
    holidays.parent.mkdir(parents=True)
    holidays.write_text("date,region,name\n2025-01-01,,New Year\n")
    if settings_text:
        (settings.landing / "settings.yml").write_text(settings_text)
    ingest(settings, run_id="empty")
    # parsed and compiled by one child, and marked as ensure_manifest marks what it has parsed
    settings.dbt_target.mkdir(mode=0o700, parents=True)
    finished = dbt(settings, "--quiet", "--no-partial-parse", "compile", "--no-introspect")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    (settings.dbt_target / "parsed_from").write_text(project_fingerprint(settings), encoding="utf-8")


def _read(settings: Settings) -> CompiledProject:
    all_nodes = json.loads((settings.dbt_target / "manifest.json").read_text())["nodes"]
    nodes = {key: node for key, node in all_nodes.items() if node["resource_type"] in ("model", "seed")}
    models: dict[str, Model] = {}
    for key in sorted(nodes):
        _add_after_parents(models, nodes, key, settings.dbt_project)
    data_tests: dict[str, dict[str, str]] = {"error": {}, "warn": {}}
    for node in all_nodes.values():
        if node["resource_type"] == "test":
            data_tests[node["config"]["severity"].lower()][node["name"]] = node["compiled_code"]
    return CompiledProject(models, settings.warehouse, data_tests["error"], data_tests["warn"])


def _add_after_parents(models: dict[str, Model], nodes: dict[str, Any], key: str, project: Path) -> None:
    node = nodes.get(key)
    if node is None or node["name"] in models:
        return
    is_python = node.get("language") == "python"
    parents = [] if is_python else node["depends_on"].get("nodes", [])
    for parent in parents:
        _add_after_parents(models, nodes, parent, project)
    models[node["name"]] = Model(
        name=node["name"],
        relation=f"{node['schema']}.{node['name']}",
        schema=node["schema"],
        query=NO_BREAKS
        if is_python
        else node.get("compiled_code") or f"select * from read_csv('{project / node['original_file_path']}')",
        parents=tuple(nodes[parent]["name"] for parent in parents if parent in nodes),
        is_view=node["config"]["materialized"] == "view",
        unique_key=node["config"]["unique_key"] if node["resource_type"] == "model" else None,
    )
