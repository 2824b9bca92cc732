{#- The figures of a step of the funnel, as every mart of the funnel has them. -#}
{% macro funnel_columns(conversions) -%}
    cast({{ conversions }}."view" as varchar) as "view",
        cast({{ conversions }}.period_type as varchar) as period_type,
        {{ conversions }}.period_start,
        {{ conversions }}.period_end,
        cast({{ conversions }}.from_stage as varchar) as from_stage,
        cast({{ conversions }}.to_stage as varchar) as to_stage,
        {{ conversions }}.reached_count,
        {{ conversions }}.converted_count,
        {{ conversions }}.open_count,
        {{ conversions }}.lost_count,
        {{ conversions }}.conversion_rate,
        {{ conversions }}.skipped_count,
        {{ conversions }}.regressed_count,
        {{ conversions }}.reentered_count,
        {{ conversions }}.converted_within_30_days,
        {{ conversions }}.converted_within_60_days,
        {{ conversions }}.converted_within_90_days,
        {{ conversions }}.median_days_in_stage,
        {{ conversions }}.p90_days_in_stage,
        {{ conversions }}.completed_visit_count,
        {{ conversions }}.open_visit_count
{%- endmacro %}


{#- Whether the status of a lead says that it is lost. -#}
{% macro is_lost_lead_status(status) -%}
    coalesce(lower({{ status }}) in ('{{ var("lost_lead_statuses") | join("', '") }}'), false)
{%- endmacro %}
