-- The first day on which each segment can have data for a metric: the first day of one of its sources, for a rep not before the hire.
with

metrics as (
    select * from {{ ref('metrics') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

first_records as (
    select
        credited.source,
        metrics.metric,
        min(credited.credited_on) as first_on
    from {{ ref('int_metric_credit_history') }} as credited
    inner join metrics on credited.metric = metrics.recorded_as
    cross join as_of
    where
        credited.known_to is null
        and credited.credited_on between as_of.earliest_plausible_on and as_of.latest_plausible_on
    group by credited.source, metrics.metric
    union all
    select
        valued.source,
        metrics.metric,
        min(valued.created_on) as first_on
    from {{ ref('fct_opportunities') }} as valued
    cross join metrics
    where metrics.recorded_as = 'funnel_conversion'
    group by valued.source, metrics.metric
    union all
    select
        source,
        'lead_response_business_minutes' as metric,
        min(created_on) as first_on
    from {{ ref('int_leads_validated') }}
    where exclusion_reason is null
    group by source
),

rep_sources as (
    select distinct
        rep_id,
        source
    from {{ ref('int_rep_sources_listed') }}
),

reps as (
    select
        rep_id,
        coalesce(hired_on, cast('0001-01-01' as date)) as hired_on
    from {{ ref('dim_reps') }}
),

rep_teams as (
    select * from {{ ref('int_team_memberships') }}
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

by_segment as (
    select
        'company' as segment_type,
        'company' as segment_id,
        metric,
        first_on
    from first_records
    union all
    select
        'rep' as segment_type,
        'unassigned' as segment_id,
        metric,
        first_on
    from first_records
    union all
    select
        'rep' as segment_type,
        rep_sources.rep_id as segment_id,
        first_records.metric,
        greatest(first_records.first_on, reps.hired_on) as first_on
    from rep_sources
    inner join reps on rep_sources.rep_id = reps.rep_id
    inner join first_records on rep_sources.source = first_records.source
    union all
    select
        'team' as segment_type,
        ancestors.ancestor_team_id as segment_id,
        first_records.metric,
        greatest(first_records.first_on, rep_teams.valid_from, reps.hired_on) as first_on
    from rep_teams
    inner join ancestors on rep_teams.team_id = ancestors.team_id
    inner join reps on rep_teams.rep_id = reps.rep_id
    inner join rep_sources on rep_teams.rep_id = rep_sources.rep_id
    inner join first_records on rep_sources.source = first_records.source
),

final as (
    select
        segment_type,
        segment_id,
        metric,
        min(first_on) as data_begins_on
    from by_segment
    group by segment_type, segment_id, metric
)

select * from final
