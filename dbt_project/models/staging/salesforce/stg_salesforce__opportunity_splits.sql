-- Shares of the revenue. Splits of another kind (overlays, quantities) are credited in addition; OpportunitySplitType says which kind a split is.
with

source_rows as (
    select * from {{ source('raw', 'salesforce__opportunity_split') }}
    where not _is_tombstone
),

split_types as (
    select
        {{ salesforce_id('id') }} as split_type_key,
        max(
            case
                when {{ parse_boolean('istotalvalidated') }} and coalesce(lower({{ text('splitfield') }}), 'amount') = 'amount'
                    then 1
                else 0
            end
        ) = 1 as is_revenue_split
    from {{ source('raw', 'salesforce__opportunity_split_type') }}
    where not _is_tombstone and _superseded_at is null
    group by {{ salesforce_id('id') }}
),

renamed as (
    select
        -- ids
        {{ salesforce_id('source_rows.opportunityid') }} as opportunity_reference,
        {{ salesforce_id('source_rows.splitownerid') }} as rep_reference,

        -- numbers
        cast({{ parse_number('source_rows.splitpercentage', 'decimal(11, 6)') }} / 100 as decimal(9, 6)) as share,

        -- why the source does not count the row: what is credited in addition to the revenue is not a share of it
        coalesce(
            case when {{ parse_boolean('source_rows.isdeleted') }} then 'deleted' end,
            case when not split_types.is_revenue_split then 'overlay_split' end
        ) as source_exclusion,

        -- origin
        {{ source_row_columns(salesforce_id('source_rows.id')) }}
    from source_rows
    left join split_types on {{ salesforce_id('source_rows.splittypeid') }} = split_types.split_type_key
)

select * from renamed
