-- Every current rep row of every source; those with an exclusion reason count nowhere.
{% set columns %}
    rep_key, rep_name, email, role, segment, region, team_reference, time_zone, hired_on, ended_on,
    source_key, source_file, source_row, row_hash, extracted_at, is_current
{% endset %}

with

{{ steps_unioning_records('reps', 'rep_key', columns) }},

mapped as (
    select
        unioned.source,
        unioned.rep_key,
        {{ mapped_value('unioned', 'rep_name') }} as rep_name,
        unioned.email,
        {{ mapped_value('unioned', 'role') }} as role,
        {{ mapped_value('unioned', 'segment') }} as segment,
        {{ mapped_value('unioned', 'region') }} as region,
        unioned.team_reference,
        {{ known_time_zone('unioned.time_zone') }} as time_zone,
        unioned.hired_on,
        unioned.ended_on,
        unioned.source_key,
        unioned.source_file,
        unioned.source_row,
        unioned.row_hash,
        unioned.first_seen_at
    from unioned
    {{ join_value_map('unioned', 'rep_name', 'rep') }}
    {{ join_value_map('unioned', 'role', 'rep') }}
    {{ join_value_map('unioned', 'segment', 'rep') }}
    {{ join_value_map('unioned', 'region', 'rep') }}
),

final as (
    select
        {{ canonical_id('source', 'rep_key') }} as rep_id,
        *,
        {{ exclusion_reason() }} as exclusion_reason
    from mapped
)

select * from final
