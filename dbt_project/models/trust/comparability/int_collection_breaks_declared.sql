-- The known breaks: the changes that sales ops declared, and the days on which deals moved from one system into another. A record in the later
-- system is authoritative from that day on.
with

changes as (
    select * from {{ ref('int_collection_changes_validated') }}
    where exclusion_reason is null and effective_on is not null
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
        on rules_read.change_id = parts_understood.change_id and rules_read.part_number = parts_understood.part_number
    group by rules_read.change_id
),

records as (
    select
        opportunity_id,
        source,
        in_force_from as starts_on,
        lag(source) over (partition by opportunity_id order by position_of_record) as previous_source
    from {{ ref('int_opportunity_records') }}
),

moved as (
    select
        records.*,
        rep_teams.team_id
    from records
    left join {{ ref('int_opportunity_history') }} as deals
        on records.opportunity_id = deals.opportunity_id and deals.known_to is null
    left join {{ ref('int_team_memberships') }} as rep_teams
        on deals.owner_id = rep_teams.rep_id and records.starts_on between rep_teams.valid_from and rep_teams.valid_to
    where records.previous_source <> records.source
),

migrations as (
    select
        'migration:' || previous_source || ':' || source || ':' || cast(starts_on as varchar) as break_id,
        previous_source,
        source,
        starts_on,
        count(*) as deal_count,
        case
            when count(team_id) = count(*) and count(distinct team_id) = 1 then 'team:' || min(team_id)
            else 'all'
        end as population
    from moved
    group by previous_source, source, starts_on
),

-- in the columns of int_collection_breaks_detected, and those of the bridge rule
final as (
    select
        changes.change_id as break_id,
        changes.what_changed as kind,
        'declared' as origin,
        changes.source,
        changes.object,
        changes.field,
        changes.population,
        cast(null as varchar) as record_type,
        changes.effective_on as starts_on,
        cast(null as date) as ends_on,
        cast(null as double) as size,
        cast(1 as double) as confidence,
        coalesce('declared by ' || changes.declared_by, 'declared')
        || coalesce('; part of the bridge rule that cannot be read: ' || rules.unread_parts, '') as evidence,
        changes.change_id as review_references,
        changes.bridge_rule,
        case
            when changes.bridge_rule is not null then rules.change_id is not null and rules.unread_parts is null
        end as is_bridge_read,
        cast(null as varchar) as previous_source
    from changes
    left join rules on changes.change_id = rules.change_id
    union all
    select
        break_id,
        'migration' as kind,
        'declared' as origin,
        source,
        'opportunity' as object,
        'rows' as field,
        population,
        null as record_type,
        starts_on,
        null as ends_on,
        null as size,
        1 as confidence,
        'deals moved from ' || previous_source || ' to ' || source || ': ' || cast(deal_count as varchar) as evidence,
        break_id as review_references,
        null as bridge_rule,
        null as is_bridge_read,
        previous_source
    from migrations
)

select * from final
