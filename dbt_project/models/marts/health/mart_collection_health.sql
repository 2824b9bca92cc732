{% set parts = ['filled', 'on_time', 'activity_history', 'unique', 'by_hand', 'undisturbed'] %}

with

parts as (
    select * from {{ ref('int_collection_health_parts_scored') }}
),

breaks as (
    select * from {{ ref('int_collection_health_breaks') }}
),

teams as (
    select * from {{ ref('dim_teams') }}
),

records as (
    select
        source,
        case when population = 'all' then 'all' else substring(population, 6) end as team_id,
        week_start,
        sum(value) as record_count
    from {{ ref('int_collection_profiles_counted') }}
    where measure = 'row_count' and field = 'rows' and population not like 'pipeline:%'
    group by source, population, week_start
),

scored as (
    select
        {%- for part in parts %}
        max(case when part = '{{ part }}' then part_share end) as {{ part }}_share,
        max(case when part = '{{ part }}' then part_weight end) as {{ part }}_weight,
        max(case when part = '{{ part }}' then part_points end) as {{ part }}_points,
        {%- endfor %}
        sum(part_points) as score,
        true as is_recorded,
        source,
        team_id,
        week_start,
        {{ add_days('week_start', -7) }} as previous_start,
        {{ add_days('week_start', -364) }} as year_ago_start
    from parts
    group by source, team_id, week_start
),

opened as (
    select
        source,
        team_id,
        week_start,
        count(*) as break_count
    from breaks
    where is_open
    group by source, team_id, week_start
),

{{ comparability_by_breaks('scored', 'breaks', ['source', 'team_id'], 'week_start') }},

final as (
    select
        cast(evaluated.source as varchar) as source,
        cast(evaluated.team_id as varchar) as team_id,
        cast(coalesce(teams.team_name, 'All teams') as varchar) as team_name,
        coalesce(teams.is_leaf_team, false) as is_leaf_team,
        cast('week' as varchar) as period_type,
        evaluated.week_start as period_start,
        {{ add_days('evaluated.week_start', 6) }} as period_end,
        cast(coalesce(records.record_count, 0) as bigint) as record_count,
        cast(evaluated.score as integer) as score,
        {%- for part in parts %}
        evaluated.{{ part }}_share,
        evaluated.{{ part }}_weight,
        evaluated.{{ part }}_points,
        {%- endfor %}
        cast(coalesce(opened.break_count, 0) as integer) as break_count,
        {{ add_days('evaluated.week_start', 6) }} <= as_of.as_of_date as is_complete,
        cast(evaluated.collection_status as varchar) as collection_status,
        cast(evaluated.comparability_previous as varchar) as comparability,
        cast(evaluated.comparability_year_ago as varchar) as comparability_year_ago,
        cast(evaluated.comparability_reasons as varchar) as comparability_reasons,
        cast(evaluated.comparability_year_ago_reasons as varchar) as comparability_year_ago_reasons,
        cast(
            case
                when evaluated.comparability_previous = 'not_comparable' then 'B'
                when {{ add_days('evaluated.week_start', 6) }} > as_of.as_of_date then 'P'
                else 'A'
            end as varchar
        ) as observation_status
    from evaluated
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join records using (source, team_id, week_start)
    left join opened using (source, team_id, week_start)
    left join teams on evaluated.team_id = teams.team_id
)

select * from final
