-- When the extracts first showed each deal, close, lead, qualification, stage change and activity.
with

opportunity_rows as (
    select
        source,
        source_key,
        extracted_at
    from {{ ref('int_opportunity_versions') }}
),

lead_rows as (
    {{ union_sources('leads', 'source_key, qualified_at, extracted_at') }}
),

stage_event_rows as (
    {{ union_sources('stage_events', 'source_key, extracted_at') }}
),

activity_rows as (
    {{ union_sources('activities', 'source_key, extracted_at') }}
),

shown as (
    {%- for object in ['opportunity', 'lead', 'stage_event', 'activity'] %}
    select
        source,
        '{{ object }}' as object,
        'rows' as dated_by,
        source_key as record_key,
        extracted_at as shown_at
    from {{ object }}_rows
    union all
    {%- endfor %}
    select
        closing_source as source,
        'opportunity' as object,
        'close_date' as dated_by,
        closing_source_key as record_key,
        shown_closed_at as shown_at
    from {{ ref('int_opportunity_owner_history') }}
    where known_to is null and is_shown_closed
    union all
    select
        source,
        'lead' as object,
        'qualified_at' as dated_by,
        source_key as record_key,
        extracted_at as shown_at
    from lead_rows
    where qualified_at is not null
),

final as (
    select
        source,
        object,
        dated_by,
        record_key,
        {{ business_date('min(shown_at)') }} as delivered_on
    from shown
    group by source, object, dated_by, record_key
)

select * from final
