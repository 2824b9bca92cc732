"""The files of a sample company as tables."""

from pathlib import Path

import duckdb

GENERIC = {
    "reps": "rep_id,name,email,role,segment,team_id,manager_id,region,time_zone,hired_on,ended_on",
    "teams": "team_id,name,parent_team_id,manager_id",
    "team_memberships": "rep_id,team_id,valid_from,valid_to",
    "accounts": "account_id,name,industry,region,segment,owner_id,parent_account_id,created_at",
    "products": "product_id,name,family,list_price,unit_cost,currency",
    "leads": "lead_id,created_at,source,owner_id,status,qualified_at,converted_at,opportunity_id",
    "opportunities": "opportunity_id,owner_id,stage,created_at,name,account_id,pipeline,amount,currency,type,"
    "close_date,closed_at,created_by,lead_id,loss_reason,forecast_category,probability,updated_at,is_deleted",
    "stage_events": "opportunity_id,changed_at,to_stage,from_stage,changed_by",
    "opportunity_lines": "line_id,opportunity_id,product_id,quantity,unit_price,discount_rate",
    "opportunity_splits": "opportunity_id,rep_id,share",
    "activities": "activity_id,type,rep_id,occurred_at,logged_at,opportunity_id,lead_id,account_id,direction,"
    "duration_minutes,outcome,tool",
}
PIPEDRIVE = {
    "deal_changes": "deal_id,change_time,changed_field_key,new_value",
    "deals": "id,title,value,currency,user_id,org_id,stage_id,status,add_time,update_time,won_time,lost_time,"
    "expected_close_date,lost_reason",
    "activities": "activity_id,type,assigned_to_user,deal_id,done,due_to",
    "users": "id,name,email,modified",
    "stages": "stage_id,stage_name,pipeline_id,pipeline_name",
    "organizations": "id,name",
    "leads": "id,title,owner_id,add_time,source_name,deal_id",
}
SALESFORCE = [
    "Opportunity", "OpportunityHistory", "OpportunityFieldHistory", "User", "Account", "Lead", "RecordType", "Product2",
    "OpportunityLineItem", "Task", "Event",
]  # fmt: skip
HUBSPOT = [
    "deals", "deals_archived", "deal_property_history", "pipelines", "owners", "companies", "contacts", "calls",
    "emails", "meetings", "tasks",
]  # fmt: skip
# the last day of Pipedrive before its region moves to Salesforce
MOVED_AFTER = "2025-11-30"
REGISTERS = {
    "quotas": "assignee_type,assignee,metric,period_type,period_start,target,currency,effective_from,note",
    "stage_map": "source,pipeline,source_stage,stage,stage_order,is_closed,is_won,valid_from,valid_to",
    "value_map": "source,object,field,source_value,value,valid_from,valid_to",
    "collection_changes": "change_id,effective_on,source,object,field,team,what_changed,bridge_rule,declared_by,"
    "declared_on",
    "exchange_rates": "month,currency,rate_to_reporting",
    "holidays": "date,region,name",
    "ramp": "role,month_of_tenure,share",
    "leave": "rep_id,from_date,to_date",
    "crosswalk": "entity,source,source_id,canonical_id,valid_from",
}


def read(landing: Path, day: str = "*") -> duckdb.DuckDBPyConnection:
    """One table per file, pipedrive_… for those of Pipedrive, rows of all extracts of `day` together, all text, with
    the day of the extract; the activities of the telephone system with the others. hubspot_… have the objects of their
    lines as JSON in `json`. For Pipedrive, once its region has left, the day is its last day before that; Salesforce's
    logs come in parts, so its tables always have all days."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for folder, names in (("generic", GENERIC), ("pipedrive", PIPEDRIVE), ("salesforce", SALESFORCE)):
        prefix = "" if folder == "generic" else f"{folder}_"
        has_left = folder == "pipedrive" and (landing / "salesforce").exists()
        days = MOVED_AFTER if has_left and day != "*" else "*" if folder == "salesforce" else day
        for name in names:
            # a separate file, and files that are delivered in parts
            _read(connection, prefix + name, landing, [f"{folder}/{days}/{name}{end}" for end in (".csv", "-*.csv")])
    for name in HUBSPOT:
        _read(connection, f"hubspot_{name}", landing, [f"hubspot/{day}/{name}{end}" for end in (".jsonl", "-*.jsonl")])
    for name in REGISTERS:
        _read(connection, name, landing, [f"registers/*/{name}.csv"])
    return connection


def _read(connection: duckdb.DuckDBPyConnection, table: str, landing: Path, patterns: list[str]) -> None:
    files = sorted(str(path) for pattern in patterns for path in landing.glob(pattern))
    if not files:
        return
    rows = (
        "read_json_objects(?, filename = true)"
        if files[0].endswith(".jsonl")
        else "read_csv(?, all_varchar = true, filename = true, header = true)"
    )
    connection.execute(
        f"""create table {table} as
        select * exclude filename, regexp_extract(filename, '([0-9-]{{10}})[^0-9/]*/[^/]*$', 1) as day
        from {rows}""",
        [files],
    )


def one(connection: duckdb.DuckDBPyConnection, query: str) -> object:
    """The only value of a query."""
    rows = connection.execute(query).fetchall()
    assert len(rows) == 1 and len(rows[0]) == 1
    return rows[0][0]


def count(connection: duckdb.DuckDBPyConnection, rows: str) -> int:
    """How many rows `from …` has."""
    found = one(connection, f"select count(*) {rows}")
    assert isinstance(found, int)
    return found


def contents(landing: Path) -> dict[str, bytes]:
    """The bytes of every file, by its path below the folder."""
    return {str(path.relative_to(landing)): path.read_bytes() for path in landing.rglob("*") if path.is_file()}
