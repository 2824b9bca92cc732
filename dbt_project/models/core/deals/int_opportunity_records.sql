-- The record of each migrated deal in each of its systems: when it is in force, from when to when it is authoritative in what had been
-- delivered, and how the deal began. References are full ids here, because records of several systems are compared.
with

matches as (
    select * from {{ ref('bridge_source_ids') }}
    where entity = 'opportunity'
),

versions as (
    select
        versions.*,
        min(versions.created_at) over (partition by versions.source_opportunity_id) as first_created_at,
        min(versions.created_on) over (partition by versions.source_opportunity_id) as first_created_on,
        min(versions.delivered_on) over (partition by versions.source_opportunity_id) as first_delivered_on,
        row_number() over (
            partition by versions.source_opportunity_id
            order by
                case when versions.is_in_force then 0 else 1 end,
                versions.extracted_at desc,
                versions.updated_at desc nulls last,
                versions.row_hash desc
        ) as position_of_version
    from {{ ref('int_opportunities_unioned') }} as versions
    inner join matches on versions.source_opportunity_id = matches.source_id
),

records as (
    select
        matches.canonical_id as opportunity_id,
        matches.source_id as source_opportunity_id,
        matches.source,
        matches.in_force_from,
        matches.in_force_to,
        matches.in_force_to = cast('9999-12-31' as date) as is_in_force,
        row_number() over (
            partition by matches.canonical_id order by matches.in_force_from, matches.in_force_to
        ) as position_of_record,
        versions.pipeline,
        versions.first_delivered_on,
        coalesce(versions.created_at, versions.first_created_at) as created_at,
        coalesce(versions.created_on, versions.first_created_on) as created_on,
        creators.resolved_id as created_by_reference,
        {{ referenced_id('versions.source', 'versions.lead_reference') }} as lead_reference
    from matches
    inner join versions
        on matches.source_id = versions.source_opportunity_id and versions.position_of_version = 1
    {{ join_reference('versions', 'created_by_reference', 'rep', 'creators') }}
),

-- the first record is authoritative from the beginning, a later one from its own time on and not before an extract had delivered it
begun as (
    select
        *,
        case
            when position_of_record = 1 then cast('0001-01-01' as date)
            else greatest(in_force_from, first_delivered_on)
        end as authoritative_from
    from records
),

final as (
    select
        *,
        min(authoritative_from) over (
            partition by opportunity_id
            order by position_of_record
            rows between 1 following and unbounded following
        ) as authoritative_to,
        min(created_at) over (partition by opportunity_id) as deal_created_at,
        min(created_on) over (partition by opportunity_id) as deal_created_on,
        max(case when position_of_record = 1 then created_by_reference end) over (partition by opportunity_id)
            as deal_created_by_reference,
        max(case when position_of_record = 1 then lead_reference end) over (partition by opportunity_id)
            as deal_lead_reference
    from begun
)

select * from final
