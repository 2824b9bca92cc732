-- The rows of leave, of team membership, of reviews of breaks and of the crosswalk, with the reason for which a row is excluded: it names a rep,
-- team, break or record that cannot be resolved, or a newer row has its key.
with

break_references as (
    select break_id as break_reference from {{ ref('int_collection_breaks_declared') }}
    union
    select {{ each_part('review_references', ',') }} as break_reference
    from {{ ref('int_collection_breaks_detected') }}
),

referring as (
    select
        'registers' as source,
        'leave' as object,
        source_key,
        source_file,
        source_row,
        row_hash,
        rep_reference,
        cast(null as varchar) as team_reference,
        cast(null as varchar) as break_reference
    from {{ ref('stg_registers__leaves') }}
    where is_current
    union all
    select
        'registers' as source,
        'collection_break_review' as object,
        source_key,
        source_file,
        source_row,
        row_hash,
        cast(null as varchar) as rep_reference,
        cast(null as varchar) as team_reference,
        break_reference
    from {{ ref('stg_registers__collection_break_reviews') }}
    where is_current
    union all
    select
        source,
        'team_membership' as object,
        source_key,
        source_file,
        source_row,
        row_hash,
        rep_reference,
        team_reference,
        cast(null as varchar) as break_reference
    from ({{ union_sources(
        'team_memberships', 'source_key, source_file, source_row, row_hash, rep_reference, team_reference', 'is_current'
    ) }}) as memberships
),

resolved as (
    select
        referring.*,
        {{ has_newer_row('referring.source, referring.object, referring.source_key') }} as is_duplicate,
        case
            when referring.object = 'collection_break_review'
                then case when break_references.break_reference is null then 'unknown_break' end
            when reps.resolved_id is null and reps.candidate_count > 1 then 'ambiguous_rep'
            when reps.resolved_id is null then 'unknown_rep'
            when referring.object = 'leave' or teams.resolved_id is not null then null
            when teams.candidate_count > 1 then 'ambiguous_team'
            else 'unknown_team'
        end as set_aside_reason
    from referring
    {{ join_reference('referring', 'rep_reference', 'rep', 'reps') }}
    {{ join_reference('referring', 'team_reference', 'team', 'teams') }}
    left join break_references on referring.break_reference = break_references.break_reference
),

crosswalks as (
    select
        register.*,
        {{ has_newer_row('register.source_key') }} as is_duplicate,
        case
            when coalesce(records.entity, deals.entity) is null then 'unknown_source_id'
            when {{ is_placeholder_id('register.canonical_reference') }} then 'placeholder_id'
        end as set_aside_reason
    from {{ ref('stg_registers__crosswalks') }} as register
    left join {{ ref('int_source_records_matched') }} as records
        on
            register.entity = records.entity
            and {{ referenced_id('register.source', 'register.record_key') }} = records.source_record_id
    left join {{ ref('int_deal_records_matched') }} as deals
        on
            register.entity = deals.entity
            and {{ referenced_id('register.source', 'register.record_key') }} = deals.source_record_id
    where register.is_current
),

final as (
    select
        source,
        object,
        source_key,
        source_file,
        source_row,
        set_aside_reason,
        case
            when object = 'collection_break_review' and is_duplicate then 'duplicate'
            else coalesce(set_aside_reason, case when is_duplicate then 'duplicate' end)
        end as exclusion_reason,
        case
            when set_aside_reason = 'unknown_break' then 'break_id'
            when set_aside_reason in ('unknown_team', 'ambiguous_team') then 'team_reference'
            when set_aside_reason is not null then 'rep_reference'
        end as canonical_column,
        case
            when set_aside_reason = 'unknown_break' then break_reference
            when set_aside_reason in ('unknown_team', 'ambiguous_team') then team_reference
            when set_aside_reason is not null then rep_reference
        end as value,
        case
            when set_aside_reason = 'unknown_break'
                then 'is not the id of a listed break; copy the id from collection_break, or remove the row'
            when set_aside_reason = 'ambiguous_rep' and object = 'leave' then 'names several reps; write the id <source>:<id>'
            when set_aside_reason = 'unknown_rep' and object = 'leave'
                then 'is not a rep of any source; correct the name or deliver the rep'
            when set_aside_reason in ('ambiguous_rep', 'ambiguous_team') then 'names several; write the id'
            when set_aside_reason is not null then 'is not in the extract of the source; correct it or deliver the row'
        end as fix
    from resolved
    union all
    select
        'registers' as source,
        'crosswalk' as object,
        source_key,
        source_file,
        source_row,
        set_aside_reason,
        coalesce(set_aside_reason, case when is_duplicate then 'duplicate' end) as exclusion_reason,
        case set_aside_reason when 'placeholder_id' then 'canonical_id' else 'source_id' end as canonical_column,
        case set_aside_reason when 'placeholder_id' then canonical_reference else record_key end as value,
        case
            when set_aside_reason = 'placeholder_id' then 'is a placeholder; write an id of one record, or remove the row'
            else 'is not one of the ' || entity || ' records of ' || crosswalks.source || '; correct it or deliver the ' || entity
        end as fix
    from crosswalks
)

select * from final
