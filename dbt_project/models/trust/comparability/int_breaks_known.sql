-- Where and when a break is known already, so that the detector does not report it again: within four weeks of what was declared for the
-- same field and population, and in the two systems of a move of deals from the week of the move until four weeks after it. Breaks are
-- detected by the Monday of their week.
with

declared as (
    select * from {{ ref('int_collection_breaks_declared') }}
),

moved_objects as (
    select distinct object from {{ ref('collection_measures') }}
    where object in ('opportunity', 'lead', 'stage_event')
),

migrations as (
    select
        source,
        starts_on
    from declared
    where previous_source is not null
    union
    select
        previous_source as source,
        starts_on
    from declared
    where previous_source is not null
),

-- where a source belongs to one team at the time, that team's break is everybody's
mondays as (
    select
        break_id,
        {{ each_day(add_days('starts_on', -28), add_days('starts_on', 28)) }} as monday
    from declared
    where population like 'team:%'
),

sole_teams as (
    select
        mondays.break_id,
        mondays.monday
    from mondays
    inner join declared on mondays.break_id = declared.break_id
    inner join {{ ref('int_source_records_matched') }} as rep_sources
        on rep_sources.entity = 'rep' and declared.source = rep_sources.source
    inner join {{ ref('int_team_memberships') }} as rep_teams
        on rep_sources.canonical_id = rep_teams.rep_id and mondays.monday between rep_teams.valid_from and rep_teams.valid_to
    where rep_teams.team_id is not null and {{ iso_weekday('mondays.monday') }} = 1
    group by mondays.break_id, mondays.monday, declared.population
    having min('team:' || rep_teams.team_id) = declared.population and count(distinct rep_teams.team_id) = 1
),

final as (
    select
        source,
        object,
        field,
        nullif(population, 'all') as population,
        {{ add_days('starts_on', -28) }} as known_from,
        {{ add_days('starts_on', 28) }} as known_to
    from declared
    union all
    select
        declared.source,
        declared.object,
        declared.field,
        'all' as population,
        sole_teams.monday as known_from,
        sole_teams.monday as known_to
    from sole_teams
    inner join declared on sole_teams.break_id = declared.break_id
    union all
    select
        migrations.source,
        moved_objects.object,
        cast(null as varchar) as field,
        cast(null as varchar) as population,
        {{ add_days('migrations.starts_on', -6) }} as known_from,
        {{ add_days('migrations.starts_on', 28) }} as known_to
    from migrations
    cross join moved_objects
)

select * from final
