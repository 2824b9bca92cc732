-- noqa: disable=LT02,LT05
-- What became known of each deal, in order: the changes of its log, one row per instant, and its rows of deals.csv. new_<column> is the
-- new value, '' where it was cleared, null where nothing new is known.
{% set columns = dict(pipedrive_log_columns(), **pipedrive_close_columns()) %}

with

log_rows as (
    select * from {{ ref('base_pipedrive__deal_changes') }}
    where is_current and field in ('add_time', '{{ columns | join("', '") }}')
),

stages as (
    select * from {{ ref('stg_pipedrive__stages') }}
    where is_last_known
),

deals as (
    select
        *,
        row_number() over (
            partition by deal_key, is_current
            order by updated_at desc nulls last, row_hash desc
        ) as position_of_deal
    from {{ ref('base_pipedrive__deals') }}
),

deals_with_status as (
    select deal_key from log_rows
    where field = 'status' and new_value is not null
    union
    select deal_key from deals
    where status is not null
),

changes as (
    select
        deal_key,
        changed_at,
        field,
        case
            when field in ('add_time', '{{ pipedrive_close_columns() | join("', '") }}') then cast(new_instant as varchar)
            else new_value
        end as new_value,
        source_file,
        source_row,
        row_hash,
        extracted_at
    from log_rows
    union all
    -- Pipedrive asks for a reason when a deal is lost, and only then: without any status of the deal, a reason is a loss
    select
        log_rows.deal_key,
        log_rows.changed_at,
        'status' as field,
        'lost' as new_value,
        log_rows.source_file,
        log_rows.source_row,
        log_rows.row_hash,
        log_rows.extracted_at
    from log_rows
    left join deals_with_status on log_rows.deal_key = deals_with_status.deal_key
    where log_rows.field = 'lost_reason' and log_rows.new_value is not null and deals_with_status.deal_key is null
),

-- of several values of a field at one instant the one that is furthest counts: an import writes a whole history in a second
ranked_changes as (
    select
        changes.*,
        row_number() over (
            partition by changes.deal_key, changes.changed_at, changes.field
            order by
                case changes.new_value when 'deleted' then 3 when 'won' then 2 when 'lost' then 1 else 0 end desc,
                stages.stage_position desc nulls last,
                length(changes.new_value) desc nulls last,
                changes.new_value desc nulls last
        ) as position_of_field,
        row_number() over (
            partition by changes.deal_key, changes.changed_at
            order by changes.row_hash desc, changes.source_file asc, changes.source_row asc
        ) as position_of_row
    from changes
    left join stages on changes.field = 'stage_id' and changes.new_value = stages.stage_key
),

logged as (
    select
        deal_key as history_key,
        deal_key,
        changed_at as observed_at,
        true as is_logged,
        true as has_log,
        min(case when field = 'add_time' then coalesce(cast(new_value as timestamp), changed_at) end) as logged_created_at,
        {% for field, column in columns.items() -%}
        max(case when field = '{{ field }}' and position_of_field = 1 then coalesce(new_value, '') end) as new_{{ column }},
        {% endfor -%}
        cast(null as varchar) as new_delivered_created_at,
        cast(null as varchar) as new_updated_at,
        max(case when position_of_row = 1 then source_file end) as source_file,
        max(case when position_of_row = 1 then source_row end) as source_row,
        max(case when position_of_row = 1 then row_hash end) as row_hash,
        max(case when field = 'status' and position_of_field = 1 then source_file end) as status_source_file,
        max(case when field = 'status' and position_of_field = 1 then source_row end) as status_source_row,
        max(case when field = 'status' and position_of_field = 1 then row_hash end) as status_row_hash,
        cast(null as varchar) as extras,
        max(case when position_of_row = 1 then extracted_at end) as extracted_at,
        cast(null as timestamp) as superseded_at
    from ranked_changes
    group by deal_key, changed_at
),

logged_deals as (
    select distinct deal_key from logged
),

-- where a deal has a log a blank means nothing, because a column may not have been exported
delivered as (
    select
        {{ delivered_state() }},
        cast(null as timestamp) as logged_created_at,
        {% for column in columns.values() -%}
        coalesce(
            cast(deals.{{ 'closed_at' if column == 'close_at' else column }} as varchar),
            case when logged_deals.deal_key is null then '' end
        ) as new_{{ column }},
        {% endfor -%}
        cast(deals.created_at as varchar) as new_delivered_created_at,
        cast(deals.updated_at as varchar) as new_updated_at,
        deals.source_file,
        deals.source_row,
        deals.row_hash,
        deals.source_file as status_source_file,
        deals.source_row as status_source_row,
        deals.row_hash as status_row_hash,
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
