-- Every current row of every register but crm_totals, with the reason for which it is excluded, null where it counts. A row that names
-- something that cannot be resolved is set aside, with the column, the value and the fix.
{#- Registers in which only a row with the key of a newer one is excluded, or one whose day cannot be true, with that day. -#}
{% set plain_registers = {
    'stage_map': ('stg_registers__stage_maps', 'cast(null as date)'),
    'value_map': ('stg_registers__value_maps', 'cast(null as date)'),
    'exchange_rate': ('stg_registers__exchange_rates', 'rate_month'),
    'holiday': ('stg_registers__holidays', 'holiday_on'),
    'fiscal_period': ('stg_registers__fiscal_periods', 'cast(null as date)'),
    'ramp': ('stg_registers__ramps', 'cast(null as date)'),
} %}

with

quotas as (
    select
        *,
        set_aside_reason in ('unknown_assignee', 'ambiguous_assignee') as is_assignee_unresolved
    from {{ ref('int_quotas_validated') }}
    where superseded_at is null
),

{% set row = 'source_key, source_file, source_row' -%}
{% set implausible = "'is more than 20 years before or 5 years after the newest extract; correct it'" -%}
{% set set_aside = ['set_aside_reason', 'canonical_column', 'value', 'fix'] -%}
final as (
    {% for object, (model, day) in plain_registers.items() -%}
    select
        'registers' as source,
        '{{ object }}' as object,
        {{ row }},
        {{ day }} as dated_on,
        case when {{ has_newer_row('source_key') }} then 'duplicate' end as exclusion_reason,
        cast(null as varchar) as {{ set_aside | join(',\n        cast(null as varchar) as ') }}
    from {{ ref(model) }}
    where is_current
    union all
    {% endfor -%}
    select source, object, {{ row }}, null as dated_on, exclusion_reason, {{ set_aside | join(', ') }}
    from {{ ref('int_references_validated') }}
    union all
    select
        'registers' as source,
        'quota' as object,
        {{ row }},
        null as dated_on,
        exclusion_reason,
        set_aside_reason,
        case
            when is_assignee_unresolved then 'assignee'
            when set_aside_reason = 'quota_too_large' then 'target'
            when set_aside_reason = 'implausible_effective_from' then 'effective_from'
            else 'period_start'
        end as canonical_column,
        case
            when is_assignee_unresolved then assignee_reference
            when set_aside_reason = 'quota_too_large' then cast(target_amount as varchar)
            when set_aside_reason = 'implausible_effective_from' then cast(effective_from as varchar)
            else cast(period_start as varchar)
        end as value,
        case set_aside_reason
            when 'unknown_assignee'
                then 'is not a ' || assignee_type || ' of any source; correct the name or deliver the ' || assignee_type
            when 'ambiguous_assignee' then 'names several ' || assignee_type || 's; write the id <source>:<id>'
            when 'quota_too_large' then 'is 10^15 or more in the reporting currency; correct it or its exchange rate'
            when 'implausible_period' then {{ implausible }}
            when 'implausible_effective_from' then {{ implausible }}
            else 'is not the first day of a ' || period_type || '; write that day'
        end as fix
    from quotas
    union all
    select
        'registers' as source,
        'collection_change' as object,
        {{ row }},
        null as dated_on,
        exclusion_reason,
        set_aside_reason,
        case set_aside_reason when 'implausible_date' then 'effective_on' else 'team' end as canonical_column,
        case set_aside_reason when 'implausible_date' then cast(effective_on as varchar) else team_reference end as value,
        case set_aside_reason
            when 'implausible_date' then {{ implausible }}
            when 'unknown_team' then 'is not a team of any source; correct the name or deliver the team'
            else 'names several teams; write the id <source>:<id>'
        end as fix
    from {{ ref('int_collection_changes_validated') }}
)

select * from final
