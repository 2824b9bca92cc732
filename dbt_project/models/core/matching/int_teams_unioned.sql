-- Every current team row. In crm_sales a manager's reps are a team, and HubSpot names teams on its owners, so these have no row of
-- their own.
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

delivered_teams as (
    select
        source,
        team_key,
        team_name,
        parent_team_reference,
        manager_reference,
        source_key,
        source_file,
        source_row,
        row_hash,
        first_seen_at
    from first_seen
    where is_current
),

managed_teams as (
    select distinct
        'crm_sales' as source,
        team_reference as team_key,
        team_reference as team_name,
        cast(null as varchar) as parent_team_reference,
        team_reference as manager_reference,
        team_reference as source_key,
        cast(null as varchar) as source_file,
        cast(null as bigint) as source_row,
        cast(null as varchar) as row_hash,
        cast(null as timestamp) as first_seen_at
    from {{ ref('stg_crm_sales__reps') }}
    where is_current and team_reference is not null
),

named_teams as (
    select
        'hubspot' as source,
        team_key,
        max(team_name) as team_name,
        cast(null as varchar) as parent_team_reference,
        cast(null as varchar) as manager_reference,
        team_key as source_key,
        cast(null as varchar) as source_file,
        cast(null as bigint) as source_row,
        cast(null as varchar) as row_hash,
        cast(null as timestamp) as first_seen_at
    from {{ ref('stg_hubspot__owners') }}
    where is_current and team_key is not null
    group by team_key
),

unioned as (
    select * from delivered_teams
    union all
    select * from managed_teams
    union all
    select * from named_teams
),

final as (
    select
        {{ canonical_id('source', 'team_key') }} as team_id,
        *,
        {{ exclusion_reason() }} as exclusion_reason
    from unioned
)

select * from final
