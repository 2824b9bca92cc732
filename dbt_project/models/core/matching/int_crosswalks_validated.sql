-- Each current row of the register crosswalk, with the reason for which it is set aside.
with

crosswalks as (
    select
        *,
        {{ referenced_id('source', 'record_key') }} as source_record_id
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

validated as (
    select
        crosswalks.entity,
        crosswalks.source,
        crosswalks.record_key,
        crosswalks.source_record_id,
        crosswalks.source_key,
        crosswalks.source_file,
        crosswalks.source_row,
        crosswalks.row_hash,
        case when records.source_record_id is null then 'unknown_source_id' end as set_aside_reason
    from crosswalks
    left join records
        on
            crosswalks.entity = records.entity
            and crosswalks.source_record_id = records.source_record_id
),

final as (
    select
        *,
        coalesce(
            set_aside_reason,
            case
                when row_number() over (
                    partition by source_key
                    order by row_hash desc, source_file asc, source_row asc
                ) > 1 then 'duplicate'
            end
        ) as exclusion_reason
    from validated
)

select * from final
