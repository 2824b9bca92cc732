-- Rows that could not be read, of the extracts that count: the newest full one of an object, every delta.
with

quarantine as (
    select * from {{ source('raw', 'quarantine') }}
),

newest_extracts as (
    select
        source,
        object,
        max(extracted_at) as newest_extracted_at
    from {{ source('raw', 'load_ledger') }}
    where is_full
    group by source, object
),

final as (
    select
        quarantine.source,
        quarantine.object,
        quarantine.source_file,
        quarantine.source_row,
        quarantine.reason
    from quarantine
    left join newest_extracts
        on
            quarantine.source = newest_extracts.source
            and quarantine.object = newest_extracts.object
    where newest_extracts.source is null or quarantine.extracted_at = newest_extracts.newest_extracted_at
)

select * from final
