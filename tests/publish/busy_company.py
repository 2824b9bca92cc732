"""The small company after a hard month: breaks, restatements, a late source, rows set aside, twelve runs of checks."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from small_company import CHECKS, MODELS, RAW_KEYS, TIES, UNIQUE, at, build, record
from test_publish_quality import SET_ASIDE_MODEL, deliver_quotas

from orchestration.publish import CriticalCheck, publish_marts
from orchestration.settings import Settings
from orchestration.warehouse import connect

TRUST_MODELS = {
    "marts.mart_restatement": ["marts.fct_credits"],
    "marts.mart_restated_share": ["marts.mart_restatement"],
    "marts.mart_collection_health": ["staging.stg_crm__opportunities"],
    "marts.mart_exclusion": ["staging.stg_crm__opportunities"],
    "marts.dim_teams": [],
}
OWNER_KNOWN = CriticalCheck("raw", "raw.crm__opportunity", "gx_owner_known", ("raw.crm__opportunity",))

SOURCES = """
create or replace table raw.source as
select
    source, kind, 'team:sales-operations' as owner, days as expected_every_days, 'USD' as default_currency,
    false as lost_amount_is_blank, '' as description
from (values
    ('crm', 'crm', 1), ('old_crm', 'crm', 7), ('registers', 'register', 31), ('generic', 'crm', 1),
    ('left_crm', 'crm', 1), ('undead_crm', 'crm', 1)
) as sources(source, kind, days)
"""
LATE_SOURCES = """
insert into raw.load_ledger by name
select
    * exclude (name, days)
    replace (name as source, extracted_at - to_days(days::integer) as extracted_at)
from raw.load_ledger cross join (values ('old_crm', 10), ('left_crm', 92), ('undead_crm', 3)) as others(name, days)
where source = 'crm'
"""
SOURCE_ENDS = """
create or replace table raw.source_end as
select source, ended_on, ended_on + interval 1 day - interval 1 microsecond as ended_at
from (values ('left_crm', date '2017-09-30'), ('undead_crm', date '2017-11-30')) as ends(source, ended_on)
"""
BREAKS = """
create or replace table quality.collection_break as
select
    'B' || row_number() over () as break_id, kind, origin, source, object, field, population,
    starts_on::date as starts_on,
    0.97 as confidence, 'calls,meetings' as metrics, null::varchar as record_type, ends_on::date as ends_on,
    12.0 as size, null::varchar as bridge_rule, 'calls per week: 43.2 before, 0.0 after' as evidence, review,
    if(review is null, null, 'ops') as reviewed_by, if(review is null, null, date '2017-12-20') as reviewed_on,
    if(kind = 'outage', starts_on::date, null) as unrecorded_from, review is distinct from 'dismissed' as is_trusted
from (values
    ('tracking_started', 'declared', 'crm', 'opportunity', 'closed_on', 'all', '2017-03-01', null, 'confirmed'),
    ('outage', 'detected', 'crm', 'activity', 'rows', 'team:crm:north', '2017-05-01', '2017-07-09', null),
    ('bulk_edit', 'detected', 'crm', 'opportunity', 'opportunity_type', 'all', '2017-08-07', '2017-08-13', 'dismissed'),
    ('volume_regime_changed', 'detected', 'old_crm', 'activity', 'rows', 'all', '2011-02-07', null, null),
    ('field_fill_changed', 'detected', 'old_crm', 'lead', 'source', 'pipeline:New business', '2017-10-02', null, null)
) as breaks(kind, origin, source, object, field, population, starts_on, ends_on, review)
"""
RESTATEMENT = """
create or replace table marts.mart_restatement as
select
    case name when 'Company' then 'company' when 'North' then 'team' else 'rep' end as assignee_type,
    'crm:' || lower(name) as assignee_id, name as assignee_name, metric, 'month' as period_type,
    period_start::date as period_start, last_day(period_start::date) as period_end, days_after,
    said::decimal(18, 2) as reported_amount, current::decimal(18, 2) as current_amount,
    (current - said)::decimal(18, 2) as restated_amount, (current - said) / nullif(current, 0) as restated_ratio,
    2 as restated_record_count
from (values
    ('Ann', 'revenue_won', '2017-11-01', 0, 1000, 1250), ('Ann', 'revenue_won', '2017-11-01', 30, 1200, 1250),
    ('Bob', 'calls', '2017-10-01', 0, 80, 60), ('Bob', 'calls', '2017-11-01', 0, 70, 70),
    ('Cid', 'calls', '2017-01-01', 0, 10, 900), ('Company', 'calls', '2017-10-01', 0, 1000, 2000),
    ('North', 'calls', '2017-10-01', 0, 10, 9000)
) as restated(name, metric, period_start, days_after, said, current)
"""
RESTATED_SHARE = """
create or replace table marts.mart_restated_share as
select
    if(team_id = 'all', 'crm', 'all') as source, team_id, metric, 'month' as period_type,
    period_start::date as period_start, days_after,
    share::double as restated_share, moved::decimal(18, 2) as moved_amount, current::decimal(18, 2) as current_amount
