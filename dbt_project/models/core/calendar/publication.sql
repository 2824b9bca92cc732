with

final as (
    select
        -- given when the build is published
        cast(null as varchar) as publish_id,
        as_of_at,
        as_of_date,
        reporting_currency,
        reporting_time_zone,
        cast({{ contract_version() }} as varchar) as contract_version
    from {{ ref('int_as_of_determined') }}
)

select * from final
