-- Every current team row of every source; those with an exclusion reason count nowhere.
{% set columns %}
    team_key, team_name, parent_team_reference, source_key, source_file, source_row, row_hash, extracted_at, is_current
{% endset %}

with

{{ steps_unioning_records('teams', 'team_key', columns) }},

final as (
    select
        {{ canonical_id('source', 'team_key') }} as team_id,
        *,
        {{ exclusion_reason() }} as exclusion_reason
    from unioned
)

select * from final