from (values
    ('all', 'calls', '2017-10-01', 0, 0.08, 8, 100), ('all', 'calls', '2017-11-01', 0, 0.0, 0, 100),
    ('all', 'revenue_won', '2017-11-01', 0, 0.2, 20, 100),
    ('crm:north', 'revenue_won', '2017-11-01', 0, 0.004, 4, 1000),
    ('all', 'revenue_won', '2017-11-01', 30, 0.9, 90, 100)
) as shares(team_id, metric, period_start, days_after, share, moved, current)
union all
select
    'all', 'all', metric, 'month', month::date, days_after, moved / 200, moved::decimal(18, 2), 200::decimal(18, 2)
from (values
    -- over October and November 30 + 10 of 400, then 10 of 400, then none; December did not end 30 days ago
    ('emails', '2017-10-01', 0, 30), ('emails', '2017-11-01', 0, 10), ('emails', '2017-12-01', 0, 100),
    ('emails', '2017-10-01', 7, 10), ('emails', '2017-11-01', 7, 0),
    ('emails', '2017-10-01', 30, 0), ('emails', '2017-11-01', 30, 0),
    ('meetings', '2017-10-01', 0, 0), ('meetings', '2017-10-01', 30, 0)
) as shares(metric, month, days_after, moved)
"""
HEALTH = """
create or replace table marts.mart_collection_health as
select
    'crm' as source, team_id, week::date as period_start, (score - 3 * weeks)::integer as score, 20 as filled_weight,
    20 as filled_points, 80 as activity_history_weight, (score - 3 * weeks - 20)::integer as activity_history_points
from (values ('all', 91), ('crm:north', 100)) as teams(team_id, score),
    (select range as week, 10 * (row_number() over () % 3) as weeks
     from range(date '2017-06-05', date '2017-12-26', interval 7 day))
"""
TEAMS = "create or replace table marts.dim_teams as select 'crm:north' as team_id, 'North' as team_name"
EXCLUSION = """
create or replace table marts.mart_exclusion as
select 'crm' as source, 'opportunity' as object, reason
from (values ('duplicate'), ('duplicate'), ('unknown_stage')) as excluded(reason)
"""

DATED_BY = {"raw.crm__opportunity": ["created_at", "close_date"]}


def make_busy(settings: Settings) -> None:
    """Published once, with twelve runs of checks before it; whatever fails afterwards is the test's own."""
    build(settings)
    deliver_quotas(settings)
    with connect(settings.warehouse) as connection:
        of_ingest, of_trust = (SOURCES, LATE_SOURCES, SOURCE_ENDS), (BREAKS, RESTATEMENT, RESTATED_SHARE, HEALTH)
        for statement in (*of_ingest, *of_trust, TEAMS, EXCLUSION):
            connection.execute(statement)
        connection.execute(
            "create or replace table raw.crm__opportunity as "
            "select '1' as opportunity_id, '2017-04-03T10:00:00Z' as created_at, '2017-11-20' as close_date, "
            "null::timestamp as _superseded_at, false as _is_tombstone "
            "union all select '2', '2016-12-31', '2017-02-01', null, false"
        )
        connection.executemany(
            "insert into quality.model_build values ('run-1', ?, ?)", [[name, at("10:02")] for name in TRUST_MODELS]
        )
        for days in range(12, 0, -1):
            run_id, when = f"run-0-{days}", at("10:03") - timedelta(days=days)
            blocked = days in (4, 5)
            record(connection, RAW_KEYS, "failed" if blocked else "passed", when, run_id=run_id)
            record(connection, OWNER_KNOWN, "failed", when, run_id=run_id, severity="warning", unexpected_count=3)
            for check in () if blocked else (UNIQUE, TIES):
                record(connection, check, "passed", when, run_id=run_id)
    publish_marts(
        settings.warehouse, settings.published, run_id="run-1", models=MODELS | TRUST_MODELS, critical_checks=CHECKS
    )


def write_manifest(settings: Settings, dated_by: Mapping[str, Sequence[str]] = DATED_BY) -> None:
    """What dbt would say about these tables, as far as the ops page needs it."""
    parents = MODELS | TRUST_MODELS
    tables = {*parents, *(parent for of_table in parents.values() for parent in of_table), *dated_by}
    nodes = {
        table: {
            "resource_type": "model" if table in parents else "source",
            "schema": table.partition(".")[0],
            "name": table.partition(".")[2],
            "depends_on": {"nodes": parents.get(table, [])},
            "config": {"meta": {"dated_by": dated_by.get(table, [])}},
        }
        for table in tables
    }
    settings.dbt_target.mkdir(parents=True, exist_ok=True)
    nodes["model.k.refused"] = SET_ASIDE_MODEL
    settings.dbt_manifest.write_text(json.dumps({"nodes": nodes, "sources": {}}))


def block(settings: Settings) -> None:
    """The run after it: two critical checks fail, one breaks, and an owner is still unknown."""
    with connect(settings.warehouse) as connection:
        when, run_id = at("11:00"), "run-2"
        record(connection, UNIQUE, "failed", when, run_id=run_id, unexpected_count=3)
        record(connection, TIES, "failed", when, run_id=run_id, unexpected_count=1, observed="1.00 is not 2.00")
        record(connection, RAW_KEYS, "errored", when, run_id=run_id, observed="no such column: opportunity_key")
        record(connection, OWNER_KNOWN, "failed", when, run_id=run_id, severity="warning", unexpected_count=1)
        connection.execute(
            "update quality.check_result set sample_keys = ? where run_id = ? and check_name = ?",
            ['[{"opportunity_id": "1", "owner_id": null, "contact_email": "a@b.c"}]', run_id, OWNER_KNOWN.check_name],
        )
