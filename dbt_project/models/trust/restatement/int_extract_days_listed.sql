-- The business dates on which extracts of each object of each source were taken. What a source calls an object follows from the files of its
-- current rows.
with

ledger as (
    select * from {{ source('raw', 'load_ledger') }}
),

files_read as (
    select
        'opportunity' as object,
        source,
        source_file
    from {{ ref('int_opportunity_history_validated') }}
    where known_to is null
    union
    select
        'opportunity_line' as object,
        source,
        source_file
    from {{ ref('int_opportunity_parts') }}
    where part = 'line' and known_to is null
    union
    select
        'lead' as object,
        source,
        source_file
    from {{ ref('int_leads_validated') }}
    union
    select
        'activity' as object,
        source,
        source_file
    from {{ ref('int_activities_validated') }}
),

objects_delivered as (
    select distinct
        files_read.object,
        ledger.source,
        ledger.object as delivered_object
    from files_read
    inner join ledger
        on
            files_read.source = ledger.source
            and files_read.source_file = ledger.source_file
),

final as (
    select distinct
        objects_delivered.object,
        ledger.source,
        {{ business_date('ledger.extracted_at') }} as extracted_on
    from objects_delivered
    inner join ledger
        on
            objects_delivered.source = ledger.source
            and objects_delivered.delivered_object = ledger.object
)

select * from final
