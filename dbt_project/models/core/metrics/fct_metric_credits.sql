with

final as (
    select
        cast(metric as varchar) as metric,
        cast(object as varchar) as object,
        cast(object_id as varchar) as object_id,
        cast(rep_id as varchar) as rep_id,
        cast(team_id as varchar) as team_id,
        credited_on,
        amount,
        cast(source as varchar) as source
    from {{ ref('int_metric_amounts_credited') }}
)

select * from final
