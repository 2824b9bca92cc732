-- The values that declared bridges give a meaning to: of a change for everybody always, of one team's for whatever names a rep, while the
-- rep is in the team.
with

bridges as (
    select
        source,
        object,
        field,
        source_value,
        mapped_value,
        change_id,
        part_number,
        case when population like 'team:%' then substring(population, 6) end as limited_to_team_id
    from {{ ref('int_value_bridges_judged') }}
    where source_value is not null
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

rep_teams as (
    select * from {{ ref('int_team_memberships') }}
),

rep_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep' and resolved_id is not null
),

for_everybody as (
    select
        *,
        row_number() over (partition by source, object, field, source_value order by change_id, part_number) as position_of_rule
    from bridges
    where limited_to_team_id is null
),

by_rep as (
    select
        bridges.*,
        rep_references.reference as rep_reference,
        rep_teams.valid_from as holds_from,
        rep_teams.valid_to as holds_to,
        row_number() over (
            partition by
                bridges.source,
                bridges.object,
                bridges.field,
                bridges.source_value,
                rep_references.reference,
                rep_teams.valid_from
            order by bridges.change_id, bridges.part_number
        ) as position_of_rule
    from bridges
    inner join ancestors on bridges.limited_to_team_id = ancestors.ancestor_team_id
    inner join rep_teams on ancestors.team_id = rep_teams.team_id
    inner join rep_references
        on
            bridges.source = rep_references.scope
            and rep_teams.rep_id = rep_references.resolved_id
    left join for_everybody
        on
            bridges.source = for_everybody.source
            and bridges.object = for_everybody.object
            and bridges.field = for_everybody.field
            and bridges.source_value = for_everybody.source_value
    where bridges.limited_to_team_id is not null and for_everybody.source_value is null
),

final as (
    select
        source,
        object,
        field,
        source_value,
        cast(null as varchar) as rep_reference,
        cast('0001-01-01' as date) as holds_from,
        cast('9999-12-31' as date) as holds_to,
        mapped_value
    from for_everybody
    where position_of_rule = 1
    union all
    select
        source,
        object,
        field,
        source_value,
        rep_reference,
        holds_from,
        holds_to,
        mapped_value
    from by_rep
    where position_of_rule = 1
)

select * from final
