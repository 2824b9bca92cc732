-- noqa: disable=LT02
{#- A table, because it sorts the whole history and the opportunities built on it are read many times. -#}
{{ config(materialized='table') }}
-- The state of each delivered deal after each known change, from the history of its properties and from the deal itself. A change
-- sets its property from its instant on. A delivered deal sets all of them, from its last update on where it has a history, else from
-- its extract on; a blank clears a property that has no history. Where the history has no owner, the first one delivered always was.
{% set columns = hubspot_history_columns().values() | list %}
{% set delivered_columns = hubspot_delivered_columns() %}

with

observations as (
    select * from {{ ref('int_hubspot__deal_observations') }}
),

known as (
    select
        *,
        {% for column in (columns + delivered_columns) -%}
        {% if column == 'owner_key' -%}
        {{ known_or_first_delivered(column, 'history_key') }} as {{ column }},
        {% else -%}
        {{ last_known('new_' ~ column, 'history_key') }} as {{ column }},
        {% endif -%}
        {% endfor -%}
        lead(observed_at) over (partition by history_key order by position) as next_observed_at
    from observations
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
