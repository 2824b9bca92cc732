-- The team of each rep on every day, or none; both ends are inclusive and the spans of a rep have no gap. A rep with memberships
-- of the source has only those; the others are always in the team of their own row, of several rows the first in precedence.
-- Where memberships overlap, the one that began last holds while it lasts.
with

rep_records as (
    {{ matched_records('rep') }}
),

memberships as (
    {{ union_sources('team_memberships', 'rep_reference, team_reference, valid_from, valid_to', 'is_current') }}
),

delivered as (
    select
        reps.resolved_id as rep_id,
        teams.resolved_id as team_id,
        coalesce(memberships.valid_from, cast('0001-01-01' as date)) as valid_from,
        coalesce(memberships.valid_to, cast('9999-12-31' as date)) as valid_to
    from memberships
    {{ join_reference('memberships', 'rep_reference', 'rep', 'reps') }}
    {{ join_reference('memberships', 'team_reference', 'team', 'teams') }}
    where reps.resolved_id is not null and teams.resolved_id is not null
),

teams_of_rows as (
    select
        rep_records.canonical_id as rep_id,
        teams.resolved_id as team_id,
        cast('0001-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to,
        row_number() over (partition by rep_records.canonical_id order by rep_records.precedence) as position_of_team
    from rep_records
    {{ join_reference('rep_records', 'team_reference', 'team', 'teams') }}
    left join delivered on rep_records.canonical_id = delivered.rep_id
    where delivered.rep_id is null and teams.resolved_id is not null
),

unioned as (
    select distinct * from delivered
    where valid_from <= valid_to
    union all
    select
        rep_id,
        team_id,
        valid_from,
        valid_to
    from teams_of_rows
    where position_of_team = 1
),

boundaries as (
    select
        canonical_id as rep_id,
        cast('0001-01-01' as date) as segment_from
    from rep_records
    union
    select
        rep_id,
        valid_from as segment_from
    from unioned
    union
    select
        rep_id,
        {{ add_days('valid_to', 1) }} as segment_from
    from unioned
    where valid_to < cast('9999-12-31' as date)
),

segments as (
    select
        rep_id,
        segment_from,
        coalesce(
            {{ add_days('lead(segment_from) over (partition by rep_id order by segment_from)', -1) }},
            cast('9999-12-31' as date)
        ) as segment_to
    from boundaries
),

teams_of_segments as (
    select
        segments.rep_id,
        unioned.team_id,
        segments.segment_from,
        segments.segment_to,
        row_number() over (
            partition by segments.rep_id, segments.segment_from order by unioned.valid_from desc, unioned.team_id asc
        ) as position_in_segment
    from segments
    left join unioned
        on segments.rep_id = unioned.rep_id and segments.segment_from between unioned.valid_from and unioned.valid_to
),

final as (
    select
        rep_id,
        team_id,
        segment_from as valid_from,
        segment_to as valid_to
    from teams_of_segments
    where position_in_segment = 1
)

select * from final
