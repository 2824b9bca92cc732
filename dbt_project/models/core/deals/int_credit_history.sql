-- Who is credited with how much of a won deal, from when to when it was known so. Each share is rounded to cents and the residual goes to the
-- largest share (tie: the smallest rep id), so that credits sum to the deal. A share goes to the team its rep is in on the close date.
with

won as (
    select * from {{ ref('int_opportunity_history') }}
    where is_won and closed_on is not null
),

splits as (
    select
        opportunity_id,
        known_from,
        rep_id,
        sum(share) as share
    from {{ ref('int_opportunity_parts') }}
    where part = 'split' and exclusion_reason is null
    group by opportunity_id, known_from, rep_id
),

shares as (
    select
        won.opportunity_id,
        won.known_from,
        won.known_to,
        won.source,
        won.account_id,
        coalesce(splits.rep_id, won.owner_id) as rep_id,
        cast(coalesce(splits.share, 1) as decimal(9, 6)) as share,
        won.amount_reporting,
        won.closed_on
    from won
    left join splits
        on
            won.opportunity_id = splits.opportunity_id
            and won.known_from = splits.known_from
),

rounded as (
    select
        *,
        cast(round(amount_reporting * share, 2) as decimal(18, 2)) as rounded_amount,
        row_number() over (
            partition by opportunity_id, known_from order by share desc, rep_id asc
        ) as position_by_share
    from shares
),

allocated as (
    select
        *,
        cast(
            case
                when position_by_share = 1
                    then rounded_amount + amount_reporting - sum(rounded_amount) over (partition by opportunity_id, known_from)
                else rounded_amount
            end as decimal(18, 2)
        ) as credited_amount
    from rounded
),

final as (
    select
        allocated.opportunity_id,
        allocated.known_from,
        allocated.known_to,
        allocated.source,
        allocated.account_id,
        allocated.rep_id,
        memberships.team_id,
        allocated.share,
        allocated.credited_amount,
        allocated.closed_on
    from allocated
    left join {{ ref('int_team_memberships') }} as memberships
        on
            allocated.rep_id = memberships.rep_id
            and allocated.closed_on between memberships.valid_from and memberships.valid_to
)

select * from final
