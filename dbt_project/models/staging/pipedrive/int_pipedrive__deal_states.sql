-- noqa: disable=LT02
{#- A table, because the models of deals and of stage events both read it, and it sorts the whole log. -#}
{{ config(materialized='table') }}
-- The state of each deal after each known change, from the log of changes and from deals.csv. A change sets its field from its instant
-- on. A row of deals.csv sets the whole deal: from its update_time on where the deal has a log, else from its extract on. Of each field the
-- newest value counts; before the first one it is unknown, but for the owner and the creation where the log has none.
{% set columns = pipedrive_log_columns().values() | list %}
{% set close_columns = pipedrive_close_columns().values() | list %}

with

observations as (
    select * from {{ ref('int_pipedrive__deal_observations') }}
),

known as (
    select
        *,
        {% for column in (columns + ['delivered_created_at', 'updated_at']) -%}
        {% if column in ('user_key', 'delivered_created_at') -%}
        {{ known_or_first_delivered(column, 'history_key') }} as {{ column }}{{ ',' if not loop.last }}
        {% else -%}
        {{ last_known('new_' ~ column, 'history_key') }} as {{ column }}{{ ',' if not loop.last }}
        {% endif -%}
        {% endfor %}
    from observations
),

sequenced as (
    select
        *,
        lag(status) over (partition by history_key order by position) as previous_status,
        lead(observed_at) over (partition by history_key order by position) as next_observed_at
    from known
),

-- the time between two changes of status: what closed a deal the first time does not date its second close
intervals as (
    select
        *,
        sum(case when status is distinct from previous_status then 1 else 0 end) over (
            partition by history_key
            order by position
            rows between unbounded preceding and current row
        ) as interval_number
    from sequenced
),

closings as (
    select
        *,
        {% for column in close_columns -%}
        {{ last_known('new_' ~ column, 'history_key, interval_number') }} as {{ column }},
        {% endfor -%}
        min(case when is_logged and new_status is not null then observed_at end) over (
            partition by history_key, interval_number
            order by position
            rows between unbounded preceding and current row
        ) as status_logged_at,
        min(logged_created_at) over (partition by history_key) as first_created_at
    from intervals
),

final as (
    select
        -- ids
        history_key,
        deal_key,
        position,
        stage_key,
        pipeline_key,
        user_key,
        organization_key,
        lead_key,

        -- text
        coalesce(status, 'open') as status,
        case when position > 1 then coalesce(previous_status, 'open') end as previous_status,
        title,
        currency,
        case when status = 'lost' then loss_reason end as loss_reason,

        -- numbers
        {{ parse_number('amount', 'decimal(19, 4)') }} as amount,
        {{ parse_number('probability_percent', 'decimal(9, 4)') }} as probability_percent,

        -- booleans: whether the row is of the log, and whether the deal has one
        is_logged,
        has_log,
        coalesce(status, 'open') = 'deleted'
            or coalesce({{ parse_boolean('is_deleted') }}, false) as is_deleted,

        -- dates and instants
        observed_at,
        next_observed_at,
        least(first_created_at, cast(delivered_created_at as timestamp)) as created_at,
        cast(updated_at as timestamp) as updated_at,
        {{ parse_date('expected_close_on') }} as expected_close_on,
        case
            when status in ('won', 'lost') then coalesce(
                cast(case status when 'won' then won_at else lost_at end as timestamp),
                cast(close_at as timestamp),
                status_logged_at
            )
        end as closed_at,

        -- origin, and that of the status where this change set it
        source_file,
        source_row,
        row_hash,
        status_source_file,
        status_source_row,
        status_row_hash,
        extracted_at,
        superseded_at,
        extras
    from closings
)

select * from final
