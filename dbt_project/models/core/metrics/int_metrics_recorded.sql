-- Since when each source records what a metric counts; the seed metrics says by which rule. A source without a row does not record
-- the metric, and there a missing number does not mean none. Every source that delivers anything records its deals from the beginning,
-- but one that blanks the amounts of lost deals cannot say what pipeline was created.
with

metrics as (
    select * from {{ ref('metrics') }}
    where can_have_quota
),

sources as (
    select distinct
        sources.source,
        sources.lost_amount_is_blank
    from {{ source('raw', 'source') }} as sources
    inner join {{ source('raw', 'load_ledger') }} as ledger on sources.source = ledger.source
    where sources.kind <> 'register'
),

sources_with_accounts as (
    select distinct source from {{ ref('int_opportunity_history') }}
    where account_id is not null and known_to is null
),

first_credits as (
    select
        credits.source,
        credits.metric,
        min(credits.credited_on) as recorded_from
    from {{ ref('int_metric_credit_history') }} as credits
    where credits.known_to is null
    group by credits.source, credits.metric
),

final as (
    select
        sources.source,
        metrics.metric,
        metrics.object,
        cast('0001-01-01' as date) as recorded_from
    from metrics
    cross join sources
    left join sources_with_accounts on sources.source = sources_with_accounts.source
    where
        metrics.recorded_since = 'always'
        or (metrics.recorded_since = 'always_with_lost_amounts' and not sources.lost_amount_is_blank)
        or (metrics.recorded_since = 'always_with_accounts' and sources_with_accounts.source is not null)
    union all
    select
        first_credits.source,
        metrics.metric,
        metrics.object,
        first_credits.recorded_from
    from metrics
    inner join first_credits on metrics.metric = first_credits.metric
    where metrics.recorded_since = 'first_record'
)

select * from final
