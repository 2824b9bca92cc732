-- The spans in which what a metric counts (recorded_as in the seed metrics) is recorded of each segment, and the first day on which it can have
-- data: the first day of one of the segment's sources, for a rep not before the hire. Deals are always recorded where a source delivers
-- them; the responses to leads are where any activity is.
with

first_records as (
    select
        credits.source,
        credits.metric as recorded_as,
        min(credits.credited_on) as first_on,
        false as is_always_recorded
    from {{ ref('fct_metric_credits') }} as credits
    group by credits.source, credits.metric
    union all
    select
        source,
        'funnel_conversion' as recorded_as,
        min(created_on) as first_on,
        true as is_always_recorded
    from {{ ref('fct_opportunities') }}
    group by source
    union all
    select
        source,
        'lead_response_business_minutes' as recorded_as,
        min(created_on) as first_on,
        false as is_always_recorded
    from {{ ref('int_lead_history') }}
    where exclusion_reason is null and known_to is null
    group by source
),

rep_sources as (
    select
        reps.rep_id,
        records.source,
        coalesce(reps.hired_on, cast('0001-01-01' as date)) as hired_on
    from {{ ref('int_source_records_matched') }} as records
    inner join {{ ref('dim_reps') }} as reps on records.canonical_id = reps.rep_id
    where records.entity = 'rep'
),

segment_sources as (
    select
        'rep' as segment_type,
        rep_id as segment_id,
        source,
        hired_on as present_from
    from rep_sources
    union all
    select
        'team' as segment_type,
        ancestors.ancestor_team_id as segment_id,
        rep_sources.source,
        greatest(rep_teams.valid_from, rep_sources.hired_on) as present_from
    from {{ ref('int_team_memberships') }} as rep_teams
    inner join rep_sources on rep_teams.rep_id = rep_sources.rep_id
    inner join {{ ref('dim_team_ancestors') }} as ancestors on rep_teams.team_id = ancestors.team_id
    union all
    select distinct
        everything.segment_type,
        everything.segment_id,
        first_records.source,
        cast('0001-01-01' as date) as present_from
    from first_records
    cross join (values ('company', 'company'), ('rep', 'unassigned')) as everything (segment_type, segment_id)
),

beginnings as (
    select
        segment_sources.segment_type,
        segment_sources.segment_id,
        first_records.recorded_as,
        first_records.is_always_recorded,
        min(
            case when first_records.first_on is not null then greatest(first_records.first_on, segment_sources.present_from) end
        ) as data_begins_on
    from segment_sources
    inner join first_records on segment_sources.source = first_records.source
    group by segment_sources.segment_type, segment_sources.segment_id, first_records.recorded_as, first_records.is_always_recorded
),

recordings as (
    select * from {{ ref('int_metric_recordings') }}
    -- one row of those that several types share: equal rows would have no order
    union
    select
        recordings.assignee_type,
        recordings.assignee_id,
        'lead_response_business_minutes' as metric,
        recordings.recorded_from,
        recordings.recorded_to
    from {{ ref('int_metric_recordings') }} as recordings
    inner join {{ ref('activity_types') }} as activity_types on recordings.metric = activity_types.metric
),

with_earlier_ends as (
    select
        *,
        max(recorded_to) over (
            partition by assignee_type, assignee_id, metric order by recorded_from, recorded_to
            rows between unbounded preceding and 1 preceding
        ) as earlier_recorded_to
    from recordings
),

-- recordings that overlap, or of which one follows on the other, are one span
numbered as (
    select
        *,
        sum(case when {{ add_days('recorded_from', -1) }} <= earlier_recorded_to then 0 else 1 end) over (
            partition by assignee_type, assignee_id, metric order by recorded_from, recorded_to
            rows between unbounded preceding and current row
        ) as position_of_span
    from with_earlier_ends
),

spans as (
    select
        assignee_type as segment_type,
        assignee_id as segment_id,
        metric as recorded_as,
        min(recorded_from) as recorded_from,
        max(recorded_to) as recorded_to
    from numbered
    group by assignee_type, assignee_id, metric, position_of_span
    union all
    select
        segment_type,
        segment_id,
        recorded_as,
        cast('0001-01-01' as date) as recorded_from,
        cast('9999-12-31' as date) as recorded_to
    from beginnings
    where is_always_recorded
),

final as (
    select
        segment_type,
        segment_id,
        recorded_as,
        spans.recorded_from,
        spans.recorded_to,
        beginnings.data_begins_on
    from spans
    full outer join beginnings using (segment_type, segment_id, recorded_as)
)

select * from final
