-- From when to when each assignee's metric is recorded: since one of its sources delivers it, less the time in which it was not tracked and
-- the outages that trusted breaks say for its team. A metric is recorded of a team when it is of one of its reps, and of the company when it
-- is of anybody.
with

breaks as (
    select
        breaks.*,
        break_kinds.effect,
        {{ each_part('breaks.metrics', ',') }} as metric
    from {{ ref('collection_break') }} as breaks
    inner join {{ ref('break_kinds') }} as break_kinds on breaks.kind = break_kinds.kind
    where breaks.is_trusted and break_kinds.effect <> 'divides'
),

-- tracking is 0 from a stop on, 1 from a start on, and 2 from a start that ends a stop or an outage; the first day begins what was before
changes as (
    {%- for changed_on, tracking, outages_begun, effects in [
        (
            'starts_on', "case when effect = 'unrecorded_after' then 0 when unrecorded_from is null then 2 else 1 end", '0',
            "'unrecorded_after', 'unrecorded_before'"
        ),
        ('unrecorded_from', 'null', '1', "'unrecorded_during'"),
        (add_days('unrecorded_to', 1), 'null', '-1', "'unrecorded_during'"),
        ("cast('0001-01-01' as date)", 'null', '0', "effect"),
    ] %}
    select
        source,
        metric,
        population,
        {{ changed_on }} as changed_on,
        {{ tracking }} as tracking,
        {{ outages_begun }} as outages_begun
    from breaks
    where effect in ({{ effects }})
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
    from {{ ref('int_metrics_recorded') }}
),

changes_by_team as (
    select
        changes.source,
        changes.metric,
        memberships.team_id,
        changes.changed_on,
        -- on one day a stop outweighs a start
        cast(changes.changed_on as varchar) || min(changes.tracking) as tracking,
        sum(changes.outages_begun) as outages_begun
    from changes
    cross join memberships
    left join ancestors
        on memberships.team_id = ancestors.team_id and changes.population = 'team:' || ancestors.ancestor_team_id
    where changes.population = 'all' or ancestors.team_id is not null
    group by changes.source, changes.metric, memberships.team_id, changes.changed_on
),

{% set series = 'partition by source, metric, team_id' -%}
changes_in_order as (
    select
        source,
        metric,
        team_id,
        changed_on as tracked_from,
        coalesce(
            {{ add_days('lead(changed_on) over (' ~ series ~ ' order by changed_on)', -1) }}, cast('9999-12-31' as date)
        ) as tracked_to,
        -- as the last start or stop says, and before the first of them as that one does
        coalesce(
            max(tracking) over ({{ series }} order by changed_on) not like '%0',
            min(tracking) over ({{ series }}) not like '%1', true
        )
        and sum(outages_begun) over ({{ series }} order by changed_on) = 0 as is_tracked
    from changes_by_team
),

recordings as (
    select
        memberships.rep_id,
        memberships.team_id,
        metrics_recorded.metric,
        greatest(
            memberships.valid_from, metrics_recorded.recorded_from, coalesce(changes.tracked_from, memberships.valid_from)
        ) as recorded_from,
        least(memberships.valid_to, coalesce(changes.tracked_to, memberships.valid_to)) as recorded_to
    from memberships
    inner join {{ ref('int_metrics_recorded') }} as metrics_recorded on memberships.source = metrics_recorded.source
    left join changes_in_order as changes
        on
            memberships.source = changes.source
            and metrics_recorded.metric = changes.metric
            and memberships.team_id = changes.team_id
    where changes.is_tracked is null or changes.is_tracked
),

by_assignee as (
    {%- for assignee_type, assignee_id in [
        ('rep', 'recordings.rep_id'), ('team', 'ancestors.ancestor_team_id'), ('company', "'company'")
    ] %}
    select
        '{{ assignee_type }}' as assignee_type,
        {{ assignee_id }} as assignee_id,
        recordings.metric,
        recordings.recorded_from,
        recordings.recorded_to
    from recordings
    {{ 'inner join ancestors on recordings.team_id = ancestors.team_id' if assignee_type == 'team' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
