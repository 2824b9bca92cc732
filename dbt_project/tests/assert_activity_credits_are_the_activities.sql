{{ config(group='metrics') }}

-- The credits of activities that are known today are the activities that count and that a metric counts.
with

credited as (
    select
        activity_id,
        rep_id,
        credited_on
    from {{ ref('int_activity_credit_history') }}
    where known_to is null
),

counted as (
    select
        activities.activity_id,
        activities.rep_id,
        activities.occurred_on as credited_on
    from {{ ref('fct_activities') }} as activities
    inner join {{ ref('activity_types') }} as activity_types on activities.activity_type = activity_types.activity_type
    where activity_types.metric is not null
)

select * from (
    select * from credited
    except
    select * from counted
) as not_counted
union all
select * from (
    select * from counted
    except
    select * from credited
) as not_credited
