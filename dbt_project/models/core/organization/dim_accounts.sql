-- Each account once, under its canonical id, however many sources deliver it.
with

identified as (
    {{ matched_records('account') }}
),

final as (
    select
        cast(canonical_id as varchar) as account_id,
        {{ first_known('record_name') }} as account_name,
        cast({{ source_of_id('canonical_id') }} as varchar) as source,
        count(*) as record_count,
        {{ first_known('industry') }} as industry,
        {{ first_known('region') }} as region,
        {{ first_known('segment') }} as segment
    from identified
    group by canonical_id
)

select * from final
