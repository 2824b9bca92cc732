-- What the records that changed make of each assignee's figures, and the day of the newest extract, until each cutoff, of the sources of
-- these figures. A team holds the changes of its reps and of the teams below it; what passed from one of them to another changes nothing.
{% set figure = 'assignee_type, assignee_id, metric, period_type, period_start' %}

with

moved as (
    select * from {{ ref('fct_restated_records') }}
),

ancestors as (
    select * from {{ ref('dim_team_ancestors') }}
),

cutoffs as (
    select * from {{ ref('int_restatement_cutoffs_dated') }}
),

metrics as (
    select * from {{ ref('metrics') }}
    where can_have_quota
),

by_assignee as (
    select
        'rep' as assignee_type,
        moved.rep_id as assignee_id,
        moved.*
    from moved
    union all
    select
        'team' as assignee_type,
        ancestors.ancestor_team_id as assignee_id,
        moved.*
    from moved
    inner join ancestors on moved.team_id = ancestors.team_id
    union all
    select
        'company' as assignee_type,
        'company' as assignee_id,
        moved.*
    from moved
),

by_record as (
    select
        {{ figure }},
        period_end,
        days_after,
        sum(change_amount) as change_amount
    from by_assignee
    group by assignee_type, assignee_id, metric, period_type, period_start, period_end, days_after, object_id
    union all
    -- the company has a row of every closed period, whether or not a record changed it
    select
        'company' as assignee_type,
        'company' as assignee_id,
        metrics.metric,
        cutoffs.period_type,
        cutoffs.period_start,
        cutoffs.period_end,
        cutoffs.days_after,
        0 as change_amount
    from cutoffs
    cross join metrics
),

summed as (
    select
        {{ figure }},
        period_end,
        days_after,
        cast(sum(change_amount) as decimal(28, 10)) as restated_amount,
        count(case when change_amount <> 0 then 1 end) as restated_record_count
    from by_record
    group by assignee_type, assignee_id, metric, period_type, period_start, period_end, days_after
),

-- the sources that deliver a rep, or credit the rep with anything
rep_sources as (
    select
        canonical_id as rep_id,
        source
    from {{ ref('int_source_records_matched') }}
    where entity = 'rep'
    union
    select
        rep_id,
        source
    from {{ ref('fct_metric_credits') }}
    where rep_id <> 'unassigned'
),

assignee_sources as (
    select
        'rep' as assignee_type,
        rep_id as assignee_id,
        source
    from rep_sources
    union
    select
        'team' as assignee_type,
        ancestors.ancestor_team_id as assignee_id,
        rep_sources.source
    from {{ ref('int_team_memberships') }} as memberships
    inner join rep_sources on memberships.rep_id = rep_sources.rep_id
    inner join ancestors on memberships.team_id = ancestors.team_id
    union
    select
        everywhere.assignee_type,
        everywhere.assignee_id,
        cutoffs.source
    from cutoffs
    cross join (values ('rep', 'unassigned'), ('company', 'company')) as everywhere (assignee_type, assignee_id)
),

reported as (
    select
        assignee_sources.assignee_type,
        assignee_sources.assignee_id,
        metrics.metric,
        cutoffs.period_type,
        cutoffs.period_start,
        cutoffs.days_after,
        max(cutoffs.reported_on) as reported_on
    from summed
    inner join metrics using (metric)
    inner join assignee_sources using (assignee_type, assignee_id)
    inner join cutoffs using (object, source, period_type, period_start, days_after)
    group by
        assignee_sources.assignee_type, assignee_sources.assignee_id, metrics.metric, cutoffs.period_type, cutoffs.period_start,
        cutoffs.days_after
),

final as (
    select
        summed.*,
        reported.reported_on
    from summed
    left join reported using (assignee_type, assignee_id, metric, period_type, period_start, days_after)
)

select * from final
