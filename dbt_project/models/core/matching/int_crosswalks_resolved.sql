-- What the register crosswalk says of each record, and which of its rows is in force. A canonical id is the id of the record that
-- gives its name: a full id, or a bare one that one record of the other systems has; any other text is the company's own.
with

crosswalks as (
    select
        *,
        {{ referenced_id('source', 'record_key') }} as source_record_id,
        row_number() over (
            partition by source_key
            order by row_hash desc, source_file asc, source_row asc
        ) as position_of_key,
        count(*) over (partition by entity, canonical_reference) as reference_count
    from {{ ref('stg_registers__crosswalks') }}
    where is_current
),

records as (
    select * from {{ ref('int_source_records_listed') }}
),

sources as (
    select source from {{ source('raw', 'source') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

bare_keys as (
    select
        crosswalks.source_key,
        min(records.source_record_id) as source_record_id
    from crosswalks
    inner join records
        on
            crosswalks.entity = records.entity
            and crosswalks.source <> records.source
            and crosswalks.canonical_reference = records.record_key
    where crosswalks.reference_count = 1
    group by crosswalks.source_key
    having count(distinct records.source_record_id) = 1
),

judged as (
    select
        crosswalks.entity,
        crosswalks.source,
        crosswalks.record_key,
        crosswalks.source_record_id,
        crosswalks.canonical_reference,
        coalesce(
            case when sources.source is not null then crosswalks.canonical_reference end,
            bare_keys.source_record_id,
            {{ canonical_id("'registers'", 'crosswalks.canonical_reference') }}
        ) as declared_id,
        crosswalks.valid_from,
        coalesce(crosswalks.valid_from, cast('0001-01-01' as date)) <= as_of.as_of_date as has_begun,
        crosswalks.source_key,
        crosswalks.source_file,
        crosswalks.source_row,
        crosswalks.row_hash,
        case when records.source_record_id is null then 'unknown_source_id' end as set_aside_reason,
        coalesce(
            case when records.source_record_id is null then 'unknown_source_id' end,
            case when crosswalks.position_of_key > 1 then 'duplicate' end
        ) as exclusion_reason
    from crosswalks
    cross join as_of
    left join records
        on
            crosswalks.entity = records.entity
            and crosswalks.source_record_id = records.source_record_id
    left join sources
        on crosswalks.canonical_reference like sources.source || ':%'
    left join bare_keys on crosswalks.source_key = bare_keys.source_key
),

final as (
    select
        *,
        exclusion_reason is null and has_begun and row_number() over (
            partition by entity, source_record_id
            order by
                case when exclusion_reason is null and has_begun then 0 else 1 end,
                valid_from desc nulls last,
                row_hash desc
        ) = 1 as is_in_force
    from judged
)

select * from final
