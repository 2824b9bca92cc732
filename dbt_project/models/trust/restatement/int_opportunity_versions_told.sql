-- The versions of opportunities with the days from which and until which the extracts told them: at the end of a day those hold that were told
-- by then and not yet untold. `stood_from` and `stood_until` are limited to the time in which the record spoke for its deal: of a migrated one
-- until the new system's had been delivered.
with

versions as (
    select * from {{ ref('int_opportunity_versions_unioned') }}
),

told as (
    select
        *,
        {{ business_date('coalesce(delivered_at, extracted_at)') }} as told_from,
        {{ business_date('case when delivered_at is null then superseded_at else outdated_at end') }} as told_until
    from versions
),

records as (
    select * from {{ ref('bridge_source_ids') }}
    where entity = 'opportunity'
),

authoritative as (
    {{ authoritative_records('records', 'told', 'source_opportunity_id') }}
),

final as (
    select
        told.*,
        greatest(told.told_from, coalesce(authoritative.authoritative_from, told.told_from)) as stood_from,
        least(
            coalesce(told.told_until, authoritative.authoritative_until), coalesce(authoritative.authoritative_until, told.told_until)
        ) as stood_until
    from told
    left join authoritative on told.source_opportunity_id = authoritative.source_id
)

select * from final
