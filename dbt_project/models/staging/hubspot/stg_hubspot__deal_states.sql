-- noqa: disable=LT02
{#- A table, because it sorts the whole history and int models read the deals built on it many times. -#}
{{ config(materialized='table') }}
-- What was known of each delivered deal after each instant at which something was learned: from the history of its properties
-- and from the deal itself. A change tells its property from its instant on. A delivered deal tells all of them, from its last
-- update on where it has a history, else from its extract on; what it leaves blank was cleared, where no history says more. A history
-- without owners leaves the deal with the first one delivered.
{% set fields = {
    'dealstage': 'stage_key',
    'pipeline': 'pipeline_key',
    'hubspot_owner_id': 'owner_key',
    'amount': 'amount',
    'deal_currency_code': 'currency',
    'closedate': 'close_at',
    'dealname': 'deal_name',
    'dealtype': 'deal_type',
    'closed_lost_reason': 'loss_reason',
    'hs_manual_forecast_category': 'forecast_category',
    'hs_deal_stage_probability': 'probability',
} %}
{% set delivered_fields = ['company_key', 'contact_key', 'creator_user_key', 'is_archived', 'created_at', 'updated_at'] %}

with

deals as (
    select
        *,
        row_number() over (
            partition by deal_key, is_current
            order by updated_at desc nulls last, row_hash desc, source_file asc, source_row asc
        ) as position_of_deal
    from {{ ref('stg_hubspot__deals') }}
),

delivered_deals as (
    select distinct deal_key from deals
),

stages as (
    select * from {{ ref('stg_hubspot__stages') }}
    where is_last_known
),

-- of several values of a property at one instant the one that is furthest counts
ranked_changes as (
    select
        changes.deal_key,
        changes.changed_at,
        changes.field,
        case changes.field when 'closedate' then cast(changes.new_instant as varchar) else changes.new_value end as new_value,
        changes.source_file,
        changes.source_row,
        changes.row_hash,
        changes.extracted_at,
        row_number() over (
            partition by changes.deal_key, changes.changed_at, changes.field
            order by
                stages.stage_position desc nulls last,
                length(changes.new_value) desc nulls last,
                changes.new_value desc nulls last,
                changes.row_hash desc
        ) as position_of_field,
        row_number() over (
            partition by changes.deal_key, changes.changed_at
            order by changes.row_hash desc, changes.source_file asc, changes.source_row asc
        ) as position_of_row
    from {{ ref('stg_hubspot__deal_changes') }} as changes
    inner join delivered_deals on changes.deal_key = delivered_deals.deal_key
    left join stages on changes.field = 'dealstage' and changes.new_value = stages.stage_key
    where
        changes.is_current
        and changes.changed_at is not null
        and changes.field in (
            {% for field in fields -%}
            '{{ field }}'{{ ',' if not loop.last }}
            {% endfor %}
        )
),

logged as (
    select
        deal_key as history_key,
        deal_key,
        changed_at as observed_at,
        true as is_logged,
        true as has_log,
        {% for field, column in fields.items() -%}
        max(case when field = '{{ field }}' and position_of_field = 1 then coalesce(new_value, '') end) as told_{{ column }},
        {% endfor -%}
        {% for column in delivered_fields -%}
        cast(null as varchar) as told_{{ column }},
        {% endfor -%}
        max(case when position_of_row = 1 then source_file end) as source_file,
        max(case when position_of_row = 1 then source_row end) as source_row,
        max(case when position_of_row = 1 then row_hash end) as row_hash,
        cast(null as varchar) as extras,
        max(case when position_of_row = 1 then extracted_at end) as extracted_at,
        cast(null as timestamp) as superseded_at
    from ranked_changes
    group by deal_key, changed_at
),

logged_deals as (
    select
        deal_key,
        {% for field, column in fields.items() -%}
        max(case when field = '{{ field }}' then 1 else 0 end) as has_{{ column }}{{ ',' if not loop.last }}
        {% endfor %}
    from ranked_changes
    group by deal_key
),

delivered as (
    select
        {{ delivered_state() }},
        {% for column in fields.values() -%}
        coalesce(
            cast(deals.{{ column }} as varchar),
            case when coalesce(logged_deals.has_{{ column }}, 0) = 0 then '' end
        ) as told_{{ column }},
        {% endfor -%}
        {% for column in delivered_fields -%}
        coalesce(cast(deals.{{ column }} as varchar), '') as told_{{ column }},
        {% endfor -%}
        deals.source_file,
        deals.source_row,
        deals.row_hash,
        deals.extras,
        deals.extracted_at,
        deals.superseded_at
    from deals
    left join logged_deals on deals.deal_key = logged_deals.deal_key
),

positioned as (
    {{ states_positioned('logged', 'delivered') }}
),

known as (
    select
        *,
        {% for column in (fields.values() | list + delivered_fields) -%}
        {% if column == 'owner_key' -%}
        {{ known_or_first_delivered(column, 'history_key') }} as {{ column }},
        {% else -%}
        {{ last_known('told_' ~ column, 'history_key') }} as {{ column }},
        {% endif -%}
        {% endfor -%}
        lead(observed_at) over (partition by history_key order by position) as next_observed_at
    from positioned
),

final as (
    select
        -- ids
        history_key,
        deal_key,
        position,
        stage_key,
        pipeline_key,
        owner_key,
        company_key,
        contact_key,
        creator_user_key,

        -- text
        deal_name,
        deal_type,
        currency,
        loss_reason,
        forecast_category,

        -- numbers
        {{ parse_number('amount', 'decimal(18, 4)') }} as amount,
        {{ parse_number('probability', 'decimal(9, 6)') }} as probability,

        -- booleans: whether the row is of the history, and whether the deal has one
        is_logged,
        has_log,
        coalesce({{ parse_boolean('is_archived') }}, false) as is_archived,

        -- instants
        observed_at,
        next_observed_at,
        cast(created_at as timestamp) as created_at,
        cast(updated_at as timestamp) as updated_at,
        cast(close_at as timestamp) as close_at,

        -- origin
        source_file,
        source_row,
        row_hash,
        extracted_at,
        superseded_at,
        extras
    from known
)

select * from final
