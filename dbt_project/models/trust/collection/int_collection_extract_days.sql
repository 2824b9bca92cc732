-- For each day after the first extract of an object: the first extract day from then on. The day itself where no extract has come yet.
with

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

shown as (
    select
        'opportunity' as object,
        source,
        extracted_at
    from {{ ref('int_opportunity_versions') }}
    {%- for object, entity in {'lead': 'leads', 'stage_event': 'stage_events', 'activity': 'activities'}.items() %}
    union all
    select
        '{{ object }}' as object,
        source,
        extracted_at
    from ({{ union_sources(entity, 'extracted_at') }}) as {{ entity }}
    {%- endfor %}
),

extracts as (
    select distinct
        source,
        object,
        {{ business_date('extracted_at') }} as extracted_on
    from shown
),

spans as (
    select
        source,
        object,
        extracted_on,
        lead(extracted_on) over (partition by source, object order by extracted_on) as next_extracted_on
    from extracts
),

days as (
    select
        spans.source,
        spans.object,
        spans.next_extracted_on,
        {{ each_day(add_days('spans.extracted_on', 1), 'coalesce(spans.next_extracted_on, as_of.as_of_date)') }} as day
    from spans
    cross join as_of
),

final as (
    select
        source,
        object,
        day,
        coalesce(next_extracted_on, day) as next_extracted_on
    from days
)

select * from final
