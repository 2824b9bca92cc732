-- Full extracts that ingest held back since the newest one of their object that was read: the first and the last of them.
with

ledger as (
    select
        *,
        max(case when not is_held_back then extracted_at end) over (partition by source, object) as newest_read_at
    from {{ source('raw', 'load_ledger') }}
),

waiting as (
    select
        source,
        object,
        extracted_at,
        records_before,
        records_missing,
        min(source_file) as source_file,
        row_number() over (partition by source, object order by extracted_at) as place,
        row_number() over (partition by source, object order by extracted_at desc) as place_from_the_end
    from ledger
    where is_held_back and extracted_at > newest_read_at
    group by source, object, extracted_at, records_before, records_missing
)

select
    source,
    object,
    source_file,
    records_before,
    records_missing,
    source_file || ' is held back: ' || cast(records_missing as varchar) || ' of the ' || cast(records_before as varchar)
    || ' known records of ''' || object || ''' are missing from it ('
    || cast(cast(100.0 * records_missing / records_before as integer) as varchar)
    || ' %). If they are really gone, write into landing/settings.yml: accepted_extracts: [{source: ' || source || ', object: '
    || object || ', date: ' || cast({{ business_date('extracted_at') }} as varchar) || '}]' as message
from waiting
where place = 1 or place_from_the_end = 1
