{{ config(materialized='view') }}
-- The edits of deals that are profiled: each version of a deal, each change of one of its fields and each move to another stage. The seed
-- collection_measures lists the fields.
with

current_deals as (
    select * from {{ ref('int_opportunity_history') }}
    where known_to is null
),

edited_fields as (
    select
        field,
        dated_by
    from {{ ref('collection_measures') }}
    where counts = 'edits' and object = 'opportunity'
),

versions as (
    select
        versions.*,
        current_deals.owner_id as rep_id,
        lag(versions.owner_reference) over (
            partition by versions.source, versions.source_opportunity_id
            order by versions.extracted_at asc, versions.source_file asc, versions.source_row asc
        ) as previous_owner_reference
    from {{ ref('int_opportunity_versions') }} as versions
    inner join current_deals on versions.opportunity_id = current_deals.opportunity_id
    where versions.updated_at is not null and versions.is_in_force
),

last_deals as (
    select
        source,
        owner_reference,
        max(created_on) as created_on
    from versions
    group by source, owner_reference
),

-- the deals that a leaver hands over are not edits: all that pass at one instant were of one owner, who has no later deal
handovers as (
    select
        versions.source,
        versions.updated_at
    from versions
    inner join last_deals
        on versions.source = last_deals.source and versions.previous_owner_reference = last_deals.owner_reference
    where versions.owner_reference <> versions.previous_owner_reference
    group by versions.source, versions.updated_at
    having
        count(distinct versions.previous_owner_reference) = 1
        and max(last_deals.created_on) < {{ business_date('versions.updated_at') }}
),

handed_over as (
    select distinct
        versions.source,
        versions.source_opportunity_id,
        versions.updated_at,
        true as is_handed_over
    from versions
    inner join handovers using (source, updated_at)
    where versions.owner_reference <> versions.previous_owner_reference
),

edited_values as (
    select
        versions.*,
        edited_fields.field,
        edited_fields.dated_by,
        case edited_fields.field
            when 'amount' then cast(versions.amount as varchar)
            when 'opportunity_type' then versions.opportunity_type
            when 'stage' then versions.source_stage
            when 'owner_id' then versions.owner_reference
            when 'account_id' then versions.account_reference
            when 'close_date' then cast(versions.close_date as varchar)
            when 'loss_reason' then versions.loss_reason
        end as field_value
    from versions
    cross join edited_fields
),

with_previous_values as (
    select
        *,
        lag(field_value) over (versions_in_order) as previous_value,
        row_number() over (versions_in_order) as position_of_version
    from edited_values
    window versions_in_order as (
        partition by source, source_opportunity_id, field
        order by extracted_at asc, source_file asc, source_row asc
    )
),

-- an extract may show one edit in several versions
deal_edits as (
    select distinct
        edits.source,
        edits.opportunity_id,
        edits.rep_id,
        edits.dated_by,
        edits.updated_at
    from with_previous_values as edits
    left join handed_over using (source, source_opportunity_id, updated_at)
    where
        handed_over.is_handed_over is null
        and (
            edits.field = 'updated_at'
            or (edits.position_of_version > 1 and edits.field_value is distinct from edits.previous_value)
        )
),

final as (
    select
        {{- collection_record_columns({
            'source': 'source', 'object': "'opportunity'", 'dated_by': 'dated_by', 'record_key': 'opportunity_id',
            'owner_rep_id': 'rep_id', 'dated_on': business_date('updated_at'), 'is_copy': 'false', 'happened_at': 'updated_at',
        }) }}
    from deal_edits
    union all
    select
        {{- collection_record_columns({
            'source': 'stage_log.source', 'object': "'stage_event'", 'dated_by': "'edit of changed_at'",
            'record_key': 'stage_log.opportunity_id', 'owner_rep_id': 'current_deals.owner_id',
            'dated_on': business_date('stage_log.changed_at'), 'is_copy': 'false',
            'happened_at': 'stage_log.changed_at', 'edited_by': 'stage_log.changed_by',
        }) }}
    from {{ ref('int_stage_log_unioned') }} as stage_log
    inner join current_deals on stage_log.opportunity_id = current_deals.opportunity_id
    where stage_log.changed_at is not null
)

select * from final
