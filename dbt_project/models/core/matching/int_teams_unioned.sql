-- Every current team row of every source; those with an exclusion reason count nowhere.
{% set columns %}
    team_key, team_name, parent_team_reference, manager_reference, source_key, source_file, source_row, row_hash, extracted_at,
    is_current
{% endset %}

with

versions as (
    {{ union_sources('teams', columns) }}
),

first_seen as (
    select
        *,
        min(extracted_at) over (partition by source, team_key) as first_seen_at
    from versions
),

final as (
    select
        {{ canonical_id('source', 'team_key') }} as team_id,
        *,
        {{ exclusion_reason() }} as exclusion_reason
    from first_seen
    where is_current
)

select * from final
