with

final as (
    select
        cast(opportunity_id as varchar) as opportunity_id,
        cast(source as varchar) as source,
        cast(owner_id as varchar) as owner_id,
        cast(account_id as varchar) as account_id,
        cast(product_id as varchar) as product_id,
        cast(pipeline as varchar) as pipeline,
        cast(stage as varchar) as stage,
        is_closed,
        is_won,
        created_on,
        closed_on,
        expected_close_on,
        cast(amount as decimal(18, 4)) as amount,
        cast(currency as varchar) as currency,
        cast(amount_reporting as decimal(18, 2)) as amount_reporting,
        cast(opportunity_type as varchar) as opportunity_type,
        cast(loss_reason as varchar) as loss_reason,
        cast(source_file as varchar) as source_file,
        source_row
    from {{ ref('int_opportunities_valued') }}
)

select * from final
