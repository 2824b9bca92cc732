-- With whom a rep is compared: those of the same role and segment; where they are too few, of the same role; else everyone.
-- Only reps who may be ranked are peers, the rep included.
with

measured as (
    select * from {{ ref('int_rep_metrics_measured') }}
),

judged as (
    select
        *,
        case
            when not has_deals then 'no_deals'
            when closed_count < {{ var('minimum_closed_deals') }} then 'below_minimum_closed_deals'
            when value is null and metric = 'attainment' and has_partial_quota then 'partial_quota'
            when value is null and metric = 'attainment' then 'no_quota'
            when value is null then 'no_value'
        end as not_ranked_reason,
        role || ' / ' || segment as role_and_segment
    from measured
),

counted as (
    select
        *,
        count(case when not_ranked_reason is null then 1 end) over (
            partition by metric, period_type, period_start, role_and_segment
        ) as role_and_segment_count,
        count(case when not_ranked_reason is null then 1 end) over (
            partition by metric, period_type, period_start, role
        ) as role_count
    from judged
),

final as (
    select
        *,
        case
            when role_and_segment is not null and role_and_segment_count >= {{ var('minimum_peers') }} then role_and_segment
            when role is not null and role_count >= {{ var('minimum_peers') }} then role
            else 'company'
        end as peer_group
    from counted
)

select * from final
