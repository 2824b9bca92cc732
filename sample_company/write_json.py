"""Frames to the objects of HubSpot's API, one per line."""

from pathlib import Path

import duckdb
import pandas as pd


def _iso(column: str) -> str:
    return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.000Z')"


def _linked(**columns: str) -> str:
    """The associations of an object: the first of each kind, by the column with its id."""
    kinds = [
        f"{kind}: if({column} is null, null, {{results: [{{id: {column}::varchar, type: '{link}'}}]}})"
        for kind, (column, link) in ((kind, text.split()) for kind, text in columns.items())
    ]
    return f"{{{', '.join(kinds)}}}"


def _object(
    properties: dict[str, str], *, key: str = "id", created: str, updated: str, links: str | None = None
) -> str:
    given = ", ".join(f"{name}: {value}" for name, value in {"hs_object_id": key, **properties}.items())
    associations = f", {links} as associations" if links else ""
    stamps = f'{_iso(created)} as "createdAt", {_iso(updated)} as "updatedAt"'
    return f"{key} as id, {{{given}}} as properties, {stamps}, archived" + associations


_MONEY = "printf(if(amount % 100 = 0, '%d', '%d.%02d'), amount // 100, amount % 100)"
_LINKS = _linked(deals="deal_id x_to_deal", contacts="contact_id x_to_contact", companies="company_id x_to_company")


def _activity(first_number: int, **properties: str) -> str:
    own = {"hs_timestamp": _iso("occurred_at"), "hubspot_owner_id": "owner::varchar", **properties}
    key = f"(number + {first_number})::varchar"
    return _object(own, key=key, created="logged_at", updated="logged_at", links=_LINKS)


_DEAL = _object(
    {
        "dealname": "name",
        "dealstage": "stage",
        "pipeline": "'default'",
        "amount": _MONEY,
        "deal_currency_code": "currency",
        "closedate": _iso("close_at"),
        "createdate": _iso("created_at"),
        "hs_lastmodifieddate": _iso("updated_at"),
        "hubspot_owner_id": "owner_id",
        "hs_created_by_user_id": "creator_id::varchar",
        "dealtype": '"type"',
        "closed_lost_reason": "loss_reason",
        "hs_manual_forecast_category": "forecast_category",
        "hs_deal_stage_probability": "probability",
        "hs_merged_object_ids": "merged",
    },
    created="created_at",
    updated="updated_at",
    links=_linked(companies="company_id deal_to_company", contacts="lead_id deal_to_contact"),
)
_STAGE = (
    '{id: stage_id, label: label, "displayOrder": place, archived: false, '
    'metadata: {"isClosed": is_closed::varchar, probability: probability}}'
)
HUBSPOT_FILES = {
    "deals": _DEAL,
    "deals_archived": _DEAL,
    "deal_property_history": 'deal_id::varchar as "dealId", property, "value", '
    f'{_iso("changed_at")} as "timestamp", \'CRM_UI\' as "sourceType", '
    '\'userId:\' || user_id as "sourceId", user_id as "updatedByUserId"',
    # one pipeline, one row per stage
    "pipelines": 'any_value(pipeline_id) as id, any_value(pipeline) as label, 0 as "displayOrder", false as archived, '
    f"list({_STAGE} order by place) as stages",
    "owners": 'id, email, \'PERSON\' as type, first_name as "firstName", last_name as "lastName", '
    f'user_id as "userId", {_iso("hired_on")} as "createdAt", {_iso("hired_on")} as "updatedAt", archived',
    "companies": _object(
        {
            "name": "name",
            "industry": "upper(industry)",
            "hubspot_owner_id": "owner::varchar",
            "createdate": _iso("created_at"),
            "hs_parent_company_id": "parent::varchar",
            "hs_merged_object_ids": "merged",
        },
        created="created_at",
        updated="created_at",
    ),
    # some instants come in milliseconds
    "contacts": _object(
        {
            "hubspot_owner_id": "owner::varchar",
            "lifecyclestage": "lifecycle",
            "hs_lead_status": "status",
            "hs_analytics_source": "lead_source",
            "createdate": _iso("created_at"),
            "hs_lifecyclestage_salesqualifiedlead_date": "epoch_ms(qualified_at)::varchar",
            "hs_lifecyclestage_opportunity_date": "epoch_ms(converted_at)::varchar",
            "hs_merged_object_ids": "merged",
        },
        created="created_at",
        updated="created_at",
        links=_linked(deals="deal_id contact_to_deal"),
    ),
    "calls": _activity(
        50_000_000_000,
        hs_call_direction="call_direction::varchar",
        hs_call_status="'COMPLETED'",
        hs_call_duration="(duration_minutes * 60000)::varchar",
    ),
    "emails": _activity(60_000_000_000, hs_email_direction="email_direction::varchar", hs_email_status="'SENT'"),
    "meetings": _activity(
        70_000_000_000,
        hs_meeting_start_time=_iso("occurred_at"),
        hs_meeting_end_time=_iso("occurred_at + to_minutes(duration_minutes)"),
        hs_meeting_outcome="'COMPLETED'",
    ),
    "tasks": _activity(
        80_000_000_000,
        hs_task_type="'TODO'",
        hs_task_status="'COMPLETED'",
        hs_task_completion_date=_iso("occurred_at"),
    ),
}


def write_jsonl(connection: duckdb.DuckDBPyConnection, path: Path, name: str, frame: pd.DataFrame) -> None:
    """Write `frame` as the objects of the file called `name`, in the order of its rows."""
    rows = connection.from_df(frame.reset_index(drop=True))
    shaped = rows.aggregate(HUBSPOT_FILES[name]) if name == "pipelines" else rows.project(HUBSPOT_FILES[name])
    connection.register("given", shaped)
    connection.execute(f"copy given to '{path}' (format json)")
    connection.unregister("given")
