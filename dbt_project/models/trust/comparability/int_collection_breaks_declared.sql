-- The known breaks: the changes that sales ops declared, and the days on which deals moved into another system.
with

changes as (
    select
        change_id,
        what_changed,
        source,
        object,
        field,
        population,
        effective_on,
        bridge_rule,
        declared_by
    from {{ ref('int_collection_changes_validated') }}
    where exclusion_reason is null and effective_on is not null
),

migrations as (
    select * from {{ ref('int_migrations') }}
),

parts_understood as (
    select distinct
        change_id,
        part_number
    from {{ ref('int_stage_bridges') }}
    union all
    select
        change_id,
        part_number
    from {{ ref('int_value_bridges') }}
),

rules as (
    select
        rules_read.change_id,
        {{ joined_in_order(
            "case when parts_understood.change_id is null then '''' || rules_read.rule_part || '''' end", 'rules_read.part_number'
        ) }} as unread_parts
    from {{ ref('int_bridge_rules_read') }} as rules_read
    left join parts_understood
        on
            rules_read.change_id = parts_understood.change_id
            and rules_read.part_number = parts_understood.part_number
    group by rules_read.change_id
),

breaks as (
    select
        changes.change_id as break_id,
        changes.what_changed as kind,
        changes.source,
        changes.object,
        changes.field,
        changes.population,
        changes.effective_on as starts_on,
        changes.bridge_rule,
        case
            when changes.bridge_rule is not null then rules.change_id is not null and rules.unread_parts is null
        end as is_bridge_read,
        coalesce('declared by ' || changes.declared_by, 'declared')
        || coalesce('; bridge rule not read: ' || rules.unread_parts, '') as evidence
    from changes
    left join rules on changes.change_id = rules.change_id
    union all
    select
        'migration:' || previous_source || ':' || source || ':' || cast(starts_on as varchar) as break_id,
        'migration' as kind,
        source,
        'opportunity' as object,
        'rows' as field,
        population,
        starts_on,
        cast(null as varchar) as bridge_rule,
        cast(null as boolean) as is_bridge_read,
        cast(deal_count as varchar) || ' deals passed from ' || previous_source || ' to ' || source as evidence
    from migrations
),

-- in the columns of int_collection_breaks_detected
final as (
    select
        break_id,
        kind,
        'declared' as origin,
        source,
        object,
        field,
        population,
        cast(null as varchar) as record_type,
        starts_on,
        cast(null as date) as ends_on,
        cast(null as double) as size,
        cast(1 as double) as confidence,
        evidence,
        break_id as review_references,
        bridge_rule,
        is_bridge_read
    from breaks
)

select * from final
