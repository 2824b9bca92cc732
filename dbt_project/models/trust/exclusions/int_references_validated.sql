-- The rows of leave and of team membership, with the reason for which a row is set aside: it names a rep or team that cannot be resolved, or
-- a newer row has its key.
with

names as (
    select * from {{ ref('int_references_resolved') }}
),

leaves as (
    select
        'registers' as source,
        'leave' as object,
        'registers' as scope,
        source_key,
        source_file,
        source_row,
        row_hash,
        rep_reference,
        cast(null as varchar) as team_reference
    from {{ ref('stg_registers__leaves') }}
    where is_current
),

memberships as (
    {{ union_sources(
        'team_memberships', 'source_key, source_file, source_row, row_hash, rep_reference, team_reference', 'is_current'
    ) }}
),

referring as (
    select * from leaves
    union all
    select
        source,
        'team_membership' as object,
        source as scope,
        source_key,
        source_file,
        source_row,
        row_hash,
        rep_reference,
        team_reference
    from memberships
),

resolved as (
    select
        referring.*,
        reps.resolved_id is null as is_rep_unresolved,
        referring.object = 'team_membership' and teams.resolved_id is null as is_team_unresolved,
        coalesce(reps.candidate_count, 0) > 1 as is_rep_ambiguous,
        coalesce(teams.candidate_count, 0) > 1 as is_team_ambiguous,
        row_number() over (
            partition by referring.source, referring.object, referring.source_key
            order by referring.row_hash desc, referring.source_file asc, referring.source_row asc
        ) as position_of_key
    from referring
    left join names as reps
        on
            reps.entity = 'rep'
            and referring.scope = reps.scope
            and referring.rep_reference = reps.reference
    left join names as teams
        on
            teams.entity = 'team'
            and referring.scope = teams.scope
            and referring.team_reference = teams.reference
),

reasoned as (
    select
        *,
        case
            when is_rep_unresolved and is_rep_ambiguous then 'ambiguous_rep'
            when is_rep_unresolved then 'unknown_rep'
            when is_team_unresolved and is_team_ambiguous then 'ambiguous_team'
            when is_team_unresolved then 'unknown_team'
        end as set_aside_reason
    from resolved
),

final as (
    select
        source,
        object,
        source_key,
        source_file,
        source_row,
        set_aside_reason,
        coalesce(set_aside_reason, case when position_of_key > 1 then 'duplicate' end) as exclusion_reason,
        case when is_rep_unresolved then 'rep_reference' else 'team_reference' end as canonical_column,
        case when is_rep_unresolved then rep_reference else team_reference end as reference,
        case
            when object = 'leave' and is_rep_ambiguous then 'names several reps; write the id <source>:<id>'
            when object = 'leave' then 'is not a rep of any source; correct the name or deliver the rep'
            when is_rep_ambiguous or is_team_ambiguous then 'names several; write the id'
            else 'is not in the extract of the source; correct it or deliver the row'
        end as fix
    from reasoned
)

select * from final
