-- What the records, arrivals and edits of a source, an object and a week are, in one number: where it differs from the one that the week
-- was counted under, the week is counted again. Which way round they stand does not matter.
with

contents as (
    {%- for placed in ['int_collection_records_placed', 'int_collection_arrivals_dated', 'int_collection_edits_placed'] %}
    select
        placed.source,
        placed.object,
        placed.week_start,
        {{ row_fingerprint('placed') }} as content
    from {{ ref(placed) }} as placed
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

summed as (
    select
        source,
        object,
        week_start,
        sum(content) as content
    from contents
    group by source, object, week_start
),

final as (
    select
        source,
        object,
        week_start,
        {{ row_fingerprint('summed') }} as week_fingerprint
    from summed
)

select * from final
