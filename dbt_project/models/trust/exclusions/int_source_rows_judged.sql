-- noqa: disable=LT02
-- Every current row of every source and object, once, with the reason for which it is out of every number, null where it
-- counts. current rows = counted + excluded, by source and object.
{% set registers = {
    'stage_map': 'stg_registers__stage_maps',
    'value_map': 'stg_registers__value_maps',
    'exchange_rate': 'stg_registers__exchange_rates',
    'holiday': 'stg_registers__holidays',
    'ramp': 'stg_registers__ramps',
} %}
{#- What is known of a row beside its reason: its id, the day by which it is counted, and whether whom and what it names is known. -#}
{% set judged_objects = {
    'rep': {
        'model': 'int_reps_unioned',
        'id': 'rep_id', 'dated_on': 'cast(null as date)', 'is_linked': 'cast(null as boolean)',
    },
    'account': {
        'model': 'int_accounts_unioned',
        'id': 'account_id', 'dated_on': business_date('created_at'), 'is_linked': 'cast(null as boolean)',
    },
    'product': {
        'model': 'int_products_unioned',
        'id': 'product_id', 'dated_on': 'cast(null as date)', 'is_linked': 'cast(null as boolean)',
    },
    'opportunity': {
        'model': 'int_opportunities_validated',
        'id': 'source_opportunity_id', 'dated_on': 'created_on', 'is_linked': 'owner_rep_id is not null',
    },
    'lead': {
        'model': 'int_leads_validated',
        'id': 'source_lead_id', 'dated_on': 'created_on', 'is_linked': "owner_id <> 'unassigned'",
    },
    'activity': {
        'model': 'int_activities_judged',
        'id': 'cast(null as varchar)', 'dated_on': 'occurred_on', 'is_linked': "rep_id <> 'unassigned'",
    },
    'opportunity_line': {
        'model': 'int_opportunity_lines_validated',
        'id': 'cast(null as varchar)', 'dated_on': 'cast(null as date)', 'is_linked': 'product_id is not null',
    },
    'opportunity_split': {
        'model': 'int_opportunity_splits_validated',
        'id': 'cast(null as varchar)', 'dated_on': 'cast(null as date)', 'is_linked': "rep_id <> 'unassigned'",
    },
} %}

with

judged as (
    {% for object, judged in judged_objects.items() -%}
    select
        source,
        '{{ object }}' as object,
        source_key,
        source_file,
        source_row,
        exclusion_reason,
        {{ judged.id }} as source_record_id,
        {{ judged.dated_on }} as dated_on,
        {{ judged.is_linked }} as is_linked
    from {{ ref(judged.model) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- teams of crm_sales come from its reps and have no row of their own
teams as (
    select
        source,
        'team' as object,
        source_key,
        source_file,
        source_row,
        exclusion_reason,
        team_id as source_record_id,
        cast(null as date) as dated_on,
        cast(null as boolean) as is_linked
    from {{ ref('int_teams_unioned') }}
    where source_file is not null
),

quotas as (
    select
        source,
        'quota' as object,
        source_key,
        source_file,
        source_row,
        exclusion_reason
    from {{ ref('int_quotas_resolved') }}
    where superseded_at is null
),

-- the register alone is the plan
quotas_of_crms as (
    select
        'salesforce' as source,
        'quota' as object,
        source_key,
        source_file,
        source_row,
        'not_the_plan' as exclusion_reason
    from {{ ref('stg_salesforce__quotas') }}
    where is_current
),

-- the row's own column source says whose id it is
crosswalks as (
    select
        'registers' as source,
        'crosswalk' as object,
        source_key,
        source_file,
        source_row,
        exclusion_reason
    from {{ ref('int_crosswalks_resolved') }}
),

-- the change's own column source says whose collection changed
collection_changes as (
    select
        'registers' as source,
        'collection_change' as object,
        source_key,
        source_file,
        source_row,
        exclusion_reason
    from {{ ref('int_collection_changes_resolved') }}
),

break_reviews as (
    select
        'registers' as source,
        'collection_break_review' as object,
        source_key,
        source_file,
        source_row,
        exclusion_reason
    from {{ ref('int_break_reviews_matched') }}
),

staged as (
    {% for object, model in registers.items() -%}
    select
        'registers' as source,
        '{{ object }}' as object,
        source_key,
        source_file,
        source_row,
        row_hash
    from {{ ref(model) }}
    where is_current
        {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

plain as (
    select
        source,
        object,
        source_key,
        source_file,
        source_row,
        case
            when row_number() over (
                partition by source, object, source_key order by row_hash desc, source_file asc, source_row asc
            ) > 1 then 'duplicate'
        end as exclusion_reason
    from staged
),

referring as (
    select
        'generic' as source,
        'team_membership' as object,
        source_key,
        source_file,
        source_row,
        row_hash
    from {{ ref('stg_generic__team_memberships') }}
    where is_current
    union all
    select
        'registers' as source,
        'leave' as object,
        source_key,
        source_file,
        source_row,
        row_hash
    from {{ ref('stg_registers__leaves') }}
    where is_current
),

referring_judged as (
    select
        referring.source,
        referring.object,
        referring.source_key,
        referring.source_file,
        referring.source_row,
        coalesce(
            set_aside.reason,
            case
                when row_number() over (
                    partition by referring.source, referring.object, referring.source_key
                    order by referring.row_hash desc, referring.source_file asc, referring.source_row asc
                ) > 1 then 'duplicate'
            end
        ) as exclusion_reason
    from referring
    left join {{ ref('int_register_rows_set_aside') }} as set_aside
        on
            referring.source_file = set_aside.source_file
            and referring.source_row = set_aside.source_row
),

known_opportunities as (
    select opportunity_id
    from {{ ref('int_opportunities_validated') }}
    where exclusion_reason is null
),

stage_events as (
    select
        stage_log.source,
        'stage_event' as object,
        stage_log.source_key,
        stage_log.source_file,
        stage_log.source_row,
        case
            when not stage_log.is_in_force then 'migrated'
            when known_opportunities.opportunity_id is null then 'unknown_opportunity'
            when row_number() over (
                partition by stage_log.source, stage_log.source_key
                order by stage_log.row_hash desc, stage_log.source_file asc, stage_log.source_row asc
            ) > 1 then 'duplicate'
        end as exclusion_reason,
        cast(null as varchar) as source_record_id,
        stage_log.changed_on as dated_on,
        known_opportunities.opportunity_id is not null as is_linked
    from {{ ref('int_stage_log_unioned') }} as stage_log
    left join known_opportunities on stage_log.opportunity_id = known_opportunities.opportunity_id
    where stage_log.is_current
),

registered as (
    select * from quotas
    union all
    select * from quotas_of_crms
    union all
    select * from crosswalks
    union all
    select * from collection_changes
    union all
    select * from break_reviews
    union all
    select * from plain
    union all
    select * from referring_judged
),

final as (
    select * from judged
    union all
    select * from teams
    union all
    select * from stage_events
    union all
    select
        *,
        cast(null as varchar) as source_record_id,
        cast(null as date) as dated_on,
        cast(null as boolean) as is_linked
    from registered
)

select * from final
