-- noqa: disable=LT02,ST05
-- What became known of each delivered deal, in order: the changes in the history of its properties, one row per instant, and the deal
-- itself. new_<column> is the new value, '' where it was cleared, null where nothing new is known.
{% set columns = hubspot_history_columns() %}
{% set delivered_columns = hubspot_delivered_columns() %}

with

deals as (
    select
        *,
        row_number() over (
            partition by deal_key, is_current
            order by updated_at desc nulls last, row_hash desc, source_file asc, source_row asc
        ) as position_of_deal
    from {{ ref('base_hubspot__deals') }}
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
    from {{ ref('base_hubspot__deal_changes') }} as changes
    inner join (select distinct deal_key from deals) as delivered_deals on changes.deal_key = delivered_deals.deal_key
    left join stages on changes.field = 'dealstage' and changes.new_value = stages.stage_key
    where
        changes.is_current
        and changes.changed_at is not null
        and changes.field in ('{{ columns | join("', '") }}')
),

logged as (
    select
        deal_key as history_key,
        deal_key,
        changed_at as observed_at,
        true as is_logged,
        true as has_log,
        {% for field, column in columns.items() -%}
        max(case when field = '{{ field }}' and position_of_field = 1 then coalesce(new_value, '') end) as new_{{ column }},
        {% endfor -%}
        {% for column in delivered_columns -%}
        cast(null as varchar) as new_{{ column }},
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
        {% for column in columns.values() -%}
        count(new_{{ column }}) as {{ column }}_count{{ ',' if not loop.last }}
        {% endfor %}
    from logged
    group by deal_key
),

delivered as (
    select
        {{ delivered_state() }},
        {% for column in columns.values() -%}
        coalesce(
            cast(deals.{{ column }} as varchar),
            case when coalesce(logged_deals.{{ column }}_count, 0) = 0 then '' end
        ) as new_{{ column }},
        {% endfor -%}
        {% for column in delivered_columns -%}
        coalesce(cast(deals.{{ column }} as varchar), '') as new_{{ column }},
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

final as (
    {{ states_positioned('logged', 'delivered') }}
)

select * from final
