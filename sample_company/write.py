"""Frames to CSV files, in the columns and the text of EXTRACTS.md."""

from pathlib import Path

import duckdb
import pandas as pd

FILES = {
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
    "quotas": "assignee_type assignee metric period_type period_start target currency effective_from note",
    "stage_map": "source pipeline source_stage stage stage_order is_closed is_won valid_from valid_to",
    "value_map": "source object field source_value value valid_from valid_to",
    "collection_changes": "change_id effective_on source object field team what_changed bridge_rule declared_by "
    "declared_on",
    "exchange_rates": "month currency rate_to_reporting",
    "holidays": "date region name",
    "ramp": "role month_of_tenure share",
    "leave": "rep_id from_date to_date",
}
_CENTS = {"amount", "list_price", "unit_cost", "unit_price", "rate_to_reporting"}
_TEN_THOUSANDTHS = {"share", "discount_rate", "probability"}


def write_csv(folder: Path, name: str, frame: pd.DataFrame) -> None:
    """Write `frame` as `<name>.csv`: exactly its columns of FILES, in the order of the rows; a missing column is blank.

    Instants (`…_at`, UTC) are written in the local time of the row's utc_offset, other datetimes as dates.
    """
    columns = FILES[name].split()
    given = [column for column in columns if column in frame]
    extra = ["utc_offset"] if "utc_offset" in frame else []
    with duckdb.connect() as connection:
        relation = connection.from_df(frame[given + extra].reset_index(drop=True))
        types = dict(zip(relation.columns, relation.types, strict=True))
        texts = [
            f'{_text(column, str(types[column])) if column in types else "null::varchar"} as "{column}"'
            for column in columns
        ]
        relation.project(", ".join(texts)).write_csv(str(folder / f"{name}.csv"), header=True)


def _text(column: str, column_type: str) -> str:
    if column_type.startswith("TIMESTAMP"):
        if not column.endswith("_at"):
            return f"strftime(\"{column}\", '%Y-%m-%d')"
        local = f"strftime(\"{column}\" + to_hours(utc_offset::bigint), '%Y-%m-%dT%H:%M:%S')"
        return f"{local} || printf('+%02d:00', utc_offset::bigint)"
    if column in _CENTS:
        return f'printf(if("{column}" % 100 = 0, \'%d\', \'%d.%02d\'), "{column}" // 100, "{column}" % 100)'
    if column in _TEN_THOUSANDTHS:
        return f"rtrim(rtrim((\"{column}\" / 10000)::decimal(9, 4)::varchar, '0'), '.')"
    return f'"{column}"::varchar'
