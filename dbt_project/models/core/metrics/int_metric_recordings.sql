-- From when to when each assignee's metric is recorded: since one of its sources delivers it, less what the register of collection
-- changes declares for its team (tracking_started, tracking_stopped of the rows of an object). A metric is recorded of a team when it
-- is of one of its reps, and of the company when it is of anybody.
with

metrics_recorded as (
    select * from {{ ref('int_metrics_recorded') }}
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
memberships as (
    select distinct
        rep_teams.rep_id,
        rep_sources.source,
        coalesce(rep_teams.team_id, '') as team_id,
        rep_teams.valid_from,
        rep_teams.valid_to
    from {{ ref('int_team_memberships') }} as rep_teams
    inner join {{ ref('int_source_records_matched') }} as rep_sources
        on rep_sources.entity = 'rep' and rep_teams.rep_id = rep_sources.canonical_id
    union all
    select distinct
        'unassigned' as rep_id,
        source,
        '' as team_id,
        cast('0001-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to
    from metrics_recorded
),

changes_by_team as (
    select
        changes.source,
        changes.object,
        memberships.team_id,
        changes.effective_on,
        -- on one day a stop outweighs a start
        max(changes.what_changed) as what_changed
    from changes
    cross join memberships
    left join ancestors
        on memberships.team_id = ancestors.team_id and changes.population = 'team:' || ancestors.ancestor_team_id
    where changes.population = 'all' or ancestors.team_id is not null
    group by changes.source, changes.object, memberships.team_id, changes.effective_on
),

changes_in_order as (
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
    from changes_in_order
    union all
    select
        source,
        object,
        team_id,
        cast('0001-01-01' as date) as declared_from,
        {{ add_days('effective_on', -1) }} as declared_to,
        what_changed = 'tracking_stopped' as is_tracked
    from changes_in_order
    where position_of_change = 1
),

recordings as (
    select
        memberships.rep_id,
        memberships.team_id,
        metrics_recorded.metric,
        greatest(
            memberships.valid_from, metrics_recorded.recorded_from, coalesce(declared.declared_from, memberships.valid_from)
        ) as recorded_from,
        least(memberships.valid_to, coalesce(declared.declared_to, memberships.valid_to)) as recorded_to
    from memberships
    inner join metrics_recorded on memberships.source = metrics_recorded.source
    left join declared
        on
            memberships.source = declared.source
            and metrics_recorded.object = declared.object
            and memberships.team_id = declared.team_id
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

-- of spans that end together the longest contains the others
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
