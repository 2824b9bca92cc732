"""The dbt models and their tests as Dagster shows them, built by one dbt child."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dagster import (
    AssetCheckKey,
    AssetCheckResult,
    AssetCheckSeverity,
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
)
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from orchestration.errors import CriticalCheckFailed, KuotaError
from orchestration.progress import progress_of
from orchestration.run_lock import RUN_LOCK
from orchestration.settings import Settings
from orchestration.transform.build import BuildReport, build_models
from orchestration.transform.dbt import ensure_manifest
from orchestration.transform.findings import Finding, add_sample_keys, failed_checks, findings, row_counts
from orchestration.warehouse import connect, writer_lock

BUILT = ("model", "seed")


class LayerTranslator(DagsterDbtTranslator):
    """Asset keys [layer, source or area, name], groups by layer and area."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> AssetKey:
        """The key of a model (its folders), of a seed, or of a raw table."""
        name = dbt_resource_props["name"]
        if dbt_resource_props["resource_type"] == "source":
            source, separator, object_name = name.partition("__")
            return AssetKey(["raw", source, object_name] if separator else ["raw", "kuota", name])
        if dbt_resource_props["resource_type"] == "seed":
            return AssetKey(["intermediate", "vocabulary", name])
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

    @dbt_assets(
        manifest=manifest,
        name="models",
        dagster_dbt_translator=LayerTranslator(),
        required_resource_keys={RUN_LOCK},
    )
    def models(context: AssetExecutionContext) -> Iterator[MaterializeResult[None] | AssetCheckResult]:
        run_id = context.run.run_id
        say = progress_of(context)
        whole = context.selected_asset_keys == models.keys and context.selected_asset_check_keys == models.check_keys
        # nothing is named where all is wanted, so that tests that are no asset check run too
        select = [] if whole else _names(context, nodes)
        say("dbt starts")
        with writer_lock(settings):
            with connect(settings):
                pass  # makes the tables that dbt writes its results to
            report = build_models(settings, run_id=run_id, select=select, progress=say)
            add_sample_keys(settings, run_id, report.results)
            found, rows = findings(settings, run_id), row_counts(settings)
        # outside of the lock: Dagster may leave a generator hanging at a yield
        yield from _reported(context, nodes, report, found, rows)
        if not report.succeeded:
            if failed := failed_checks(settings, run_id, "critical"):
                raise CriticalCheckFailed("\n".join(failed))
            raise KuotaError("\n".join(["dbt could not build every model:", *_broken(report)]))

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


def _reported(
    context: AssetExecutionContext,
    nodes: Mapping[str, dict[str, Any]],
    report: BuildReport,
    found: Mapping[str, Finding],
    rows: Mapping[str, int],
) -> Iterator[MaterializeResult[None] | AssetCheckResult]:
    checks = {key.name: key for key in context.selected_asset_check_keys}
    translator = LayerTranslator()
    for result in report.results:
        # dbt parsed the project anew: a node may have come since Dagster loaded it
        node = nodes.get(result.unique_id)
        if node is None:
            continue
        if node["resource_type"] in BUILT and result.status == "success":
            counted = rows.get(f"{node['schema']}.{node['name']}")
            yield MaterializeResult(
                asset_key=translator.get_asset_key(node),
                metadata={"seconds": result.seconds} | ({} if counted is None else {"dagster/row_count": counted}),
            )
        elif node["name"] in checks and node["name"] in found:
            yield _checked(checks[node["name"]], node, found[node["name"]])


def _checked(key: AssetCheckKey, node: Mapping[str, Any], finding: Finding) -> AssetCheckResult:
    critical = node["config"]["severity"].lower() == "error"
    return AssetCheckResult(
        asset_key=key.asset_key,
        check_name=key.name,
        passed=finding.status == "passed",
        severity=AssetCheckSeverity.ERROR if critical else AssetCheckSeverity.WARN,
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


def _broken(report: BuildReport) -> list[str]:
    """One line a model that broke. One that reads what was never built says what to run."""
    broken = [
        (it.unique_id.split(".")[2], " ".join(it.message.split())) for it in report.results if it.status == "error"
    ]
    never_built = any("does not exist" in message for _, message in broken)
    hint = ["What it reads was never built: run the job `refresh` first, or materialize what lies upstream."]
    return [f"{name}: {message}" for name, message in broken] + (hint if never_built else [])
