with

final as (
    select
        cast(metric as varchar) as metric,
        cast(object as varchar) as object,
        cast(object_id as varchar) as object_id,
        cast(source as varchar) as source,
        cast(rep_id as varchar) as rep_id,
        cast(team_id as varchar) as team_id,
        cast(period_type as varchar) as period_type,
        period_start,
        cast(days_after as integer) as days_after,
        said_amount,
        current_amount,
        change_amount,
        cast(change_kind as varchar) as change_kind,
        cast(said_rep_ids as varchar) as said_rep_ids,
        cast(current_rep_ids as varchar) as current_rep_ids,
        said_credited_on,
        current_credited_on
    from {{ ref('int_restated_records_found') }}
)

select * from final
