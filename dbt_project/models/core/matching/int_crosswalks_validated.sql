-- Each current row of the register crosswalk, with the reason for which it is set aside.
with

crosswalks as (
    select
        *,
        {{ referenced_id('source', 'record_key') }} as source_record_id,
        {{ has_newer_row('source_key') }} as is_duplicate
    from {{ ref('stg_registers__crosswalks') }}
    where is_current
),

records as (
    select
        entity,
        source_record_id
    from {{ ref('int_source_records_matched') }}
    union all
    select
        entity,
        source_record_id
    from {{ ref('int_deal_records_matched') }}
),

final as (
    select
        crosswalks.*,
        case when records.entity is null then 'unknown_source_id' end as set_aside_reason,
        case
            when records.entity is null then 'unknown_source_id'
            when crosswalks.is_duplicate then 'duplicate'
        end as exclusion_reason
    from crosswalks
    left join records
        on
            crosswalks.entity = records.entity
            and crosswalks.source_record_id = records.source_record_id
)

select * from final
