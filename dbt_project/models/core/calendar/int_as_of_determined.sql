-- The instant of the newest extract. Registers never move it, and the wall clock is not used.
with

ledger as (
    select * from {{ source('raw', 'load_ledger') }}
),

sources as (
    select * from {{ source('raw', 'source') }}
),

newest_extract as (
    select max(ledger.extracted_at) as as_of_at
    from ledger
    inner join sources on ledger.source = sources.source
    where sources.kind <> 'register'
),

final as (
    select
        as_of_at,
        {{ business_date('as_of_at') }} as as_of_date,
        {{ add_months(business_date('as_of_at'), -240) }} as earliest_plausible_on,
        {{ add_months(business_date('as_of_at'), 60) }} as latest_plausible_on,
        cast('{{ var("reporting_currency") }}' as varchar) as reporting_currency,
        cast('{{ var("reporting_time_zone") }}' as varchar) as reporting_time_zone
    from newest_extract
)

select * from final
