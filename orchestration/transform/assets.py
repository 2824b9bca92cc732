"""The dbt models and their tests as Dagster shows them, built by one dbt child."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

from orchestration.errors import CriticalCheckFailed, KuotaError
from orchestration.progress import progress_of
from orchestration.settings import Settings
from orchestration.transform.dbt import add_sample_keys, dbt_environment, dbt_vars, ensure_manifest, failed_checks
from orchestration.warehouse import writer_lock

PROGRESS_EVERY = 50


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
    dbt = DbtCliResource(
        project_dir=str(settings.dbt_project),
        profiles_dir=str(settings.dbt_project),
        # beside this Python, whether or not its environment is activated
        dbt_executable=str(Path(sys.executable).with_name("dbt")),
    )

    @dbt_assets(manifest=manifest, name="models", dagster_dbt_translator=LayerTranslator())
    def models(context: AssetExecutionContext) -> Iterator[Any]:
        run_id = context.run.run_id
        say = progress_of(context)
        say("dbt starts")
        with writer_lock(settings), dbt_environment(settings, run_id):
            # the tests of the models themselves run in CI; a run checks the data
            invocation = dbt.cli(
                ["build", "--exclude-resource-type", "unit_test", *dbt_vars(settings)],
                context=context,
                target_path=settings.dbt_target,
                raise_on_error=False,
            )
            for done, event in enumerate(invocation.stream(), start=1):
                if done % PROGRESS_EVERY == 0:
                    say(f"dbt has built and tested {done} models and checks")
                yield event
            results = invocation.get_artifact("run_results.json")["results"] if not invocation.is_successful() else []
            add_sample_keys(settings, run_id, results)
        if not invocation.is_successful():
            broken = [f"{it['unique_id'].split('.')[2]}: {it['message']}" for it in results if it["status"] == "error"]
            if failed := failed_checks(settings, run_id, "critical"):
                raise CriticalCheckFailed("\n".join(failed))
            raise KuotaError("\n".join(["dbt could not build every model:", *broken]))

    return models
