with

final as (
    select
        cast(account_id as varchar) as account_id,
        cast(account_name as varchar) as account_name,
        cast(source as varchar) as source,
        record_count,
        cast(industry as varchar) as industry,
        cast(region as varchar) as region,
        cast(segment as varchar) as segment
    from {{ ref('int_accounts_matched') }}
)

select * from final
