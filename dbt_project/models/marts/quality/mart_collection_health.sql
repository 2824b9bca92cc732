{% set parts = ['filled', 'on_time', 'trail', 'unique', 'by_hand', 'undisturbed'] %}

with

parts as (
    select * from {{ ref('int_collection_health_parts_scored') }}
),

breaks as (
    select * from {{ ref('int_collection_health_breaks_met') }}
),

teams as (
    select * from {{ ref('int_teams_matched') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

records as (
    select
        source,
        case when population = 'all' then 'all' else substring(population, 6) end as team_id,
        week_start,
        sum(value) as record_count
    from {{ ref('int_collection_profiles_measured') }}
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
        source,
        team_id,
        week_start
    from parts
    group by source, team_id, week_start
),

met as (
    select
        source,
        team_id,
        week_start,
        count(case when is_open then 1 end) as break_count,
        bool_or(is_partial) as is_partial,
        bool_or(is_within) as has_break,
        bool_or(divides_from_previous) as is_divided_from_previous,
        bool_or(is_bridged_from_previous) as is_bridged_from_previous,
        bool_or(divides_from_year_ago) as is_divided_from_year_ago,
        bool_or(is_bridged_from_year_ago) as is_bridged_from_year_ago
    from breaks
    group by source, team_id, week_start
),

judged as (
    select
        {%- for earlier in ['previous', 'year_ago'] %}
        case
            when {{ earlier }}.source is null then 'unknown'
            when met.is_divided_from_{{ earlier }} then 'not_comparable'
            when met.is_bridged_from_{{ earlier }} then 'bridged'
            else 'comparable'
        end as comparability_{{ earlier }},
        {%- endfor %}
        case
            when met.is_partial then 'partial'
            when met.has_break then 'mixed'
            else 'whole'
        end as collection_status,
        met.break_count,
        scored.*
    from scored
    left join met
        on
            scored.source = met.source
            and scored.team_id = met.team_id
            and scored.week_start = met.week_start
    {%- for earlier, days in {'previous': -7, 'year_ago': -364}.items() %}
    left join scored as {{ earlier }}
        on
            scored.source = {{ earlier }}.source
            and scored.team_id = {{ earlier }}.team_id
            and {{ add_days('scored.week_start', days) }} = {{ earlier }}.week_start
    {%- endfor %}
),

reasons as (
    select
        judged.source,
        judged.team_id,
        judged.week_start,
        {{ listed_in_order('breaks.break_id', 'breaks.break_id') }} as comparability_reasons
    from judged
    inner join breaks
        on
            judged.source = breaks.source
            and judged.team_id = breaks.team_id
            and judged.week_start = breaks.week_start
    where
        breaks.is_within
        or breaks.is_partial
        or (
            judged.comparability_previous in ('not_comparable', 'bridged')
            and (breaks.divides_from_previous or breaks.is_bridged_from_previous)
        )
        or (
            judged.comparability_year_ago in ('not_comparable', 'bridged')
            and (breaks.divides_from_year_ago or breaks.is_bridged_from_year_ago)
        )
    group by judged.source, judged.team_id, judged.week_start
),

final as (
    select
        cast(judged.source as varchar) as source,
        cast(judged.team_id as varchar) as team_id,
        cast(coalesce(teams.team_name, 'All teams') as varchar) as team_name,
        cast('week' as varchar) as period_type,
        judged.week_start as period_start,
        {{ add_days('judged.week_start', 6) }} as period_end,
        cast(coalesce(records.record_count, 0) as bigint) as record_count,
        cast(judged.score as integer) as score,
        {%- for part in parts %}
        judged.{{ part }}_share,
        judged.{{ part }}_weight,
        judged.{{ part }}_points,
        {%- endfor %}
        cast(coalesce(judged.break_count, 0) as integer) as break_count,
        cast(judged.collection_status as varchar) as collection_status,
        cast(judged.comparability_previous as varchar) as comparability,
        cast(judged.comparability_year_ago as varchar) as comparability_year_ago,
        cast(reasons.comparability_reasons as varchar) as comparability_reasons,
        cast(
            case
                when judged.comparability_previous = 'not_comparable' then 'B'
                when {{ add_days('judged.week_start', 6) }} > as_of.as_of_date then 'P'
                else 'A'
            end as varchar
        ) as observation_status
    from judged
    cross join as_of
    left join teams on judged.team_id = teams.team_id
    left join records
        on
            judged.source = records.source
            and judged.team_id = records.team_id
            and judged.week_start = records.week_start
    left join reasons
        on
            judged.source = reasons.source
            and judged.team_id = reasons.team_id
            and judged.week_start = reasons.week_start
)

select * from final
