"""The collection profile of a generated company, counted from its rows in DuckDB."""

import duckdb
import pandas as pd

from bench.collection_breaks.company import FIRST_MONDAY, Company


def lag(seconds: str) -> str:
    """The bin of a lag."""
    return (
        f"case when {seconds} < 0 then '0 before' when {seconds} < 3600 then '1 hour' "
        f"when {seconds} < 86400 then '2 day' when {seconds} < 259200 then '3 three days' "
        f"when {seconds} < 604800 then '4 week' when {seconds} < 1209600 then '5 two weeks' "
        f"when {seconds} < 2592000 then '6 month' else '7 later' end"
    )


LATE = lag("shown_late * 86400")
CLOSED_LATE = lag("close_shown_late * 86400")
MINUTES = "floor(round(log10(minutes) * 10, 6))::int::varchar"
AMOUNT = "floor(round(log10(amount) * 10, 6))::int::varchar"
# what each measure counts: rows of a frame, which part of them, and what is counted
FILLS = (
    ("activity", "activities", "direction", "has_direction", "true", "type"),
    ("activity", "activities", "opportunity_id", "is_linked", "true", "type"),
    ("activity", "activities", "duration_minutes", "minutes is not null", "true", "type"),
    ("opportunity", "deals", "account_id", "has_account", "closed_day is not null", "''"),
    ("opportunity", "closes", "loss_reason", "reason <> ''", "not is_won", "''"),
    ("lead", "leads", "source", "has_source", "true", "''"),
)
DISTRIBUTIONS = (
    ("activity", "activities", "activity_type", "category_count", "type", "true", "''"),
    ("activity", "activities", "activity_id", "key_shape_count", "rtrim(key, '0123456789') || '#'", "true", "''"),
    ("activity", "activities", "occurred_at", "hour_count", "((instant // 3600) % 24)::varchar", "true", "type"),
    ("activity", "activities", "duration_minutes", "magnitude_count", MINUTES,
     "minutes > 0", "type"),
    ("activity", "activities", "logged_at", "lag_count",
     lag("(logged - instant)"), "true", "type"),
    ("opportunity", "deals", "created_at", "lag_count", LATE, "true", "''"),
    ("opportunity", "closes", "close_date", "lag_count", CLOSED_LATE, "true", "''"),
    ("lead", "leads", "created_at", "lag_count", LATE, "true", "''"),
    ("stage_event", "events", "changed_at", "lag_count", LATE, "true", "''"),
    ("activity", "activities", "duration_minutes", "default_count", "minutes::varchar", "minutes > 0", "type"),
    ("opportunity", "deals", "amount", "default_count", "amount::varchar", "true", "''"),
    ("opportunity", "deals", "account_id", "default_count", "account::varchar", "has_account", "''"),
    ("opportunity", "deals", "opportunity_type", "category_count", "type", "true", "''"),
    ("opportunity", "deals", "currency", "category_count", "currency", "true", "''"),
    ("opportunity", "deals", "amount", "magnitude_count", AMOUNT, "true", "''"),
    ("opportunity", "closes", "loss_reason", "category_count", "reason", "reason <> '' and not is_won", "''"),
    ("lead", "leads", "source", "category_count", "source", "has_source", "''"),
    ("lead", "leads", "created_at", "hour_count", "((instant // 3600) % 24)::varchar", "true", "''"),
    ("stage_event", "events", "to_stage", "category_count", "stage", "true", "''"),
    ("stage_event", "events", "changed_at", "hour_count", "((instant // 3600) % 24)::varchar", "true", "''"),
)  # fmt: skip
VOLUMES = (
    ("activity", "activities", "rows", "type"),
    ("opportunity", "deals", "rows", "''"),
    ("opportunity", "closes", "close_date", "''"),
    ("stage_event", "events", "rows", "''"),
    ("lead", "leads", "rows", "''"),
)


def profile(company: Company) -> pd.DataFrame:
    """The columns of int_collection_profiles_counted."""
    activities = company.activities
    if "is_copy" not in activities:
        activities = activities.assign(is_copy=False)
    copies = activities
    activities = activities[~activities["is_copy"]]
    deals, events, leads = company.deals, company.events, company.leads
    closes = deals[deals["closed_day"].notna()]
    closes = closes.assign(day=closes["closed_day"].astype(int))
    end = company.shape.weeks * 7 * 86_400
    logged = activities[activities["logged"] < end]
    with duckdb.connect() as connection:
        for name, frame in {
            "deals": deals, "closes": closes, "events": events, "leads": leads, "activities": logged, "copies": copies,
            "edits": company.edits[company.edits["instant"] < end],
            "logs": pd.DataFrame({"team": logged["team"], "field": "logged_at", "instant": logged["logged"]}),
        }.items():  # fmt: skip
            connection.register(name, frame)
        return connection.sql(_query()).df()


def _query() -> str:
    def cells(
        frame: str, thing: str, field: str, measure: str, kind: str, category: str, value: str, total: str, where: str
    ) -> str:
        return (
            f"select '{thing}' as object, '{field}' as field, team, day // 7 as week, '{measure}' as measure, "
            f"{kind} as record_type, {category} as category, {value} as value, {total} as row_count "
            f"from {frame} where {where} group by all"
        )

    parts = [
        cells(frame, thing, field, "row_count", kind, "null", "count(*)", "count(*)", "true")
        for thing, frame, field, kind in VOLUMES
    ]
    parts += [
        cells(frame, thing, field, "filled_count", kind, "null", f"count(*) filter ({filled})", "count(*)", where)
        for thing, frame, field, filled, where, kind in FILLS
    ]
    parts += [
        cells(frame, thing, field, measure, kind, category, "count(*)", "count(*)", where)
        for thing, frame, field, measure, category, where, kind in DISTRIBUTIONS
    ]
    parts.append(
        cells("copies", "activity", "rows", "copy_count", "''", "null", "count(*) filter (is_copy)", "count(*)", "true")
    )
    bursts = []
    for frame, thing in (("edits", "opportunity"), ("logs", "activity")):
        for population, grouped in (("'all'", ""), ("'team:' || team", "team, ")):
            bursts.append(
                f"select '{thing}' as object, field, {population} as population, week, "
                "'largest_edit_count' as measure, '' as record_type, null as category, "
                "max(touched) as value, sum(touched) as row_count from ("
                f"select {grouped} field, instant // 604800 as week, instant // 600 as minutes, count(*) as touched "
                f"from {frame} group by all) group by all"
            )
    return f"""
        with cells as ({" union all ".join(parts)}),
        spread as (
            select 'all' as population, * exclude (team) from cells
            union all select 'team:' || team, * exclude (team) from cells
        ),
        added as (
            select object, field, population, week, measure, record_type, category,
                sum(value) as value, sum(row_count) as row_count
            from spread group by all
            union all {" union all ".join(bursts)}
        )
        select 'generic' as source, object, field, population,
            (date '{FIRST_MONDAY}' + week::int * 7)::date as week_start,
            measure, record_type, category, value::bigint as value, row_count::bigint as row_count
        from added where week >= 0
    """
