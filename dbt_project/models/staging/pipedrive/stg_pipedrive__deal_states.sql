-- noqa: disable=LT02
{#- A table, because the models of deals and of stage events both read it, and it sorts the whole log. -#}
{{ config(materialized='table') }}
-- What was known of each deal after each instant at which something was learned, from the log of changes and from deals.csv.
-- A change tells its field from its instant on. A row of deals.csv tells the whole deal: beside a log from its update_time on,
-- without one from its extract on. So of each field the newest value counts, wherever it stands, and what was before the
-- first known value is unknown; but for the owner and the creation, where the log tells nothing of them.
{% set fields = {
    'status': 'status',
    'stage_id': 'stage_key',
    'pipeline_id': 'pipeline_key',
    'user_id': 'user_key',
    'org_id': 'organization_key',
    'title': 'title',
    'value': 'amount',
    'currency': 'currency',
    'lost_reason': 'loss_reason',
    'expected_close_date': 'expected_close_on',
    'deleted': 'is_deleted',
    'probability': 'probability_percent',
    'lead_id': 'lead_key',
} %}
{% set closing_fields = {'won_time': 'won_at', 'lost_time': 'lost_at', 'close_time': 'close_at'} %}
{% set delivered_fields = {'created_at': 'delivered_created_at', 'updated_at': 'updated_at'} %}

with

log_rows as (
    select * from {{ ref('stg_pipedrive__deal_changes') }}
    where is_current
        and field in (
            'add_time',
            {% for field in (fields.keys() | list + closing_fields.keys() | list) -%}
            '{{ field }}'{{ ',' if not loop.last }}
            {% endfor %}
        )
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
    from {{ ref('stg_pipedrive__deals') }}
),

logged_deals as (
    select
        deal_key,
        min(case when field = 'add_time' then coalesce(new_instant, changed_at) end) as first_created_at
    from log_rows
    group by deal_key
),

told_statuses as (
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
            when field in ('add_time', 'won_time', 'lost_time', 'close_time') then cast(new_instant as varchar)
            else new_value
        end as new_value,
        source_file,
        source_row,
        row_hash,
        extracted_at
    from log_rows
    union all
    -- Pipedrive asks for a reason when a deal is lost, and only then: where nothing tells a deal's status, this does
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
    left join told_statuses on log_rows.deal_key = told_statuses.deal_key
    where log_rows.field = 'lost_reason' and log_rows.new_value is not null and told_statuses.deal_key is null
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
        {% for field, column in (fields | dictsort + closing_fields | dictsort) -%}
        max(case when field = '{{ field }}' and position_of_field = 1 then coalesce(new_value, '') end) as told_{{ column }},
        {% endfor -%}
        {% for column in delivered_fields.values() -%}
        cast(null as varchar) as told_{{ column }},
        {% endfor -%}
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

-- beside a log a blank tells nothing, because a column may not have been exported
delivered as (
    select
        {{ delivered_state() }},
        {% for field, column in (fields | dictsort + closing_fields | dictsort) -%}
        coalesce(
            cast(deals.{{ 'closed_at' if column == 'close_at' else column }} as varchar),
            case when logged_deals.deal_key is null then '' end
        ) as told_{{ column }},
        {% endfor -%}
        {% for delivered_column, column in delivered_fields.items() -%}
        cast(deals.{{ delivered_column }} as varchar) as told_{{ column }},
        {% endfor -%}
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

positioned as (
    {{ states_positioned('logged', 'delivered') }}
),

known as (
    select
        *,
        {% for column in (fields.values() | list + delivered_fields.values() | list) -%}
        {% if column in ('user_key', 'delivered_created_at') -%}
        {{ known_or_first_delivered(column, 'history_key') }} as {{ column }}{{ ',' if not loop.last }}
        {% else -%}
        {{ last_known('told_' ~ column, 'history_key') }} as {{ column }}{{ ',' if not loop.last }}
        {% endif -%}
        {% endfor %}
    from positioned
),

followed as (
    select
        *,
        lag(status) over (partition by history_key order by position) as previous_status,
        lead(observed_at) over (partition by history_key order by position) as next_observed_at
    from known
),

-- a spell is the time between two changes of status: what closed a deal the first time does not date its second close
spells as (
    select
        *,
        sum(case when status is distinct from previous_status then 1 else 0 end) over (
            partition by history_key
            order by position
            rows between unbounded preceding and current row
        ) as spell
    from followed
),

closings as (
    select
        *,
        {% for column in closing_fields.values() -%}
        {{ last_known('told_' ~ column, 'history_key, spell') }} as {{ column }},
        {% endfor -%}
        min(case when is_logged and told_status is not null then observed_at end) over (
            partition by history_key, spell
            order by position
            rows between unbounded preceding and current row
        ) as status_logged_at
    from spells
),

final as (
    select
        -- ids
        closings.history_key,
        closings.deal_key,
        closings.position,
        closings.stage_key,
        closings.pipeline_key,
        closings.user_key,
        closings.organization_key,
        closings.lead_key,

        -- text
        coalesce(closings.status, 'open') as status,
        case when closings.position > 1 then coalesce(closings.previous_status, 'open') end as previous_status,
        closings.title,
        closings.currency,
        case when closings.status = 'lost' then closings.loss_reason end as loss_reason,

        -- numbers
        {{ parse_number('closings.amount', 'decimal(18, 4)') }} as amount,
        {{ parse_number('closings.probability_percent', 'decimal(9, 4)') }} as probability_percent,

        -- booleans: whether the row is of the log, and whether the deal has one
        closings.is_logged,
        closings.has_log,
        coalesce(closings.status, 'open') = 'deleted'
            or coalesce({{ parse_boolean('closings.is_deleted') }}, false) as is_deleted,

        -- dates and instants
        closings.observed_at,
        closings.next_observed_at,
        least(
            logged_deals.first_created_at, cast(closings.delivered_created_at as timestamp)
        ) as created_at,
        cast(closings.updated_at as timestamp) as updated_at,
        {{ parse_date('closings.expected_close_on') }} as expected_close_on,
        case closings.status
            when 'won' then coalesce(
                cast(closings.won_at as timestamp), cast(closings.close_at as timestamp), closings.status_logged_at
            )
            when 'lost' then coalesce(
                cast(closings.lost_at as timestamp), cast(closings.close_at as timestamp), closings.status_logged_at
            )
        end as closed_at,

        -- origin, and of the row that told the status, where this one did
        closings.source_file,
        closings.source_row,
        closings.row_hash,
        closings.status_source_file,
        closings.status_source_row,
        closings.status_row_hash,
        closings.extracted_at,
        closings.superseded_at,
        closings.extras
    from closings
    left join logged_deals on closings.history_key = logged_deals.deal_key
)

select * from final
