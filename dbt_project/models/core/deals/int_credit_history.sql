-- Who is credited with how much of a won deal, from when to when it was known so. What the shares lack to 1, and their amounts in cents to the
-- deal's, goes to the largest share (tie: the smallest rep id). A share goes to the team its rep is in on the close date.
with

won as (
    select * from {{ ref('int_opportunity_history') }}
    where is_won and closed_on is not null
),

parts as (
    select * from {{ ref('int_opportunity_parts') }}
    where exclusion_reason is null
),

splits as (
    select
        opportunity_id,
        known_from,
        rep_id,
        sum(share) as share
    from parts
    where part = 'split'
    group by opportunity_id, known_from, rep_id
),

units as (
    select
        opportunity_id,
        known_from,
        sum(quantity) as quantity
    from parts
    where part = 'line' and quantity is not null
    group by opportunity_id, known_from
),

shares as (
    select
        won.*,
        coalesce(splits.rep_id, won.owner_id) as rep_id,
        coalesce(splits.share, 1) as given_share,
        row_number() over (
            partition by opportunity_id, known_from order by splits.share desc, splits.rep_id asc
        ) as position_by_share
    from won
    left join splits using (opportunity_id, known_from)
),

exact_shares as (
    select
        *,
        cast(
            case
                when position_by_share = 1 then 1 + given_share - sum(given_share) over (partition by opportunity_id, known_from)
                else given_share
            end as decimal(9, 6)
        ) as share
    from shares
),

rounded as (
    select
        *,
        cast(round(cast(amount_reporting as decimal(20, 2)) * share, 2) as decimal(18, 2)) as rounded_amount
    from exact_shares
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
        units.quantity * allocated.share as credited_units,
        allocated.closed_on
    from allocated
    left join units using (opportunity_id, known_from)
    left join {{ ref('int_team_memberships') }} as memberships
        on allocated.rep_id = memberships.rep_id and allocated.closed_on between memberships.valid_from and memberships.valid_to
)

select * from final
