"""Frames to CSV files, in the columns and the text of each format."""

from pathlib import Path

import duckdb
import pandas as pd

GENERIC_FILES = {
    "reps": "rep_id name email role segment team_id manager_id region time_zone hired_on ended_on",
    "teams": "team_id name parent_team_id manager_id",
    "team_memberships": "rep_id team_id valid_from valid_to",
    "accounts": "account_id name industry region segment owner_id parent_account_id created_at",
    "products": "product_id name family list_price unit_cost currency",
    "leads": "lead_id created_at source owner_id status qualified_at converted_at opportunity_id",
    "opportunities": "opportunity_id owner_id stage created_at name account_id pipeline amount currency type "
    "close_date closed_at created_by lead_id loss_reason forecast_category probability updated_at is_deleted",
    "stage_events": "opportunity_id changed_at to_stage from_stage changed_by",
    "opportunity_lines": "line_id opportunity_id product_id quantity unit_price discount_rate",
    "opportunity_splits": "opportunity_id rep_id share",
    "activities": "activity_id type rep_id occurred_at logged_at opportunity_id lead_id account_id direction "
    "duration_minutes outcome tool",
}
PIPEDRIVE_FILES = {
    "deal_changes": "deal_id change_time changed_field_key new_value",
    "deals": "id title value currency user_id org_id stage_id status add_time update_time won_time lost_time "
    "expected_close_date lost_reason",
    "activities": "activity_id type assigned_to_user deal_id done due_to",
    "users": "id name email modified",
    "stages": "stage_id stage_name pipeline_id pipeline_name",
    "organizations": "id name",
    "leads": "id title owner_id add_time source_name deal_id",
}
SALESFORCE_FILES = {
    "Opportunity": "Id IsDeleted AccountId RecordTypeId Name StageName Amount Probability CloseDate Type "
    "ForecastCategoryName IsClosed IsWon CurrencyIsoCode OwnerId CreatedDate CreatedById LastModifiedDate "
    "SystemModstamp Loss_Reason__c",
    "OpportunityHistory": "Id IsDeleted OpportunityId CreatedById CreatedDate StageName Amount CloseDate",
    "OpportunityFieldHistory": "Id IsDeleted OpportunityId CreatedById CreatedDate Field DataType OldValue NewValue",
    "User": "Id Username LastName FirstName Name Email Title ManagerId IsActive UserType Country TimeZoneSidKey "
    "SystemModstamp",
    "Account": "Id IsDeleted MasterRecordId Name ParentId BillingCountry Industry OwnerId CreatedDate SystemModstamp",
    "Lead": "Id IsDeleted MasterRecordId LastName LeadSource Status OwnerId IsConverted ConvertedDate "
    "ConvertedContactId ConvertedOpportunityId CreatedDate SystemModstamp",
    "RecordType": "Id Name SobjectType",
    "Product2": "Id Name ProductCode IsActive Family IsDeleted",
    "OpportunityLineItem": "Id IsDeleted OpportunityId Product2Id Quantity UnitPrice Discount",
    "OpportunitySplit": "Id IsDeleted OpportunityId SplitOwnerId SplitPercentage SplitTypeId",
    "OpportunitySplitType": "Id MasterLabel SplitField IsTotalValidated",
    "Task": "Id IsDeleted WhoId WhatId AccountId ActivityDate Status OwnerId Type IsClosed CreatedDate "
    "CompletedDateTime TaskSubtype CallType CallDurationInSeconds CallDisposition IsRecurrence SystemModstamp",
    "Event": "Id IsDeleted WhoId WhatId AccountId StartDateTime ActivityDateTime ActivityDate DurationInMinutes "
    "IsAllDayEvent OwnerId Type IsChild IsRecurrence CreatedDate SystemModstamp",
}
REGISTER_FILES = {
    "quotas": "assignee_type assignee metric period_type period_start target currency effective_from note",
    "stage_map": "source pipeline source_stage stage stage_order is_closed is_won valid_from valid_to",
    "value_map": "source object field source_value value valid_from valid_to",
    "collection_changes": "change_id effective_on source object field team what_changed bridge_rule declared_by "
    "declared_on",
    "exchange_rates": "month currency rate_to_reporting",
    "holidays": "date region name",
    "ramp": "role month_of_tenure share",
    "leave": "rep_id from_date to_date",
    "crosswalk": "entity source source_id canonical_id valid_from",
    "crm_totals": "source metric period_type period_start scope_type scope amount read_on currency time_zone read_by "
    "definition",
}
_CENTS = {"amount", "value", "list_price", "unit_cost", "unit_price", "rate_to_reporting", "Amount", "UnitPrice"}
_TEN_THOUSANDTHS = {"share", "discount_rate", "probability"}
_PERCENT = {"Probability", "Discount", "SplitPercentage"}
_SALESFORCE_DATES = {"CloseDate", "ActivityDate", "ConvertedDate"}
_UTC_COLUMNS = ("_time", "due_to", "modified")


def write_csv(connection: duckdb.DuckDBPyConnection, path: Path, columns: str, frame: pd.DataFrame) -> None:
    """Write `frame` as CSV: exactly these columns, in the order of the rows; a missing column is blank.

    Instants (`…_at`, UTC) are written in the local time of the row's utc_offset, those of Pipedrive and Salesforce in
    UTC, other datetimes as dates.
    """
    _texts(connection, columns, frame).write_csv(str(path), header=True)


def _texts(connection: duckdb.DuckDBPyConnection, columns: str, frame: pd.DataFrame) -> duckdb.DuckDBPyRelation:
    names = columns.split()
    needed = [*names, "utc_offset", "prefix", "number"]
    given = frame[[name for name in needed if name in frame]].reset_index(drop=True)
    texts = [f'{_text(name, given)} as "{name}"' for name in names]
    return connection.from_df(given).project(", ".join(texts))


def _text(column: str, frame: pd.DataFrame) -> str:
    if column not in frame:
        # activity ids are composed here: SQL is faster for ten million texts
        made = {"activity_id": "prefix || printf('%07d', number)", "Id": "prefix || printf('%010d', number) || 'EAA'"}
        return made.get(column, "null::varchar")
    if pd.api.types.is_datetime64_any_dtype(frame[column]):
        if column.endswith(_UTC_COLUMNS):
            return f"strftime(\"{column}\", '%Y-%m-%d %H:%M:%S')"
        if column[0].isupper() and column not in _SALESFORCE_DATES:
            return f"strftime(\"{column}\", '%Y-%m-%dT%H:%M:%S.000Z')"
        if not column.endswith("_at"):
            return f"strftime(\"{column}\", '%Y-%m-%d')"
        local = f"strftime(\"{column}\" + to_hours(utc_offset::bigint), '%Y-%m-%dT%H:%M:%S')"
        return f"{local} || printf('+%02d:00', utc_offset::bigint)"
    if column in _CENTS and pd.api.types.is_integer_dtype(frame[column]):
        return f'printf(if("{column}" % 100 = 0, \'%d\', \'%d.%02d\'), "{column}" // 100, "{column}" % 100)'
    if column in _TEN_THOUSANDTHS:
        return f"rtrim(rtrim((\"{column}\" / 10000)::decimal(9, 4)::varchar, '0'), '.')"
    if column in _PERCENT:
        return f"rtrim(rtrim((\"{column}\" / 100)::decimal(9, 2)::varchar, '0'), '.')"
    if column == "duration_minutes":
        return f'if("{column}" < 0, null, "{column}")::varchar'
    return f'"{column}"::varchar'
