-- What Salesforce's histories tell was told by the extract that brought it. It never stood as the opportunity: that is the row itself.
with

states as (
    select * from {{ ref('stg_salesforce__deal_states') }}
),

final as (
    select
        deal_key as opportunity_key,
        changed_at as observed_at,
        row_hash,
        extracted_at as delivered_at,
        extracted_at as superseded_at
    from states
)

select * from final
