-- The names of each side of a rule of stages: its own (distance 0), and those that the rules of other changes link to it, so that
-- a stage that was renamed twice is found, with the changes that lead to it. `meant_on` is the day on which the side had its meaning.
-- Whether a change is set aside is not known here: int_stage_bridges leaves out the names that such a change leads to.
with recursive

rules as (
    select
        *,
        chr(31) || change_id || chr(30) || cast(part_number as varchar) || chr(31) as rule_token
    from {{ ref('int_bridge_rules_read') }}
    where rule_kind is not null and object = 'stage_event' and field in ('to_stage', 'from_stage', 'rows')
),

sides as (
    select
        change_id,
        part_number,
        rule_token,
        source,
        'old' as side,
        old_name as name,
        {{ add_days('effective_on', -1) }} as meant_on
    from rules
    union all
    select
        change_id,
        part_number,
        rule_token,
        source,
        'new' as side,
        new_name as name,
        effective_on as meant_on
    from rules
),

links as (
    select
        source,
        rule_token,
        {{ folded('old_name') }} as name,
        {{ folded('new_name') }} as other_name
    from rules
    where rule_kind = 'renamed'
    union all
    select
        source,
        rule_token,
        {{ folded('new_name') }} as name,
        {{ folded('old_name') }} as other_name
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
        {{ folded('name') }} as name,
        rule_token as through_rules,
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
        linked.through_rules || links.rule_token as through_rules,
        linked.distance + 1 as distance
    from linked
    inner join links
        on
            linked.source = links.source
            and linked.name = links.name
            -- no rule twice
            and position(links.rule_token in linked.through_rules) = 0
    where linked.distance < 5
),

final as (
    select distinct * from linked
)

select * from final
