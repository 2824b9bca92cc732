-- The names of each side of a rule of stages: its own (distance 0), and those that the rules of other changes link to it, so that
-- a stage that was renamed twice is found. `meant_on` is the day on which the side had its meaning.
with recursive

changes as (
    select change_id
    from {{ ref('int_collection_changes_validated') }}
    where exclusion_reason is null
),

rules as (
    select rules.*
    from {{ ref('int_bridge_rules_read') }} as rules
    inner join changes on rules.change_id = changes.change_id
    where rules.rule_kind is not null and rules.object = 'stage_event' and rules.field in ('to_stage', 'from_stage', 'rows')
),

sides as (
    select
        change_id,
        part_number,
        source,
        'old' as side,
        old_name as name,
        {{ add_days('effective_on', -1) }} as meant_on
    from rules
    union all
    select
        change_id,
        part_number,
        source,
        'new' as side,
        new_name as name,
        effective_on as meant_on
    from rules
),

links as (
    select
        change_id,
        part_number,
        source,
        lower(old_name) as name,
        lower(new_name) as other_name
    from rules
    where rule_kind = 'renamed'
    union all
    select
        change_id,
        part_number,
        source,
        lower(new_name) as name,
        lower(old_name) as other_name
    from rules
    where rule_kind = 'renamed'
),

linked as (
    select
        change_id,
        part_number,
        source,
        side,
        meant_on,
        lower(name) as name,
        0 as distance
    from sides
    union all
    select
        linked.change_id,
        linked.part_number,
        linked.source,
        linked.side,
        linked.meant_on,
        links.other_name as name,
        linked.distance + 1 as distance
    from linked
    inner join links
        on
            linked.source = links.source
            and linked.name = links.name
            and (linked.change_id <> links.change_id or linked.part_number <> links.part_number)
    where linked.distance < 5
),

final as (
    select
        change_id,
        part_number,
        source,
        side,
        meant_on,
        name,
        min(distance) as distance
    from linked
    group by change_id, part_number, source, side, meant_on, name
)

select * from final
