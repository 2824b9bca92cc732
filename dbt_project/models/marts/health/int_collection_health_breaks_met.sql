-- Which breaks of a source meet a week of it, in a team or in all of the source: those that begin in the week, last in it or leave
-- something unrecorded in it (is_open), and those that stand between it and the week before or the same one a year before.
with

weeks as (
    select distinct
        source,
        team_id,
        week_start,
        {{ add_days('week_start', 6) }} as week_end,
        {{ add_days('week_start', -7) }} as previous_start,
        {{ add_days('week_start', -1) }} as previous_end,
        {{ add_days('week_start', -364) }} as year_ago_start,
        {{ add_days('week_start', -358) }} as year_ago_end
    from {{ ref('int_collection_health_parts_measured') }}
),

breaks as (
    select
        breaks.*,
        case when breaks.population like 'team:%' then substring(breaks.population, 6) end as break_team_id
    from {{ ref('int_collection_breaks_unioned') }} as breaks
    where breaks.review is distinct from 'dismissed'
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

beside as (
    select
        weeks.*,
        breaks.break_id,
        breaks.starts_on,
        breaks.ends_on,
        breaks.bridge_rule is not null as is_bridged,
        breaks.kind in ('tracking_started', 'tracking_stopped', 'outage') as is_gap,
        -- what a part of the row's records lacks is no gap in all of them
        case when breaks.population = 'all' or ancestors.team_id is not null then breaks.untracked_from end as untracked_from,
        breaks.untracked_to
    from weeks
    inner join breaks on weeks.source = breaks.source
    left join ancestors
        on
            breaks.break_team_id = ancestors.ancestor_team_id
            and weeks.team_id = ancestors.team_id
    where breaks.break_team_id is null or weeks.team_id = 'all' or ancestors.team_id is not null
),

met as (
    select
        {%- for earlier in ['previous', 'year_ago'] %}
        coalesce(
            beside.untracked_from <= beside.{{ earlier }}_end and beside.untracked_to >= beside.{{ earlier }}_start, false
        ) as was_untracked_{{ earlier }},
        {{ break_divides(
            'beside', 'beside.week_start', 'beside.week_end', 'beside.' ~ earlier ~ '_start', 'beside.' ~ earlier ~ '_end'
        ) }} as divides_from_{{ earlier }},
        {%- endfor %}
        {{ break_lies_within('beside', 'beside.week_start', 'beside.week_end') }} as is_within,
        coalesce(
            beside.untracked_from <= beside.week_end and beside.untracked_to >= beside.week_start, false
        ) as is_untracked,
        beside.starts_on <= beside.week_end
        and coalesce(beside.ends_on, beside.starts_on) >= beside.week_start as is_at_work,
        beside.is_bridged,
        beside.is_gap,
        beside.source,
        beside.team_id,
        beside.week_start,
        beside.break_id
    from beside
),

final as (
    select
        {%- for earlier in ['previous', 'year_ago'] %}
        is_untracked or was_untracked_{{ earlier }} or (divides_from_{{ earlier }} and not is_bridged)
            as divides_from_{{ earlier }},
        divides_from_{{ earlier }} and is_bridged as is_bridged_from_{{ earlier }},
        {%- endfor %}
        is_at_work or is_untracked as is_open,
        is_untracked or (is_within and is_gap) as is_partial,
        is_within,
        source,
        team_id,
        week_start,
        break_id
    from met
    where
        is_at_work
        or is_untracked
        {%- for earlier in ['previous', 'year_ago'] %}
        or was_untracked_{{ earlier }}
        or divides_from_{{ earlier }}
        {%- endfor %}
)

select * from final
