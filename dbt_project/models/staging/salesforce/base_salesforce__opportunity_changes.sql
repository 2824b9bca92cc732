-- Salesforce's two histories of opportunities in the same columns: OpportunityHistory has the stage, the amount and the close date at each save,
-- OpportunityFieldHistory the old and the new value of each field that changed.
with

saves as (
    select
        'save' as object,
        {{ salesforce_id('id') }} as history_key,
        {{ salesforce_id('opportunityid') }} as deal_key,
        {{ salesforce_id('createdbyid') }} as changed_by,

        -- what the opportunity was then
        {{ text('stagename') }} as stage_name,
        {{ parse_number('amount', 'decimal(19, 4)') }} as amount,
        {{ salesforce_date('closedate') }} as close_on,

        -- what changed
        cast(null as varchar) as field,
        cast(null as varchar) as old_value,
        cast(null as varchar) as new_value,

        -- instants
        {{ parse_instant('createddate', 'createddate_zone.time_zone') }} as changed_at,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from {{ source('raw', 'salesforce__opportunity_history') }} as source_rows
    {{ join_source_zone('salesforce', 'createddate') }}
    where not source_rows._is_tombstone
),

fields as (
    select
        'field' as object,
        {{ salesforce_id('id') }} as history_key,
        {{ salesforce_id('opportunityid') }} as deal_key,
        {{ salesforce_id('createdbyid') }} as changed_by,

        -- what the opportunity was then
        cast(null as varchar) as stage_name,
        cast(null as decimal(19, 4)) as amount,
        cast(null as date) as close_on,

        -- what changed
        lower({{ text('field') }}) as field,
        {{ text('oldvalue') }} as old_value,
        {{ text('newvalue') }} as new_value,

        -- instants
        {{ parse_instant('createddate', 'createddate_zone.time_zone') }} as changed_at,

        -- origin
        {{ source_row_columns(salesforce_id('id')) }}
    from {{ source('raw', 'salesforce__opportunity_field_history') }} as source_rows
    {{ join_source_zone('salesforce', 'createddate') }}
    where not source_rows._is_tombstone
),

renamed as (
    select * from saves
    union all
    select * from fields
)

select * from renamed
