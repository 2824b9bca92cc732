-- Since when each source delivers what a metric counts: from the first one on. A source that never delivered one has no
-- row, and there no number does not mean none. Deals are what a CRM is for: every source that delivers anything tells of
-- them from the beginning; but one that blanks the amounts of lost deals cannot say what pipeline was created.
with

sources as (
    select distinct
        sources.source,
        sources.lost_amount_is_blank
    from {{ source('raw', 'source') }} as sources
    inner join {{ source('raw', 'load_ledger') }} as ledger on sources.source = ledger.source
    where sources.kind <> 'register'
),

opportunities as (
    select * from {{ ref('fct_opportunities') }}
),

credited as (
    select * from {{ ref('int_metric_amounts_credited') }}
),

as_of as (
    select * from {{ ref('int_as_of_determined') }}
),

final as (
    select
        source,
        'revenue_won' as metric,
        cast('0001-01-01' as date) as recorded_from
    from sources
    union all
    select
        source,
        'deals_won' as metric,
        cast('0001-01-01' as date) as recorded_from
    from sources
    union all
    select
        source,
        'pipeline_created' as metric,
        cast('0001-01-01' as date) as recorded_from
    from sources
    where not lost_amount_is_blank
    union all
    select distinct
        source,
        'new_customers' as metric,
        cast('0001-01-01' as date) as recorded_from
    from opportunities
    where account_id is not null
    union all
    select
        credited.source,
        credited.metric,
        min(credited.credited_on) as recorded_from
    from credited
    cross join as_of
    where
        credited.metric not in ('revenue_won', 'deals_won', 'pipeline_created', 'new_customers')
        and credited.credited_on between as_of.earliest_plausible_on and as_of.latest_plausible_on
    group by credited.source, credited.metric
)

select * from final
