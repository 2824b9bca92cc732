-- The declared changes of how data is collected: which source, object and field, for which team, from which day.
with

changes as (
    select * from {{ ref('stg_registers__collection_changes') }}
    where is_current
),

resolved as (
    select
        changes.*,
        teams.resolved_id as team_id,
        row_number() over (
            partition by changes.source_key
            order by changes.row_hash desc, changes.source_file asc, changes.source_row asc
        ) as position_of_key,
        case
            when changes.effective_on is not null and {{ plausible('changes.effective_on') }} is null then 'implausible_date'
            when changes.team_reference is null or teams.resolved_id is not null then null
            when teams.candidate_count > 1 then 'ambiguous_team'
            else 'unknown_team'
        end as set_aside_reason
    from changes
    cross join {{ ref('int_as_of_determined') }} as as_of
    {{ join_reference('changes', 'team_reference', 'team', 'teams', "'registers'") }}
),

final as (
    select
        change_key as change_id,
        effective_on,
        source,
        object,
        field,
        team_reference,
        case
            when team_reference is null then 'all'
            else 'team:' || team_id
        end as population,
        what_changed,
        bridge_rule,
        declared_by,
        declared_on,
        source_key,
        source_file,
        source_row,
        set_aside_reason,
        coalesce(set_aside_reason, case when position_of_key > 1 then 'duplicate' end) as exclusion_reason
    from resolved
)

select * from final
