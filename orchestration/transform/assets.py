"""The dbt models and their tests as Dagster shows them, built by one dbt child."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Config,
    MaterializeResult,
)
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets

from orchestration.errors import CriticalCheckFailed, KuotaError
from orchestration.lineage import BUILD_TAG
from orchestration.progress import progress_of
from orchestration.run_lock import RUN_LOCK
from orchestration.settings import Settings
from orchestration.table_metadata import table_metadata
from orchestration.transform.build import UNCHANGED, NodeResult, build_models
from orchestration.transform.dbt import ensure_manifest
from orchestration.transform.findings import Finding, add_sample_keys, failed_checks, findings
from orchestration.warehouse import connect

BUILT = ("model", "seed")
# what helps, by words of DuckDB's error
HINTS = {
    "does not exist": "A table that it reads was never built: run the job `refresh` first, or build what it reads.",
    "Out of Memory": "Give DuckDB more memory in the environment variable KUOTA_MEMORY_LIMIT (2GB unless it is set).",
}


class ModelsConfig(Config):
    """`rebuild` builds incremental models from scratch."""

    rebuild: bool = False


class LayerTranslator(DagsterDbtTranslator):
    """Asset keys [layer, source or area, name], groups by layer and area, data engineering as owner."""

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None) -> AssetSpec:
        """The default spec of a model, seed or raw table, with key, group and owner of ours."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        key = _asset_key(self.get_resource_props(manifest, unique_id))
        layer, area = key.path[:2]
        # a source is not an area: with a group of each, nobody could follow the graph of all groups
        group = layer if layer == "staging" else f"{layer}_{area}"
        return spec.replace_attributes(key=key, group_name=group, owners=["team:data-engineering"])

    def get_asset_check_spec(
        self, asset_spec: AssetSpec, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> AssetCheckSpec | None:
        """The default spec of a data test, with the rule that it checks as description."""
        spec = super().get_asset_check_spec(asset_spec, manifest, unique_id, project)
        return spec and spec._replace(description=_rule(self.get_resource_props(manifest, unique_id)))


def _rule(test: Mapping[str, Any]) -> str:
    """What a data test checks, in a sentence: its description in the YAML, else from its kind and arguments."""
    if test["description"]:
        return str(test["description"])
    found = test.get("test_metadata") or {"name": "", "kwargs": {}}
    asked = found["kwargs"]
    column, columns = asked.get("column_name"), ", ".join(asked.get("columns", []))
    never_null = ", ".join(asked.get("never_null", []))
    rules = {
        "one_row_per": f"One row per {columns}." + (f" Never null: {never_null}." if never_null else ""),
        "never_null": f"Never null: {columns}.",
        "not_null": f"{column} is never null.",
        "unique": f"No two rows have the same {column}.",
        "accepted_values": f"{column} is one of {', '.join(map(str, asked.get('values', [])))}.",
        "relationships": f"Each {column} is a {asked.get('field')} of {_referred(asked.get('to', ''))}.",
    }
    words = test["name"].removeprefix("assert_").replace("_", " ")
    return rules.get(found["name"], f"{words[:1].upper()}{words[1:]}.")


def _referred(reference: str) -> str:
    return reference.removeprefix("ref('").removesuffix("')")


def _asset_key(node: Mapping[str, Any]) -> AssetKey:
    """The key of a model (its folders), of a seed, or of a raw table."""
    name = node["name"]
    if node["resource_type"] == "source":
        source, separator, object_name = name.partition("__")
        return AssetKey(["raw", source, object_name] if separator else ["raw", "kuota", name])
    if node["resource_type"] == "seed":
        return AssetKey(["core", "registries", name])
    return AssetKey(node["fqn"][1:])


def asset_keys(manifest: Path) -> dict[str, AssetKey]:
    """The asset of each model, by its "schema.table"."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"].values()
    return {_relation(node): _asset_key(node) for node in nodes if node["resource_type"] == "model"}


def _relation(node: Mapping[str, Any]) -> str:
    return f"{node['schema']}.{node['name']}"


def models_asset(settings: Settings) -> AssetsDefinition:
    """Every model and its tests. Materializing some of them builds and tests only those."""
    manifest = ensure_manifest(settings)
    nodes: dict[str, dict[str, Any]] = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]

    @dbt_assets(
        manifest=manifest,
        name="models",
        # build tests are not asset checks: Dagster skips what lies downstream of a check that does not run every time
        exclude=f"tag:{BUILD_TAG}",
        dagster_dbt_translator=LayerTranslator(),
        required_resource_keys={RUN_LOCK},
    )
    def models(
        context: AssetExecutionContext, config: ModelsConfig
    ) -> Iterator[MaterializeResult[None] | AssetCheckResult]:
        run_id = context.run.run_id
        report = progress_of(context)
        whole = context.selected_asset_keys == models.keys and context.selected_asset_check_keys == models.check_keys
        # no selection if all is wanted, so that tests that are not an asset check run too
        select = [] if whole else _names(context, nodes)
        report("dbt starts")
        checks = {key.name: key for key in context.selected_asset_check_keys}
        getattr(context.resources, RUN_LOCK).refuse_changed()
        # the run holds the lock: see RUN_LOCK
        results = build_models(settings, run_id=run_id, select=select, rebuild=config.rebuild, progress=report)
        # dbt may have parsed the project again: a node may be newer than what Dagster has loaded
        known = [(nodes[result.unique_id], result) for result in results if result.unique_id in nodes]
        yield from _materializations(settings.warehouse, nodes, results, context.selected_asset_keys)
        for node, result in known:
            if result.status == "pass" and node["name"] in checks:
                yield _passed(checks[node["name"]], node)
        add_sample_keys(settings.warehouse, run_id, results)
        for name, finding in findings(settings.warehouse, run_id).items():
            if name in checks and finding.status != "passed":
                yield _not_passed(checks[name], finding)
        if failed := failed_checks(settings.warehouse, run_id, "critical"):
            raise CriticalCheckFailed("\n".join(failed))
        if broken := broken_models(results):
            raise KuotaError("\n".join(["dbt could not build every model:", *broken]))

    return models


def _materializations(
    warehouse: Path,
    nodes: Mapping[str, dict[str, Any]],
    results: Sequence[NodeResult],
    selected: Collection[AssetKey],
) -> Iterator[MaterializeResult[None]]:
    """What was built, each with its rows, columns and seconds; and those `selected` tables that stay as they are.

    Dagster skips what is downstream of a table that nothing is said about, and wants parents before their children.
    """
    ended = {it.unique_id: it for it in results if it.message != UNCHANGED}
    built = {it: nodes[it] for it in nodes if it in ended and ended[it].status == "success" and _is_built(nodes[it])}
    descriptions = {
        _relation(node): {name: column["description"] for name, column in node["columns"].items()}
        for node in built.values()
    }
    with connect(warehouse, read_only=True) as connection:
        tables = table_metadata(connection, [(node["schema"], node["name"]) for node in built.values()], descriptions)
    parents = {it: node["depends_on"].get("nodes", []) for it, node in nodes.items() if _is_built(node)}
    for unique_id in TopologicalSorter(parents).static_order():
        if unique_id in built:
            metadata = {"seconds": round(ended[unique_id].seconds, 3), **tables.get(_relation(nodes[unique_id]), {})}
            yield MaterializeResult(asset_key=_asset_key(nodes[unique_id]), metadata=metadata)
        elif (
            unique_id not in ended
            and unique_id in nodes
            and nodes[unique_id]["config"]["materialized"] in ("table", "incremental")
            and _asset_key(nodes[unique_id]) in selected
        ):
            yield MaterializeResult(asset_key=_asset_key(nodes[unique_id]), metadata={"unchanged": True})


def _is_built(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] in BUILT


def _names(context: AssetExecutionContext, nodes: Mapping[str, dict[str, Any]]) -> list[str]:
    """What dbt has to build and test: the selected models, seeds and tests by their full names."""
    checks = {key.name for key in context.selected_asset_check_keys}
    return [
        "fqn:" + ".".join(node["fqn"])
        for node in nodes.values()
        if (node["resource_type"] in BUILT and _asset_key(node) in context.selected_asset_keys)
        or (node["resource_type"] == "test" and node["name"] in checks)
    ]


def _passed(key: AssetCheckKey, node: Mapping[str, Any]) -> AssetCheckResult:
    return AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=True,
        severity=_severity(node["config"]["severity"].lower() == "error"),
        metadata={"status": "passed", "unexpected_count": 0},
    )


def _not_passed(key: AssetCheckKey, finding: Finding) -> AssetCheckResult:
    return AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=False,
        severity=_severity(finding.severity == "critical"),
        description=f"The test itself could not run: {finding.observed}" if finding.status == "errored" else None,
        metadata={
            "status": finding.status,
            "observed": finding.observed,
            "unexpected_count": finding.unexpected_count,
            "sample_keys": finding.sample_keys,
            "fix": finding.fix,
            "owner": finding.owner,
        },
    )


def _severity(critical: bool) -> AssetCheckSeverity:
    return AssetCheckSeverity.ERROR if critical else AssetCheckSeverity.WARN


def broken_models(results: Sequence[NodeResult]) -> list[str]:
    """One line per model that could not be built, and one per hint in HINTS that helps with one of them."""
    broken = [(it.unique_id.split(".")[2], " ".join(it.message.split())) for it in results if it.status == "error"]
    hints = [hint for words, hint in HINTS.items() if any(words in message for _, message in broken)]
    return [f"{name}: {message}" for name, message in broken] + hints
