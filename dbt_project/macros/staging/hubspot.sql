{#- An instant that HubSpot writes as text or in milliseconds since 1970; its zone is joined by join_source_zone. -#}
{% macro hubspot_instant(column) -%}
    {{ parse_instant_or_milliseconds(column, column ~ '_zone.time_zone') }}
{%- endmacro %}

{#- The columns that calls, emails, meetings and tasks share. Objects of two kinds may share an id, so that the kind is part of the key. -#}
{% macro hubspot_activity_columns(object) -%}
    '{{ object }}' as object,
        '{{ object }}-' || {{ text('id') }} as activity_key,
        {{ text('hubspot_owner_id') }} as rep_reference,
        {{ text('deal_id') }} as opportunity_reference,
        {{ text('contact_id') }} as lead_reference,
        {{ text('company_id') }} as account_reference,
        coalesce({{ parse_boolean('archived') }}, false) as is_archived,
        {{ hubspot_instant('createdat') }} as logged_at,
        {{ source_row_columns("'" ~ object ~ "-' || _key") }}
{%- endmacro %}

{#- The rows of one of them, with the zones of its time and its creation. -#}
{% macro hubspot_activity_rows(object) -%}
    from {{ source('raw', 'hubspot__' ~ object) }} as source_rows
    {{ join_source_zone('hubspot', 'hs_timestamp') }}
    {{ join_source_zone('hubspot', 'createdat') }}
{%- endmacro %}

{#- The columns of a deal that its history has, by the names of their properties. -#}
{% macro hubspot_history_columns() -%}
    {{ return({
        'dealstage': 'stage_key',
        'pipeline': 'pipeline_key',
        'hubspot_owner_id': 'owner_key',
        'amount': 'amount',
        'amount_in_home_currency': 'amount_in_home_currency',
        'deal_currency_code': 'currency',
        'closedate': 'close_at',
        'dealname': 'deal_name',
        'dealtype': 'deal_type',
        'closed_lost_reason': 'loss_reason',
        'hs_manual_forecast_category': 'forecast_category',
        'hs_deal_stage_probability': 'probability',
    }) }}
{%- endmacro %}

{#- The columns that only the delivered deal has. -#}
{% macro hubspot_delivered_columns() -%}
    {{ return(['company_key', 'contact_key', 'creator_user_key', 'is_archived', 'created_at', 'updated_at']) }}
{%- endmacro %}

{#- The owner that each user of HubSpot is. -#}
{% macro hubspot_users() -%}
    select
        user_key,
        min(owner_key) as owner_key
    from {{ ref('base_hubspot__owners') }}
    where is_current and user_key is not null
    group by user_key
{%- endmacro %}

{#- The keys that current `rows` name in merged_keys, as `merged_key`: HubSpot records a merge only on the record that remains. -#}
{% macro hubspot_merged_keys(rows, key) -%}
    select distinct trim(merged_key) as merged_key
    from (
        select
            {{ key }},
            {{ each_part('merged_keys', ';') }} as merged_key
        from {{ rows }}
        where is_current and merged_keys is not null
    ) as parts
    where trim(merged_key) not in ('', {{ key }})
{%- endmacro %}
