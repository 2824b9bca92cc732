-- Figures of periods in which nothing was recorded. There must not be any.
with

attainments as (
    select
        'mart_quota_attainment' as mart,
        assignee_id,
        metric,
        period_type,
        period_start
    from {{ ref('mart_quota_attainment') }}
    where collection_status = 'not_recorded' and actual_amount is not null
),

comparisons as (
    select
        'mart_rep_comparison' as mart,
        rep_id as assignee_id,
        metric,
        period_type,
        period_start
    from {{ ref('mart_rep_comparison') }}
    where collection_status = 'not_recorded' and value is not null
)

select * from attainments
union all
select * from comparisons
