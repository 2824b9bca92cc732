-- The versions of opportunities with the days from which and until which the extracts told them: at the end of a day those hold that were told
-- by then and not yet untold. `stood_from` and `stood_until` are limited to the time in which the record spoke for its deal: of a migrated one
-- until the new system's had been delivered.
with

versions as (
    select * from {{ ref('int_opportunity_versions') }}
),

tellings as (
    {{ union_sources('opportunity_tellings', 'opportunity_key, observed_at, row_hash, told_at, untold_at') }}
),

told as (
    select
        versions.*,
        {{ business_date('coalesce(tellings.told_at, versions.extracted_at)') }} as told_from,
        {{ business_date('case when tellings.told_at is null then versions.superseded_at else tellings.untold_at end') }}
            as told_until
    from versions
    left join tellings
        on
            versions.source = tellings.source
            and versions.opportunity_key = tellings.opportunity_key
            and versions.extracted_at = tellings.observed_at
            and case when versions.is_current then '' else versions.row_hash end
            = case when tellings.untold_at is null then '' else tellings.row_hash end
),

records as (
    select * from {{ ref('int_source_ids_matched') }}
    where entity = 'opportunity'
),

speaking as (
    {{ speaking_records('records', 'told', 'source_opportunity_id') }}
),

final as (
    select
        told.*,
        greatest(told.told_from, coalesce(speaking.speaks_from, told.told_from)) as stood_from,
        least(coalesce(told.told_until, speaking.speaks_until), coalesce(speaking.speaks_until, told.told_until)) as stood_until
    from told
    left join speaking on told.source_opportunity_id = speaking.source_record_id
)

select * from final
