"""What dbt's manifest says about the build: parents, critical tests, and the `meta` of models.

meta `dated_by`: the columns that date a row. `passes_on_figures: false`: a model that takes only dates or ids from its
parents, so that a wrong figure there does not reach it. `holds_set_aside_rows: true`: a model with rows set aside.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUILD_TAG = "build"


@dataclass(frozen=True)
class DataTest:
    """A dbt data test; `depends_on` are the "schema.table" names that it reads, and what views read.

    One tagged `build` does not run every time: see `orchestration.transform.build`.
    """

    target: str
    check_name: str
    depends_on: tuple[str, ...]
    is_build_test: bool
    is_critical: bool
    fqn: str
    unique_columns: tuple[str, ...] = ()
    """Those of which a test of a grain says that no two rows share them."""


def model_parents(manifest: Path) -> dict[str, list[str]]:
    """For each model and seed, as "schema.table", the ones it is built from; a raw source is "raw.<table>"."""
    nodes = _nodes(manifest)
    return {
        _relation(node): sorted(_relation(nodes[parent]) for parent in node.get("depends_on", {}).get("nodes", []))
        for node in nodes.values()
        if node["resource_type"] in ("model", "seed")
    }


def tables_built_from(manifest: Path) -> dict[str, list[str]]:
    """For each model and seed the tables whose rows it holds: `model_parents` with a view replaced by its own parents.

    A view itself has none: it holds no rows, and is not built again when its parents are.
    """
    nodes = _nodes(manifest)
    return {
        _relation(node): [] if _is_view(node) else sorted(_tables_read(node, nodes))
        for node in nodes.values()
        if node["resource_type"] in ("model", "seed")
    }


def tables_to_name(manifest: Path) -> dict[str, str]:
    """For each model that is a table, its fully qualified name in dbt."""
    return {
        _relation(node): ".".join(node["fqn"])
        for node in _nodes(manifest).values()
        if node["resource_type"] == "model" and not _is_view(node)
    }


def _tables_read(node: dict[str, Any], nodes: dict[str, Any]) -> set[str]:
    parents = [nodes[parent] for parent in node.get("depends_on", {}).get("nodes", [])]
    views = [parent for parent in parents if _is_view(parent)]
    tables = {_relation(parent) for parent in parents if not _is_view(parent)}
    return tables.union(*(_tables_read(view, nodes) for view in views))


def _is_view(node: dict[str, Any]) -> bool:
    return bool(node["resource_type"] == "model" and node["config"]["materialized"] == "view")


def figure_parents(manifest: Path) -> dict[str, list[str]]:
    """`model_parents` without the models that take no figures from their parents: meta `passes_on_figures: false`."""
    silent = {
        _relation(node) for node in _nodes(manifest).values() if _meta(node).get("passes_on_figures", True) is False
    }
    return {name: parents for name, parents in model_parents(manifest).items() if name not in silent}


def tables_of_set_aside_rows(manifest: Path) -> list[tuple[str, str]]:
    """Schema and name of each model with rows that are set aside: meta `holds_set_aside_rows: true`.

    None where dbt has not parsed the project yet.
    """
    nodes = _nodes(manifest).values() if manifest.exists() else []
    return [(node["schema"], node["name"]) for node in nodes if _meta(node).get("holds_set_aside_rows") is True]


def dating_columns(manifest: Path) -> dict[str, list[str]]:
    """For each table, as "schema.table", the columns that may date a row, present or not: meta `dated_by`."""
    return {
        _relation(node): _meta(node).get("dated_by", [])
        for node in _nodes(manifest).values()
        if node["resource_type"] in ("model", "source")
    }


def critical_tests(manifest: Path) -> list[DataTest]:
    """The data tests of severity error: their failure blocks publishing."""
    return [test for test in data_tests(manifest) if test.is_critical]


def data_tests(manifest: Path) -> list[DataTest]:
    """All data tests."""
    nodes = _nodes(manifest)
    return [
        DataTest(
            target=_relation(nodes[node.get("attached_node") or node["depends_on"]["nodes"][-1]]),
            check_name=node["name"],
            depends_on=tuple(
                sorted(_tables_read(node, nodes).union(_relation(nodes[it]) for it in node["depends_on"]["nodes"]))
            ),
            is_build_test=BUILD_TAG in node["config"]["tags"],
            is_critical=node["config"]["severity"].lower() == "error",
            fqn=".".join(node["fqn"]),
            unique_columns=_unique_columns(node),
        )
        for node in nodes.values()
        if node["resource_type"] == "test"
    ]


def _unique_columns(node: dict[str, Any]) -> tuple[str, ...]:
    test = node.get("test_metadata") or {}
    named = test["kwargs"]["columns"] if test.get("name") == "one_row_per" else []
    return tuple(name.strip('"') for name in named)


def _nodes(manifest: Path) -> dict[str, Any]:
    content = json.loads(manifest.read_text(encoding="utf-8"))
    return {**content["nodes"], **content["sources"]}


def _meta(node: dict[str, Any]) -> dict[str, Any]:
    meta: dict[str, Any] = node.get("config", {}).get("meta", {})
    return meta


def _relation(node: dict[str, Any]) -> str:
    return f"{node['schema']}.{node['name']}"
