-- Which breaks of a source affect a week of it, in a team or in all of the source: those that begin in the week, last in it or leave it
-- unrecorded (is_open), and those that divide it from the week before or from the same week a year before.
with

weeks as (
    select distinct
        source,
        case when population = 'all' then 'all' else substring(population, 6) end as team_id,
        week_start,
        {{ add_days('week_start', 6) }} as week_end,
        {{ add_days('week_start', -7) }} as previous_start,
        {{ add_days('week_start', -1) }} as previous_end,
        {{ add_days('week_start', -364) }} as year_ago_start,
        {{ add_days('week_start', -358) }} as year_ago_end
    from {{ ref('int_collection_profiles_counted') }}
    where population not like 'pipeline:%'
),

breaks as (
    select
        breaks.*,
        case when breaks.population like 'team:%' then substring(breaks.population, 6) end as break_team_id
    from {{ ref('collection_break') }} as breaks
    where breaks.review is distinct from 'dismissed'
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

break_weeks as (
    select
        weeks.*,
        breaks.break_id,
        breaks.starts_on,
        breaks.ends_on,
        breaks.bridge_rule is not null as is_bridged,
        breaks.is_gap,
        -- records that are missing in a part of the row leave the rest recorded
        case when breaks.population = 'all' or ancestors.team_id is not null then breaks.unrecorded_from end as unrecorded_from,
        breaks.unrecorded_to
    from weeks
    inner join breaks on weeks.source = breaks.source
    left join ancestors
        on breaks.break_team_id = ancestors.ancestor_team_id and weeks.team_id = ancestors.team_id
    where breaks.break_team_id is null or weeks.team_id = 'all' or ancestors.team_id is not null
),

affecting as (
    select
        {%- for earlier in ['previous', 'year_ago'] %}
        coalesce(
            break_weeks.unrecorded_from <= break_weeks.{{ earlier }}_end
            and break_weeks.unrecorded_to >= break_weeks.{{ earlier }}_start, false
        ) as was_unrecorded_{{ earlier }},
        {{ break_divides(
            'break_weeks', 'break_weeks.week_start', 'break_weeks.week_end',
            'break_weeks.' ~ earlier ~ '_start', 'break_weeks.' ~ earlier ~ '_end'
        ) }} as divides_from_{{ earlier }},
        {%- endfor %}
        {{ break_lies_within('break_weeks', 'break_weeks.week_start', 'break_weeks.week_end') }} as is_within,
        coalesce(
            break_weeks.unrecorded_from <= break_weeks.week_end and break_weeks.unrecorded_to >= break_weeks.week_start, false
        ) as is_unrecorded,
        break_weeks.starts_on <= break_weeks.week_end
        and coalesce(break_weeks.ends_on, break_weeks.starts_on) >= break_weeks.week_start as is_current,
        break_weeks.is_bridged,
        break_weeks.is_gap,
        break_weeks.source,
        break_weeks.team_id,
        break_weeks.week_start,
        break_weeks.break_id
    from break_weeks
),

final as (
    select
        {%- for earlier in ['previous', 'year_ago'] %}
        is_unrecorded or was_unrecorded_{{ earlier }} or (divides_from_{{ earlier }} and not is_bridged)
            as divides_from_{{ earlier }},
        divides_from_{{ earlier }} and is_bridged as is_bridged_from_{{ earlier }},
        {%- endfor %}
        is_current or is_unrecorded as is_open,
        is_unrecorded or (is_within and is_gap) as is_partial,
        is_within,
        source,
        team_id,
        week_start,
        break_id
    from affecting
    where
        is_current
        or is_unrecorded
        {%- for earlier in ['previous', 'year_ago'] %}
        or was_unrecorded_{{ earlier }}
        or divides_from_{{ earlier }}
        {%- endfor %}
)

select * from final
