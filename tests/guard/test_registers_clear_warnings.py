"""A warning about raw records that a register repairs is cleared by landing the register, and by nothing less."""

from pathlib import Path

import pytest

from orchestration.guard import validate
from orchestration.ingest import ingest
from orchestration.settings import Settings

VALUES = "source,object,field,source_value,value,valid_from,valid_to\n"
STAGES = "source,pipeline,source_stage,stage,stage_order,is_closed,is_won,valid_from,valid_to\n"
GENERIC = {
    "generic/2026-03-31/reps.csv": "rep_id,name\nR1,Ana Lima\n",
    "generic/2026-03-31/opportunities.csv": "opportunity_id,owner_id,stage,created_at,amount,currency,close_date\n"
    "D1,R1,Open,2026-01-01,1,USD,\nD2,R9,Open,2026-01-01,1,USD,\nD3,A. Lima,Open,2026-01-01,1,USD,\n",
}
CRM = {
    "crm_sales/2026-03-31/sales_teams.csv": "sales_agent,manager,regional_office\nAna Lima,Mo,East\n",
    "crm_sales/2026-03-31/products.csv": "product,series,sales_price\nGTX Pro,GTX,4821\n",
    "crm_sales/2026-03-31/sales_pipeline.csv": "opportunity_id,sales_agent,product,account,deal_stage,engage_date,"
    "close_date,close_value\nD1,A. Lima,GTXPro,,Engaging,2026-01-01,,\n",
}
HUBSPOT = {
    "hubspot/2026-03-31/owners.jsonl": '{"id": "1", "firstName": "Ana", "lastName": "Lima"}\n',
    "hubspot/2026-03-31/pipelines.jsonl": '{"id": "default", "label": "Sales", '
    '"stages": [{"id": "s1", "label": "Open"}]}\n',
    "hubspot/2026-03-31/deals.jsonl": '{"id": "D1", "properties": {"dealname": "One", "dealstage": "gone", '
    '"pipeline": "default", "hubspot_owner_id": "9", "createdate": "2026-01-01T00:00:00Z"}, '
    '"updatedAt": "2026-01-01T00:00:00Z"}\n',
}
VALUE_MAP, STAGE_MAP = "value_map.csv", "stage_map.csv"
NO_STAGES = {"registers/2026-03-31/stage_map.csv": STAGES + "pipedrive,,Open,Open,1,false,false,,\n"}


def landed(folder: Path, files: dict[str, str], target: str) -> dict[str, str]:
    """The status of each check on the deals once the files are loaded."""
    for name, text in files.items():
        path = folder / "landing" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = Settings(home=folder, landing=folder / "landing", warehouse=folder / "kuota.duckdb")
    ingest(settings, run_id=max(files))
    return {result.check_name: result.status for result in validate(settings, "raw", run_id="run", targets=[target])}


@pytest.mark.parametrize(
    ("source", "files", "not_enough", "enough", "checks"),
    [
        (
            "generic",
            GENERIC,
            {VALUE_MAP: VALUES + "generic,opportunity,owner_id,R9,R8,,\ngeneric,opportunity,owner_id,A. Lima,R1,,\n"},
            {
                VALUE_MAP: VALUES
                + "generic,opportunity,owner_id,R9,Ana Lima,,\ngeneric,opportunity,owner_id,a. lima,R1,,\n"
            },
            ["gx_owner_is_known"],
        ),
        (
            "crm_sales",
            CRM,
            {
                VALUE_MAP: VALUES
                + "crm_sales,account,account,A. Lima,Ana Lima,,\ncrm_sales,opportunity,product,GTXPro,G,,\n"
            },
            {
                VALUE_MAP: VALUES
                + "crm_sales,opportunity,sales_agent,A. Lima,Ana Lima,,\n"
                + "crm_sales,opportunity,product,GTXPro,GTX Pro,,\n"
            },
            ["gx_product_is_known", "gx_sales_agent_is_known"],
        ),
        (
            "hubspot",
            HUBSPOT,
            {STAGE_MAP: STAGES + "generic,,gone,Open,1,false,false,,\n"},
            {
                STAGE_MAP: STAGES + "hubspot,,gone,Open,1,false,false,,\n",
                VALUE_MAP: VALUES + "hubspot,opportunity,hubspot_owner_id,9,1,,\n",
            },
            ["gx_owner_is_known", "gx_stage_is_known"],
        ),
    ],
)
def test_the_warning_lasts_until_the_register_repairs_every_record(
    tmp_path: Path,
    source: str,
    files: dict[str, str],
    not_enough: dict[str, str],
    enough: dict[str, str],
    checks: list[str],
) -> None:
    target = f"raw.{source}__opportunity"
    days = {"2026-03-31": {}, "2026-04-30": not_enough}
    for day, registers in days.items():
        found = landed(tmp_path, files | NO_STAGES | on(day, registers), target)
        assert [found[check] for check in checks] == ["failed"] * len(checks), registers
    found = landed(tmp_path, on("2026-05-31", enough), target)
    assert [found[check] for check in checks] == ["passed"] * len(checks), found


def on(day: str, registers: dict[str, str]) -> dict[str, str]:
    return {f"registers/{day}/{name}": text for name, text in registers.items()}
