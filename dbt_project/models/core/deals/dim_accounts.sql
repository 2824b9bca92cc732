-- Each account once, under its canonical id, however many sources deliver it; and each that a deal names and no source delivers, by its id alone.
with

identified as (
    {{ matched_records('account') }}
),

named as (
    select distinct deals.account_id
    from {{ ref('int_opportunity_history') }} as deals
    left join identified on deals.account_id = identified.canonical_id
    where deals.known_to is null and deals.account_id is not null and identified.canonical_id is null
),

final as (
    select
        cast(canonical_id as varchar) as account_id,
        {{ first_known('record_name') }} as account_name,
        true as is_delivered,
        cast({{ source_of_id('canonical_id') }} as varchar) as source,
        count(*) as record_count,
        {{ first_known('industry') }} as industry,
        {{ first_known('region') }} as region,
        {{ first_known('segment') }} as segment
    from identified
    group by canonical_id
    union all
    select
        account_id,
        null as account_name,
        false as is_delivered,
        {{ source_of_id('account_id') }} as source,
        0 as record_count,
        null as industry,
        null as region,
        null as segment
    from named
)

select * from final
