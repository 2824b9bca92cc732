-- Every break, declared or detected. What was declared is not listed again as detected: of the same source, object, field and people,
-- within four weeks of the declared day; nor what a move of deals does in its two systems, until four weeks after it.
with

declared as (
    select * from {{ ref('int_collection_breaks_declared') }}
),

detected as (
    select * from {{ ref('int_collection_breaks_detected') }}
),

records as (
    select * from {{ ref('int_collection_records_assigned') }}
),

-- where a source is one team's at the time, that team's break is everybody's
sole_teams as (
    select
        detected.break_id,
        min(rep_teams.team_id) as team_id
    from detected
    inner join {{ ref('int_rep_sources_listed') }} as rep_sources on detected.source = rep_sources.source
    inner join {{ ref('int_rep_teams_dated') }} as rep_teams
        on
            rep_sources.rep_id = rep_teams.rep_id
            and detected.starts_on between rep_teams.valid_from and rep_teams.valid_to
    where rep_teams.team_id is not null
    group by detected.break_id
    having count(distinct rep_teams.team_id) = 1
),

known as (
    select distinct detected.break_id
    from detected
    inner join declared
        on
            detected.source = declared.source
            and detected.object = declared.object
            and detected.field = declared.field
            and abs({{ days_between('detected.starts_on', 'declared.starts_on') }}) <= 28
    left join sole_teams on detected.break_id = sole_teams.break_id
    where
        declared.population in ('all', detected.population)
        or (detected.population = 'all' and declared.population = 'team:' || sole_teams.team_id)
),

migrations as (
    select * from {{ ref('int_migrations_dated') }}
),

moves as (
    select
        source,
        starts_on
    from migrations
    union all
    select
        previous_source as source,
        starts_on
    from migrations
),

explained as (
    select distinct detected.break_id
    from detected
    inner join moves
        on
            detected.source = moves.source
            -- a detected break is dated by the Monday of its week
            and detected.starts_on between {{ add_days('moves.starts_on', -6) }} and {{ add_days('moves.starts_on', 28) }}
    where detected.object in ('opportunity', 'lead', 'stage_event')
),

-- a week tells when tracking started, the first record in it the day
first_records as (
    select
        detected.break_id,
        min(records.dated_on) as first_on
    from detected
    inner join records
        on
            detected.source = records.source
            and detected.object = records.object
            and detected.field = records.dated_by
            and detected.starts_on = records.week_start
            and detected.population in ('all', 'team:' || records.team_id, 'pipeline:' || records.pipeline)
            and coalesce(detected.record_type, records.record_type) = records.record_type
    where detected.kind = 'tracking_started'
    group by detected.break_id
),

final as (
    select
        break_id,
        kind,
        'declared' as origin,
        source,
        object,
        field,
        population,
        cast(null as varchar) as record_type,
        starts_on,
        cast(null as date) as ends_on,
        cast(null as double) as size,
        cast(1 as double) as confidence,
        bridge_rule,
        is_bridge_read,
        evidence
    from declared
    union all
    select
        detected.break_id,
        detected.kind,
        detected.origin,
        detected.source,
        detected.object,
        detected.field,
        detected.population,
        detected.record_type,
        coalesce(first_records.first_on, detected.starts_on) as starts_on,
        detected.ends_on,
        detected.size,
        detected.confidence,
        cast(null as varchar) as bridge_rule,
        cast(null as boolean) as is_bridge_read,
        detected.evidence
    from detected
    left join known on detected.break_id = known.break_id
    left join explained on detected.break_id = explained.break_id
    left join first_records on detected.break_id = first_records.break_id
    where known.break_id is null and explained.break_id is null
)

select * from final
