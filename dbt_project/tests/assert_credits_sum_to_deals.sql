with

credits as (
    select
        opportunity_id,
        sum(share) as share_total,
        sum(credited_amount) as credit_total,
        count(*) - count(credited_amount) as unknown_credits
    from {{ ref('fct_credits') }}
    group by opportunity_id
),

won as (
    select opportunity_id, amount_reporting
    from {{ ref('fct_opportunities') }}
    where is_won and closed_on is not null
)

select
    coalesce(won.opportunity_id, credits.opportunity_id) as opportunity_id,
    won.amount_reporting,
    credits.credit_total,
    credits.share_total
from won
full outer join credits on won.opportunity_id = credits.opportunity_id
where won.opportunity_id is null
    or credits.opportunity_id is null
    or credits.share_total <> 1
    or credits.credit_total is distinct from won.amount_reporting
    or (won.amount_reporting is not null and credits.unknown_credits > 0)
