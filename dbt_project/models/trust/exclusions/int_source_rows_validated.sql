-- noqa: disable=LT02,LT09
-- Every current row of every source and object, once, with the reason for which it is excluded from all figures, null where it counts; and
-- the rows that could not be read. By source and object, current rows = counted + excluded. A union of the validated models.
{% set row = 'source_key, source_file, source_row' %}
{% set no_record %}
cast(null as varchar) as source_record_id, cast(null as date) as dated_on, cast(null as boolean) as is_linked
{%- endset %}
{#- Of a record also its id, the day by which it is counted, whether what it names is known, and which rows of its model are current. -#}
{% set records = {
    'rep': ('int_reps_unioned', 'rep_id', none, none, 'true'),
    'account': ('int_accounts_unioned', 'account_id', business_date('created_at'), none, 'true'),
    'product': ('int_products_unioned', 'product_id', none, none, 'true'),
    'team': ('int_teams_unioned', 'team_id', none, none, 'true'),
    'opportunity': (
        'int_opportunity_history_validated', 'source_opportunity_id', 'created_on', 'owner_rep_id is not null', 'known_to is null'
    ),
    'lead': ('int_leads_validated', 'source_lead_id', 'created_on', "owner_id <> 'unassigned'", 'true'),
    'activity': ('int_activities_validated', none, 'occurred_on', "rep_id <> 'unassigned'", 'true'),
    'opportunity_line': ('int_opportunity_parts', none, none, 'product_id is not null', "part = 'line' and known_to is null"),
    'opportunity_split': ('int_opportunity_parts', none, none, "rep_id <> 'unassigned'", "part = 'split' and known_to is null"),
} %}
{#- Rows of registers: where the register has a column source, it names another one. -#}
{% set registers = {
    'crosswalk': 'int_crosswalks_validated',
    'collection_change': 'int_collection_changes_validated',
    'collection_break_review': 'int_break_reviews_validated',
} %}
{#- Registers in which only a row with the key of a newer one is excluded. -#}
{% set plain_registers = {
    'stage_map': 'stg_registers__stage_maps',
    'value_map': 'stg_registers__value_maps',
    'exchange_rate': 'stg_registers__exchange_rates',
    'holiday': 'stg_registers__holidays',
    'ramp': 'stg_registers__ramps',
} %}

with

records as (
    {% for object, (model, id, dated_on, is_linked, condition) in records.items() -%}
    select
        source, '{{ object }}' as object, {{ row }}, exclusion_reason,
        cast({{ id or 'null' }} as varchar) as source_record_id,
        cast({{ dated_on or 'null' }} as date) as dated_on,
        cast({{ is_linked or 'null' }} as boolean) as is_linked
    from {{ ref(model) }}
    -- a team that a source only names on its reps has no row of its own
    where source_file is not null and {{ condition }}
        {{ 'union all' if not loop.last }}
    {% endfor -%}
),

known_opportunities as (
    select opportunity_id from {{ ref('int_opportunity_history_validated') }}
    where exclusion_reason is null and known_to is null
),

stage_rows as (
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

-- of the extracts that count: the newest full one of an object, every delta
newest_extracts as (
    select
        source,
        object,
        max(extracted_at) as newest_extracted_at
    from {{ source('raw', 'load_ledger') }}
    where is_full
    group by source, object
),

unreadable_rows as (
    select quarantine.*
    from {{ source('raw', 'quarantine') }} as quarantine
    left join newest_extracts
        on
            quarantine.source = newest_extracts.source
            and quarantine.object = newest_extracts.object
    where newest_extracts.source is null or quarantine.extracted_at = newest_extracts.newest_extracted_at
),

register_rows as (
    {% for object, model in registers.items() -%}
    select 'registers' as source, '{{ object }}' as object, {{ row }}, exclusion_reason from {{ ref(model) }}
    union all
    {% endfor -%}
    {% for object, model in plain_registers.items() -%}
    select
        'registers' as source, '{{ object }}' as object, {{ row }},
        case
            when row_number() over (
                partition by source_key order by row_hash desc, source_file asc, source_row asc
            ) > 1 then 'duplicate'
        end as exclusion_reason
    from {{ ref(model) }}
    where is_current
    union all
    {% endfor -%}
    select source, object, {{ row }}, exclusion_reason from {{ ref('int_references_validated') }}
    union all
    select source, 'quota' as object, {{ row }}, exclusion_reason
    from {{ ref('int_quotas_validated') }}
    where superseded_at is null
    union all
    -- only the register is the plan
    select source, 'quota' as object, {{ row }}, 'not_the_plan' as exclusion_reason
    from (
        {{ union_sources('quotas', row, 'is_current') }}
    ) as crm_quotas
),

unioned as (
    select *, true as is_readable from records
    union all
    select *, true as is_readable from stage_rows
    union all
    select *, {{ no_record }}, true as is_readable from register_rows
    union all
    select
        source, object, null as source_key, source_file, source_row, reason as exclusion_reason, {{ no_record }},
        false as is_readable
    from unreadable_rows
),

final as (
    select
        unioned.*,
        coalesce(sources.kind = 'register', false) as is_of_register
    from unioned
    left join {{ source('raw', 'source') }} as sources on unioned.source = sources.source
)

select * from final
