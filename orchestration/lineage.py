"""What dbt's manifest says of the build: what a model is built from, what dates its rows, which tests are critical."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BUILD_TAG = "build"


@dataclass(frozen=True)
class CriticalTest:
    """A dbt test whose failure blocks publishing; `depends_on` are the "schema.table" names that it reads.

    One tagged `build` does not run every time: see `orchestration.transform.build`.
    """

    target: str
    check_name: str
    depends_on: tuple[str, ...]
    is_build_test: bool


def model_parents(manifest: Path) -> dict[str, list[str]]:
    """For each model and seed, as "schema.table", the ones it is built from; a raw source is "raw.<table>"."""
    nodes = _nodes(manifest)
    return {
        _relation(node): sorted(_relation(nodes[parent]) for parent in node.get("depends_on", {}).get("nodes", []))
        for node in nodes.values()
        if node["resource_type"] in ("model", "seed")
    }


def dating_columns(manifest: Path) -> dict[str, list[str]]:
    """For each table, as "schema.table", the columns that say when a row counts, had or not: its meta `dated_by`."""
    return {
        _relation(node): node.get("config", {}).get("meta", {}).get("dated_by", [])
        for node in _nodes(manifest).values()
        if node["resource_type"] in ("model", "source")
    }


def critical_tests(manifest: Path) -> list[CriticalTest]:
    """The data tests of severity error."""
    nodes = _nodes(manifest)
    return [
        CriticalTest(
            target=_relation(nodes[node.get("attached_node") or node["depends_on"]["nodes"][-1]]),
            check_name=node["name"],
            depends_on=tuple(sorted(_relation(nodes[parent]) for parent in node["depends_on"]["nodes"])),
            is_build_test=BUILD_TAG in node["config"]["tags"],
        )
        for node in nodes.values()
        if node["resource_type"] == "test" and node["config"]["severity"].lower() == "error"
    ]


def _nodes(manifest: Path) -> dict[str, Any]:
    content = json.loads(manifest.read_text(encoding="utf-8"))
    return {**content["nodes"], **content["sources"]}


def _relation(node: dict[str, Any]) -> str:
    return f"{node['schema']}.{node['name']}"
