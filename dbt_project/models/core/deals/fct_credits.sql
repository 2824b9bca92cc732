with

final as (
    select
        cast(opportunity_id as varchar) as opportunity_id,
        cast(rep_id as varchar) as rep_id,
        cast(team_id as varchar) as team_id,
        share,
        credited_amount,
        closed_on
    from {{ ref('int_credits_computed') }}
)

select * from final
