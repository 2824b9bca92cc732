-- The business dates on which an extract showed a deal, its close, a lead, its qualification, a stage change or an activity, new or changed.
with

leads as (
    {{ union_sources('leads', 'source_key, qualified_at, extracted_at') }}
),

stage_events as (
    {{ union_sources('stage_events', 'source_key, extracted_at') }}
),

activities as (
    {{ union_sources('activities', 'source_key, extracted_at') }}
),

shown as (
    select
        source,
        'opportunity' as object,
        'rows' as dated_by,
        source_key as record_key,
        extracted_at as shown_at
    from {{ ref('int_opportunity_versions') }}
    {%- for object, rows in {'lead': 'leads', 'stage_event': 'stage_events', 'activity': 'activities'}.items() %}
    union all
    select
        source,
        '{{ object }}' as object,
        'rows' as dated_by,
        source_key as record_key,
        extracted_at as shown_at
    from {{ rows }}
    {%- endfor %}
    union all
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
    from leads
    where qualified_at is not null
),

final as (
    select distinct
        source,
        object,
        dated_by,
        record_key,
        {{ business_date('shown_at') }} as delivered_on
    from shown
)

select * from final
