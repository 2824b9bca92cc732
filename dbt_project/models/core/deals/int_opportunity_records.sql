-- Of each deal that is in several systems its record in each of them: from when to when it is in force, and what it says of the deal's
-- beginning. References are full ids here, because they are read beside another system's.
with

matches as (
    select * from {{ ref('int_source_ids_matched') }}
    where entity = 'opportunity'
),

versions as (
    select
        versions.*,
        min(versions.created_at) over (partition by versions.source_opportunity_id) as first_created_at,
        min(versions.created_on) over (partition by versions.source_opportunity_id) as first_created_on,
        row_number() over (
            partition by versions.source_opportunity_id
            order by
                case when versions.is_in_force then 0 else 1 end,
                versions.extracted_at desc,
                versions.updated_at desc nulls last,
                versions.row_hash desc
        ) as position_of_version
    from {{ ref('int_opportunity_versions') }} as versions
    inner join matches on versions.source_opportunity_id = matches.source_record_id
),

rep_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep' and resolved_id is not null
),

final as (
    select
        matches.canonical_id as opportunity_id,
        matches.source_record_id as source_opportunity_id,
        matches.source,
        matches.in_force_from,
        matches.in_force_to,
        matches.in_force_to = cast('9999-12-31' as date) as is_in_force,
        row_number() over (
            partition by matches.canonical_id order by matches.in_force_from, matches.in_force_to
        ) as position_of_record,
        versions.pipeline,
        coalesce(versions.created_at, versions.first_created_at) as created_at,
        coalesce(versions.created_on, versions.first_created_on) as created_on,
        rep_references.resolved_id as created_by_reference,
        {{ referenced_id('versions.source', 'versions.lead_reference') }} as lead_reference
    from matches
    inner join versions
        on
            matches.source_record_id = versions.source_opportunity_id
            and versions.position_of_version = 1
    left join rep_references
        on
            versions.source = rep_references.scope
            and versions.created_by_reference = rep_references.reference
)

select * from final
