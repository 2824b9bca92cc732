-- The activities that count, each once: those of int_activity_history that are known today.
{% set columns %}
    activity_id, source, activity_type, rep_id, opportunity_id, lead_id, direction, occurred_at, occurred_on,
    plausible_logged_at as logged_at, cast(duration_minutes as decimal(18, 2)) as duration_minutes, source_file, source_row
{% endset %}

with

final as (
    select {{ columns }}
    from {{ ref('int_activity_history') }}
    where exclusion_reason is null and known_to is null
)

select * from final
