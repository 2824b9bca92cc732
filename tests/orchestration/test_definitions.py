import json
import re

from dagster import AssetKey

from orchestration.guard import load_suites
from orchestration.run_lock import RUN_LOCK
from orchestration.settings import PROJECT
from tests.orchestration.conftest import Deployment

ROOMS = ("ingest", "transform", "guard", "publish", "serve")
LAYERS = {"raw", "staging", "core", "trust", "marts", "published"}


def test_rooms_never_import_each_other() -> None:
    imports = re.compile(r"^\s*(?:from|import) orchestration\.(\w+)", re.MULTILINE)
    crossed = [
        f"{path.relative_to(PROJECT)} imports {other}"
        for room in ROOMS
        for path in sorted((PROJECT / "orchestration" / room).rglob("*.py"))
        for other in imports.findall(path.read_text(encoding="utf-8"))
        if other in ROOMS and other != room
    ]
    assert crossed == []


def test_definitions_load_and_every_job_resolves(loaded: Deployment) -> None:
    assert {job.name for job in loaded.definitions.resolve_all_job_defs()} >= {"refresh", "rebuild"}


def test_every_step_runs_under_the_lock(loaded: Deployment) -> None:
    # the rooms take it nowhere themselves
    job = loaded.definitions.resolve_implicit_global_asset_job_def()
    steps = {node.name: node.definition.required_resource_keys for node in job.nodes}
    assert {"extracts", "models", "raw_checks", "marts_checks", "published__marts"} <= set(steps)
    assert [name for name, resources in steps.items() if RUN_LOCK not in resources] == []


def test_a_person_can_follow_the_graph_of_all_groups(loaded: Deployment) -> None:
    groups = {spec.group_name or "" for spec in loaded.definitions.resolve_all_asset_specs()}
    assert len(groups) <= 27
    assert {group.partition("_")[0] for group in groups} == {"raw", "staging", "core", "trust", "marts", "publish"}


def test_every_asset_has_group_owner_description_and_kind(loaded: Deployment) -> None:
    specs = loaded.definitions.resolve_all_asset_specs()
    lacking = {
        spec.key.to_user_string(): [
            name for name in ("group_name", "owners", "description", "kinds") if not getattr(spec, name)
        ]
        for spec in specs
    }
    assert {key: names for key, names in lacking.items() if names} == {}


def test_keys_are_layer_then_source_or_area_then_name(loaded: Deployment) -> None:
    keys = {spec.key for spec in loaded.definitions.resolve_all_asset_specs()}
    assert AssetKey(["raw", "generic", "opportunity"]) in keys
    assert AssetKey(["staging", "generic", "stg_generic__opportunities"]) in keys
    assert AssetKey(["marts", "attainment", "mart_quota_attainment"]) in keys
    odd = [key for key in keys if key.path[0] not in LAYERS or len(key.path) != 3]
    assert odd == [AssetKey(["published", "marts"])]


def test_every_expectation_and_every_test_that_runs_every_time_is_an_asset_check(loaded: Deployment) -> None:
    shown = {(key.asset_key.path[-1], key.name) for key in loaded.definitions.resolve_asset_graph().asset_check_keys}
    settings = loaded.settings
    expectations = {
        (target.target.split("__")[-1].split(".")[-1], check.check_name)
        for room in ("raw", "marts")
        for suite in load_suites(settings.expectations / room)
        for target in suite.targets
        for check in target.expectations
    }
    nodes = json.loads((settings.dbt_target / "manifest.json").read_text())["nodes"].values()
    tests = {
        (node["attached_node"].split(".")[-1], node["name"])
        for node in nodes
        if node["resource_type"] == "test" and node.get("attached_node") and "build" not in node["tags"]
    }
    assert expectations and tests
    assert (expectations | tests) - shown == set()


def test_raw_is_fresh_by_the_cadence_of_its_source_and_the_publish_by_the_day(loaded: Deployment) -> None:
    policies = {
        spec.key.to_user_string(): spec.freshness_policy for spec in loaded.definitions.resolve_all_asset_specs()
    }
    # sources/crm_sales.yml expects an extract every 31 days, sources/generic.yml every day; one day of grace
    assert policies["raw/crm_sales/opportunity"].fail_window.to_timedelta().days == 32
    assert policies["raw/generic/opportunity"].fail_window.to_timedelta().days == 2
    assert policies["published/marts"].deadline_cron == "0 7 * * *"
    assert policies["published/marts"].timezone == "Asia/Jakarta"


def test_the_daily_schedule_runs_refresh_in_the_companys_time_zone(loaded: Deployment) -> None:
    schedule = loaded.definitions.resolve_schedule_def("daily_refresh")
    assert schedule.job_name == "refresh"
    assert schedule.cron_schedule == "0 5 * * *"
    assert schedule.execution_timezone == "Asia/Jakarta"


def test_after_every_kind_of_end_a_sensor_that_is_on_finishes_a_run_that_could_not(loaded: Deployment) -> None:
    sensors = {sensor.name: sensor.default_status.value for sensor in loaded.definitions.sensors or []}
    assert sensors == {
        "new_extracts": "STOPPED",
        "finish_after_success": "RUNNING",
        "finish_after_failure": "RUNNING",
        "finish_after_canceled": "RUNNING",
    }


def test_every_check_schedule_and_sensor_says_what_it_is_for(loaded: Deployment) -> None:
    graph = loaded.definitions.resolve_asset_graph()
    said = {key.name: graph.get_check_spec(key).description for key in graph.asset_check_keys}
    assert [name for name, description in said.items() if not description] == []
    assert said["one_row_per_fct_credits"].startswith(
        "One row per opportunity_id, rep_id. Never null: opportunity_id, "
    )
    owner = "relationships_fct_opportunities_owner_id__rep_id__ref_dim_reps_"
    assert said[owner] == "Each owner_id is a rep_id of dim_reps."
    assert said["source_is_on_time"].startswith("The newest extract of ")
    assert loaded.definitions.resolve_schedule_def("daily_refresh").description
    assert all(sensor.description for sensor in loaded.definitions.sensors or [])
