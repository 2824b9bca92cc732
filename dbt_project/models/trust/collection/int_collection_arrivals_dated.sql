-- How many days after the first extract that could have shown it each deal, close, lead, qualification and stage change was delivered, and
-- each activity that does not say when it was logged: what was entered late or backdated was missing from extracts of its time, and
-- what was dated ahead is older than its own date. Only of what is dated after the first extract of its object can that be told.
with

records as (
    select * from {{ ref('int_collection_records_placed') }}
    where not is_copy and object <> 'opportunity_line' and logged_at is null
),

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

closes as (
    select
        closing_source as source,
        closing_source_key as source_key,
        shown_closed_at
    from {{ ref('int_opportunity_owner_history') }}
    where known_to is null and is_shown_closed
),

shown as (
    {%- for object in ['opportunity', 'lead', 'stage_event', 'activity'] %}
    select
        source,
        '{{ object }}' as object,
        'rows' as dated_by,
        source_key,
        min(extracted_at) as shown_at
    from {{ object }}_rows
    group by source, source_key
    union all
    {%- endfor %}
    select
        source,
        'opportunity' as object,
        'close_date' as dated_by,
        source_key,
        min(shown_closed_at) as shown_at
    from closes
    group by source, source_key
    union all
    select
        source,
        'lead' as object,
        'qualified_at' as dated_by,
        source_key,
        min(extracted_at) as shown_at
    from lead_rows
    where qualified_at is not null
    group by source, source_key
),

extracts as (
    {%- for object in ['opportunity', 'lead', 'stage_event', 'activity'] %}
    select distinct
        source,
        '{{ object }}' as object,
        {{ business_date('extracted_at') }} as extract_on
    from {{ object }}_rows
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

days as (
    select
        source,
        object,
        extract_on as day,
        extract_on
    from extracts
    union all
    select distinct
        source,
        object,
        dated_on as day,
        cast(null as date) as extract_on
    from records
),

followed as (
    select
        source,
        object,
        day,
        extract_on,
        min(extract_on) over (partition by source, object) as first_extract_on,
        min(extract_on) over (
            partition by source, object order by day range between current row and unbounded following
        ) as next_extract_on
    from days
),

dated as (
    select
        records.*,
        {{ days_between(
            'coalesce(followed.next_extract_on, records.dated_on)', business_date('shown.shown_at')
        ) }} as lag_days
    from records
    inner join shown
        on
            records.source = shown.source
            and records.object = shown.object
            and records.dated_by = shown.dated_by
            and records.record_key = shown.source_key
    inner join followed
        on
            records.source = followed.source
            and records.object = followed.object
            and records.dated_on = followed.day
            and followed.extract_on is null
    where records.dated_on > followed.first_extract_on
),

final as (
    select
        source,
        object,
        case
            when dated_by <> 'rows' then dated_by
            when object = 'stage_event' then 'changed_at'
            when object = 'activity' then 'occurred_at'
            else 'created_at'
        end as field,
        team_id,
        pipeline,
        week_start,
        record_type,
        record_key,
        -- an activity may stand in the extracts while it is only planned
        case when object = 'activity' then greatest(lag_days, 0) else lag_days end as lag_days
    from dated
)

select * from final
