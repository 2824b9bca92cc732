"""The dbt models and their tests as Dagster shows them, built by one dbt child."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    Config,
    MaterializeResult,
)
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from orchestration.errors import CriticalCheckFailed, KuotaError
from orchestration.lineage import BUILD_TAG
from orchestration.progress import progress_of
from orchestration.run_lock import RUN_LOCK
from orchestration.settings import Settings
from orchestration.transform.build import NodeResult, build_models, build_results
from orchestration.transform.dbt import ensure_manifest
from orchestration.transform.findings import Finding, add_sample_keys, failed_checks, findings

BUILT = ("model", "seed")


class ModelsConfig(Config):
    """`rebuild` keeps nothing of what incremental models have counted before."""

    rebuild: bool = False


class LayerTranslator(DagsterDbtTranslator):
    """Asset keys [layer, source or area, name], groups by layer and area."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """The key of a model (its folders), of a seed, or of a raw table."""
        name = dbt_resource_props["name"]
        if dbt_resource_props["resource_type"] == "source":
            source, separator, object_name = name.partition("__")
            return AssetKey(["raw", source, object_name] if separator else ["raw", "kuota", name])
        if dbt_resource_props["resource_type"] == "seed":
            return AssetKey(["core", "registries", name])
        return AssetKey(dbt_resource_props["fqn"][1:])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer and the source or area, such as marts_attainment."""
        return "_".join(self.get_asset_key(dbt_resource_props).path[:2])

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        """Data engineering owns every model."""
        return ["team:data-engineering"]


def asset_keys(settings: Settings) -> dict[str, AssetKey]:
    """The asset of each model, by its "schema.table"."""
    nodes = json.loads(ensure_manifest(settings).read_text(encoding="utf-8"))["nodes"]
    translator = LayerTranslator()
    return {
        f"{node['schema']}.{node['name']}": translator.get_asset_key(node)
        for node in nodes.values()
        if node["resource_type"] == "model"
    }


def models_asset(settings: Settings) -> AssetsDefinition:
    """Every model and its tests. Materializing some of them builds and tests those alone."""
    manifest = ensure_manifest(settings)
    nodes: dict[str, dict[str, Any]] = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    translator = LayerTranslator()

    @dbt_assets(
        manifest=manifest,
        name="models",
        dagster_dbt_translator=translator,
        required_resource_keys={RUN_LOCK},
    )
    def models(
        context: AssetExecutionContext, config: ModelsConfig
    ) -> Iterator[MaterializeResult[None] | AssetCheckResult]:
        run_id = context.run.run_id
        say = progress_of(context)
        whole = context.selected_asset_keys == models.keys and context.selected_asset_check_keys == models.check_keys
        # nothing is named where all is wanted, so that tests that are no asset check run too
        select = [] if whole else _names(context, nodes)
        say("dbt starts")
        checks = {key.name: key for key in context.selected_asset_check_keys}
        # the lock is the run's: see RUN_LOCK
        for unique_id, status, seconds in build_models(
            settings, run_id=run_id, select=select, rebuild=config.rebuild, progress=say
        ):
            # dbt parsed the project anew: a node may have come since Dagster loaded it
            node = nodes.get(unique_id)
            if node and node["resource_type"] in BUILT and status == "success":
                yield MaterializeResult(asset_key=translator.get_asset_key(node), metadata={"seconds": seconds})
            elif node and status == "pass" and node["name"] in checks:
                yield _passed(checks[node["name"]], node)
        results = build_results(settings)
        add_sample_keys(settings, run_id, results)
        for name, finding in findings(settings, run_id).items():
            if name in checks and finding.status != "passed":
                yield _not_passed(checks[name], finding)
        ran = {result.unique_id for result in results}
        for node in nodes.values():
            if node["name"] in checks and BUILD_TAG in node["config"]["tags"] and node["unique_id"] not in ran:
                yield _not_due(checks[node["name"]])
        if failed := failed_checks(settings, run_id, "critical"):
            raise CriticalCheckFailed("\n".join(failed))
        if broken := _broken(results):
            raise KuotaError("\n".join(["dbt could not build every model:", *broken]))

    return models


def _names(context: AssetExecutionContext, nodes: Mapping[str, dict[str, Any]]) -> list[str]:
    """What dbt is told to build and test: the selected models, seeds and tests by their full names."""
    checks = {key.name for key in context.selected_asset_check_keys}
    translator = LayerTranslator()
    return [
        "fqn:" + ".".join(node["fqn"])
        for node in nodes.values()
        if (node["resource_type"] in BUILT and translator.get_asset_key(node) in context.selected_asset_keys)
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


def _not_due(key: AssetCheckKey) -> AssetCheckResult:
    # Dagster skips what lies downstream of a blocking check that reports nothing
    return AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=True,
        description="Passed when it last ran. Runs in the first run of a week, and in a rebuild.",
        metadata={"status": "not checked"},
    )


def _not_passed(key: AssetCheckKey, finding: Finding) -> AssetCheckResult:
    return AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=False,
        severity=_severity(finding.severity == "critical"),
        description=f"The test itself broke, not the data: {finding.observed}" if finding.status == "errored" else None,
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


def _broken(results: Sequence[NodeResult]) -> list[str]:
    """One line a model that broke. One that reads what was never built says what to run."""
    broken = [(it.unique_id.split(".")[2], " ".join(it.message.split())) for it in results if it.status == "error"]
    never_built = any("does not exist" in message for _, message in broken)
    hint = ["What it reads was never built: run the job `refresh` first, or materialize what lies upstream."]
    return [f"{name}: {message}" for name, message in broken] + (hint if never_built else [])
