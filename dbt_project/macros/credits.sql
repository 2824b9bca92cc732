{#- An amount in the reporting currency, to the cent, half away from zero; null where it is too large to be true and to be summed. -#}
{% macro in_reporting_currency(amount, rate) -%}
    case when not {{ is_too_large(amount, rate) }} then cast(round({{ amount }} * {{ rate }}, 2) as decimal(18, 2)) end
{%- endmacro %}

{% macro is_too_large(amount, factor) -%}
    abs(cast({{ amount }} as double) * cast({{ factor }} as double)) >= 1e15
{%- endmacro %}

{#- The reps with the last day of their employment. A rep that no extract reported active is employed until the day of the last credit. -#}
{% macro employed_reps() -%}
    select
        reps.*,
        case
            when reps.was_never_active
                then coalesce((
                    select max(credits.credited_on) from {{ ref('fct_metric_credits') }} as credits
                    where credits.rep_id = reps.rep_id
                ), cast('0001-01-01' as date))
            else reps.ended_on
        end as employed_to
    from {{ ref('dim_reps') }} as reps
{%- endmacro %}
