-- How many rows of each source, object and month count, name a known record, are matched with another system's, or are excluded, by reason.
with

source_rows as (
    select * from {{ ref('int_source_rows_validated') }}
),

matches as (
    select
        entity,
        source_record_id
    from {{ ref('int_source_ids_matched') }}
    where record_count > 1
),

sources as (
    select * from {{ source('raw', 'source') }}
    where kind <> 'register'
),

unreadable as (
    select
        source,
        object,
        reason as exclusion_reason,
        cast(null as date) as month_start,
        count(*) as row_count
    from {{ ref('int_unreadable_rows') }}
    group by source, object, reason
),

readable as (
    select
        source_rows.source,
        source_rows.object,
        source_rows.exclusion_reason,
        cast(date_trunc('month', source_rows.dated_on) as date) as month_start,
        count(*) as row_count,
        count(case when source_rows.exclusion_reason is null and source_rows.is_linked then 1 end) as linked_count,
        count(case when source_rows.exclusion_reason is null and not source_rows.is_linked then 1 end) as unlinked_count,
        count(case when matches.source_record_id is not null then 1 end) as matched_count
    from source_rows
    inner join sources on source_rows.source = sources.source
    left join matches
        on
            source_rows.object = matches.entity
            and source_rows.source_record_id = matches.source_record_id
    group by
        source_rows.source,
        source_rows.object,
        source_rows.exclusion_reason,
        cast(date_trunc('month', source_rows.dated_on) as date)
),

final as (
    select * from readable
    union all
    select
        unreadable.source,
        unreadable.object,
        unreadable.exclusion_reason,
        unreadable.month_start,
        unreadable.row_count,
        0 as linked_count,
        0 as unlinked_count,
        0 as matched_count
    from unreadable
    inner join sources on unreadable.source = sources.source
)

select * from final
