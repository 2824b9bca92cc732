{{ config(materialized='incremental', unique_key='week_fingerprint') }}
-- Each record that is profiled, assigned to the week of its day and to the team that its owner was in on that day, with the values that
-- are counted. A record's delivery lag is counted from the first extract that could have shown it.
{% set zone = "'" ~ var('reporting_time_zone') ~ "'" %}

with

first_deliveries as (
    select
        source,
        object,
        dated_by,
        record_key,
        min(delivered_on) as delivered_on
    from {{ ref('int_collection_deliveries') }}
    group by source, object, dated_by, record_key
),

extracts as (
    select
        source,
        object,
        delivered_on as extracted_on,
        lead(delivered_on) over (partition by source, object order by delivered_on) as next_extracted_on
    from {{ ref('int_collection_deliveries') }}
    where dated_by = 'rows'
    group by source, object, delivered_on
),

-- the days after the first extract of an object, with the first extract from then on; none where no extract has come yet
extract_days as (
    select
        extracts.source,
        extracts.object,
        extracts.next_extracted_on,
        {{ each_day(add_days('extracts.extracted_on', 1), 'coalesce(extracts.next_extracted_on, as_of.as_of_date)') }} as day
    from extracts
    cross join {{ ref('int_as_of_determined') }} as as_of
),

validated_activities as (
    select * from {{ ref('int_activity_history') }}
    where known_to is null
),

activities as (
    select
        *,
        row_number() over (
            partition by
                source, rep_reference, activity_type, occurred_at, opportunity_id, lead_id, direction, duration_minutes
            order by case when exclusion_reason is null then 0 else 1 end asc, activity_id asc
        ) > 1 as is_copy
    from validated_activities
    where occurred_on is not null and (exclusion_reason is null or exclusion_reason = 'duplicate')
),

first_activities as (
    select
        opportunity_id,
        'close_date' as dated_by,
        min(activity_id) as first_activity
    from validated_activities
    where exclusion_reason is null and opportunity_id is not null
    group by opportunity_id
),

records as (
    select * from {{ ref('int_collection_deal_records') }}
    union all
    select * from {{ ref('int_collection_lead_records') }}
    union all
    select * from {{ ref('int_collection_edits') }}
    union all
    select
        {{- collection_record_columns({
            'source': 'source', 'object': "'activity'", 'dated_by': "'rows'", 'record_type': 'activity_type',
            'record_key': 'source_key', 'owner_rep_id': 'rep_id', 'dated_on': 'occurred_on', 'is_copy': 'is_copy',
            'happened_at': 'occurred_at', 'logged_at': 'logged_at', 'opportunity_id': 'coalesce(opportunity_id, lead_id)',
            'direction': 'direction', 'outcome': 'outcome', 'quantity': 'duration_minutes',
        }) }}
    from activities
    union all
    select
        {{- collection_record_columns({
            'source': 'source', 'object': "'activity'", 'dated_by': "'edit of logged_at'", 'record_key': 'activity_id',
            'owner_rep_id': 'rep_id', 'dated_on': business_date('logged_at'), 'is_copy': 'false', 'happened_at': 'logged_at',
        }) }}
    from validated_activities
    where exclusion_reason is null and logged_at is not null
),

assigned as (
    select
        records.*,
        rep_teams.team_id,
        first_activities.first_activity,
        {{ fiscal_period_start('week', 'records.dated_on') }} as week_start,
        case
            when records.logged_at is null
                then {{ days_between(
                    'coalesce(extract_days.next_extracted_on, extract_days.day)', 'first_deliveries.delivered_on'
                ) }}
        end as delivery_days
    from records
    cross join {{ ref('int_as_of_determined') }} as as_of
    left join {{ ref('int_team_memberships') }} as rep_teams
        on records.owner_rep_id = rep_teams.rep_id and records.dated_on between rep_teams.valid_from and rep_teams.valid_to
    left join first_activities using (opportunity_id, dated_by)
    left join first_deliveries using (source, object, dated_by, record_key)
    left join extract_days
        on records.source = extract_days.source and records.object = extract_days.object and records.dated_on = extract_days.day
    where records.dated_on between as_of.earliest_plausible_on and as_of.as_of_date
),

weeks as (
    {{ groups_of('assigned', 'source, object, week_start') }}
),

final as (
    select
        assigned.*,
        weeks.group_fingerprint as week_fingerprint,
        -- the text before the number of a key; a long random key has none
        case
            when length(rtrim(assigned.record_key, '0123456789')) <= 6 then rtrim(assigned.record_key, '0123456789') || '#'
            when assigned.record_key is not null then 'long'
        end as key_shape,
        -- tenths of a power of ten
        case
            when assigned.quantity > 0 then cast(cast(floor(round(ln(assigned.quantity) / ln(10) * 10, 6)) as integer) as varchar)
        end as magnitude,
        cast(extract(hour from {{ local_instant('happened_at', zone) }}) as varchar) as hour_of_day,
        {{ lag_span(seconds_between('happened_at', 'logged_at')) }} as logging_lag,
        -- an activity may be in the extracts while it is only planned
        {{ lag_span("case when assigned.object = 'activity' and delivery_days < 0 then 0 else delivery_days * 86400 end") }}
            as delivery_lag,
        cast(date_trunc('hour', assigned.happened_at) as varchar)
        || ' ' || cast(floor(extract(minute from assigned.happened_at) / 10) as varchar)
        || coalesce(' ' || assigned.edited_by, '') as ten_minutes
    from assigned
    {{ join_new_groups('assigned', 'weeks', ['source', 'object', 'week_start']) }}
)

select * from final
