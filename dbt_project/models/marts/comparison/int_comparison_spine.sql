-- Which reps and teams are compared in which period: the reps who were employed in a period that has begun, and the teams. A rep's peers
-- have the same role and segment, or the same role; a team's are at the same level, so that none is compared with its own parent.
with

reps as (
    {{ employed_reps() }}
    where reps.rep_id <> 'unassigned'
),

teams as (
    select * from {{ ref('dim_teams') }}
),

levels as (
    select
        team_id,
        count(*) as level_number
    from {{ ref('dim_team_ancestors') }}
    group by team_id
),

first_deals as (
    select min(coalesce(created_on, closed_on)) as first_deal_on from {{ ref('fct_opportunities') }}
),

periods as (
    select
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.period_end >= as_of.as_of_date as holds_as_of_date
    from {{ ref('int_periods_in_use') }} as periods
    cross join {{ ref('int_as_of_determined') }} as as_of
    cross join first_deals
    where periods.period_start <= as_of.as_of_date and periods.period_end >= first_deals.first_deal_on
),

final as (
    select
        'rep' as segment_type,
        reps.rep_id as segment_id,
        reps.rep_name as segment_name,
        reps.role || ' / ' || reps.segment as narrow_group,
        reps.role as wide_group,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.holds_as_of_date
    from periods
    inner join reps
        on
            (reps.hired_on is null or periods.period_end >= reps.hired_on)
            and (reps.employed_to is null or periods.period_start <= reps.employed_to)
    union all
    select
        'team' as segment_type,
        teams.team_id as segment_id,
        teams.team_name as segment_name,
        cast(null as varchar) as narrow_group,
        'level ' || cast(levels.level_number as varchar) as wide_group,
        periods.period_type,
        periods.period_start,
        periods.period_end,
        periods.holds_as_of_date
    from periods
    cross join teams
    inner join levels using (team_id)
)

select * from final
