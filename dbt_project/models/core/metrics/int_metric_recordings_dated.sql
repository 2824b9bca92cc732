-- From when to when each assignee's metric is recorded: since one of its sources delivers it, less what the register of collection
-- changes says of its team (tracking_started, tracking_stopped of the rows of an object). A team is recorded when one of its
-- reps is, the company when anybody is.
with

metrics_recorded as (
    select
        metrics_recorded.*,
        metrics.object
    from {{ ref('int_metrics_recorded') }} as metrics_recorded
    inner join {{ ref('metrics') }} as metrics on metrics_recorded.metric = metrics.metric
),

changes as (
    select * from {{ ref('int_collection_changes_validated') }}
    where
        exclusion_reason is null
        and what_changed in ('tracking_started', 'tracking_stopped')
        and coalesce(field, 'rows') = 'rows'
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

-- a rep in no team is in the team '' here
places as (
    select distinct
        rep_teams.rep_id,
        rep_sources.source,
        coalesce(rep_teams.team_id, '') as team_id,
        rep_teams.valid_from,
        rep_teams.valid_to
    from {{ ref('int_team_memberships') }} as rep_teams
    inner join {{ ref('int_rep_sources_listed') }} as rep_sources on rep_teams.rep_id = rep_sources.rep_id
    union all
    select distinct
        'unassigned' as rep_id,
        source,
        '' as team_id,
        cast('0001-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to
    from metrics_recorded
),

teams as (
    select distinct team_id from places
),

changes_by_team as (
    select
        changes.source,
        changes.object,
        teams.team_id,
        changes.effective_on,
        -- on one day the stop outweighs the start
        max(changes.what_changed) as what_changed
    from changes
    cross join teams
    left join ancestors
        on
            teams.team_id = ancestors.team_id
            and changes.population = 'team:' || ancestors.ancestor_team_id
    where changes.population = 'all' or ancestors.team_id is not null
    group by changes.source, changes.object, teams.team_id, changes.effective_on
),

changes_followed as (
    select
        *,
        lead(effective_on) over (partition by source, object, team_id order by effective_on) as next_effective_on,
        row_number() over (partition by source, object, team_id order by effective_on) as position_of_change
    from changes_by_team
),

declared as (
    select
        source,
        object,
        team_id,
        effective_on as declared_from,
        coalesce({{ add_days('next_effective_on', -1) }}, cast('9999-12-31' as date)) as declared_to,
        what_changed = 'tracking_started' as is_tracked
    from changes_followed
    union all
    select
        source,
        object,
        team_id,
        cast('0001-01-01' as date) as declared_from,
        {{ add_days('effective_on', -1) }} as declared_to,
        what_changed = 'tracking_stopped' as is_tracked
    from changes_followed
    where position_of_change = 1
),

recordings as (
    select
        places.rep_id,
        places.team_id,
        metrics_recorded.metric,
        greatest(
            places.valid_from, metrics_recorded.recorded_from, coalesce(declared.declared_from, places.valid_from)
        ) as recorded_from,
        least(places.valid_to, coalesce(declared.declared_to, places.valid_to)) as recorded_to
    from places
    inner join metrics_recorded on places.source = metrics_recorded.source
    left join declared
        on
            places.source = declared.source
            and metrics_recorded.object = declared.object
            and places.team_id = declared.team_id
    where declared.is_tracked is null or declared.is_tracked
),

by_assignee as (
    select
        'rep' as assignee_type,
        rep_id as assignee_id,
        metric,
        recorded_from,
        recorded_to
    from recordings
    union all
    select
        'team' as assignee_type,
        ancestors.ancestor_team_id as assignee_id,
        recordings.metric,
        recordings.recorded_from,
        recordings.recorded_to
    from recordings
    inner join ancestors on recordings.team_id = ancestors.team_id
    union all
    select
        'company' as assignee_type,
        'company' as assignee_id,
        metric,
        recorded_from,
        recorded_to
    from recordings
),

-- of spans that end together the longest holds the others
final as (
    select
        assignee_type,
        assignee_id,
        metric,
        min(recorded_from) as recorded_from,
        recorded_to
    from by_assignee
    where recorded_from <= recorded_to
    group by assignee_type, assignee_id, metric, recorded_to
)

select * from final
