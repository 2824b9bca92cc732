-- Extracts that count now (the newest full one of an object, every delta) of which more than the share `set_aside_share` of the rows was
-- set aside: at least 3 rows, or all of them.
with

extracts as (
    select
        source,
        object,
        extracted_at,
        is_full,
        is_accepted,
        sum(rows_read) as row_count,
        sum(rows_quarantined) as set_aside_count,
        max(extracted_at) over (partition by source, object) as newest_at
    from {{ source('raw', 'load_ledger') }}
    where not is_held_back
    group by source, object, extracted_at, is_full, is_accepted
),

suspect as (
    select * from extracts
    where
        not is_accepted
        and (extracted_at = newest_at or not is_full)
        and set_aside_count > {{ var('set_aside_share') }} * row_count
        and (set_aside_count >= 3 or set_aside_count = row_count)
),

examples as (
    select
        source,
        object,
        extracted_at,
        min(source_file) as source_file,
        min(message) as first_message
    from {{ source('raw', 'quarantine') }}
    group by source, object, extracted_at
)

select
    suspect.source,
    suspect.object,
    examples.source_file,
    suspect.row_count,
    suspect.set_aside_count,
    coalesce(examples.source_file, suspect.source || ' ' || suspect.object) || ': ' || cast(suspect.set_aside_count as varchar) || ' of '
    || cast(suspect.row_count as varchar) || ' rows are set aside, such as ' || coalesce(examples.first_message, '')
    || ' If the others are right and complete, write into landing/settings.yml: accepted_extracts: [{source: ' || suspect.source || ', object: '
    || suspect.object || ', date: ' || cast({{ business_date('suspect.extracted_at') }} as varchar) || '}]' as message
from suspect
left join examples
    on
        suspect.source = examples.source
        and suspect.object = examples.object
        and suspect.extracted_at = examples.extracted_at
