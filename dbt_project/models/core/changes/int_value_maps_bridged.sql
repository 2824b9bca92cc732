-- The value map in force with what declared bridges add to it. A bridge gives a meaning only to a value that the register does
-- not know, in any spelling. One of a change of everybody always holds; one of a team's change holds for whatever names a
-- rep of the team, while the rep is in it.
with

bridges as (
    select
        bridges.*,
        case when changes.population like 'team:%' then substring(changes.population, 6) end as limited_to_team_id
    from {{ ref('int_value_bridges') }} as bridges
    inner join {{ ref('int_collection_changes_validated') }} as changes on bridges.change_id = changes.change_id
    where changes.exclusion_reason is null and bridges.source_value is not null
),

rep_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep' and resolved_id is not null
),

-- of several rules on one value the one of the first change counts, and one for everybody before that of a team
bridges_for_all as (
    select
        *,
        row_number() over (partition by source, object, field, source_value order by change_id, part_number) as position_of_rule
    from bridges
    where limited_to_team_id is null
),

bridges_for_reps as (
    select
        bridges.*,
        rep_references.reference as rep_reference,
        memberships.valid_from,
        memberships.valid_to,
        row_number() over (
            partition by source, object, field, source_value, rep_references.reference, memberships.valid_from
            order by bridges.change_id, bridges.part_number
        ) as position_of_rule
    from bridges
    inner join {{ ref('dim_team_ancestors') }} as ancestors on bridges.limited_to_team_id = ancestors.ancestor_team_id
    inner join {{ ref('int_team_memberships') }} as memberships on ancestors.team_id = memberships.team_id
    inner join rep_references
        on bridges.source = rep_references.scope and memberships.rep_id = rep_references.resolved_id
    left join bridges_for_all using (source, object, field, source_value)
    where bridges_for_all.change_id is null
),

final as (
    select
        source,
        object,
        field,
        value_key,
        case when not has_one_meaning then source_value end as source_value,
        cast(null as varchar) as rep_reference,
        mapped_value,
        meaning_from,
        meaning_to,
        cast(null as varchar) as change_id
    from {{ ref('int_value_maps_in_force') }}
    where not has_one_meaning or source_value = {{ any_spelling('value_key') }}
    union all
    select
        source,
        object,
        field,
        source_value as value_key,
        cast(null as varchar) as source_value,
        cast(null as varchar) as rep_reference,
        mapped_value,
        cast('0001-01-01' as date) as meaning_from,
        cast('9999-12-31' as date) as meaning_to,
        change_id
    from bridges_for_all
    where position_of_rule = 1
    union all
    select
        source,
        object,
        field,
        source_value as value_key,
        cast(null as varchar) as source_value,
        rep_reference,
        mapped_value,
        valid_from as meaning_from,
        valid_to as meaning_to,
        change_id
    from bridges_for_reps
    where position_of_rule = 1
)

select * from final
