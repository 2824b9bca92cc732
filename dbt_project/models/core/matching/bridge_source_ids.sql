-- The ids that several systems have for one record. Of a deal or lead each of its records is in force from its first day to the
-- one before the next record's.
with

records as (
    select
        entity,
        source,
        source_record_id,
        canonical_id,
        match_rule,
        first_seen_at,
        declared_from,
        cast(null as date) as created_on
    from {{ ref('int_source_records_matched') }}
    union all
    select
        entity,
        source,
        source_record_id,
        canonical_id,
        'crosswalk' as match_rule,
        first_seen_at,
        declared_from,
        created_on
    from {{ ref('int_deal_records_matched') }}
    where canonical_id is not null
),

begun as (
    select
        *,
        case
            when source_record_id = canonical_id then cast('0001-01-01' as date)
            else coalesce(declared_from, created_on, cast('0001-01-01' as date))
        end as begins_on,
        count(*) over (partition by entity, canonical_id) as record_count
    from records
),

in_order as (
    select
        *,
        row_number() over (
            partition by entity, canonical_id order by begins_on, first_seen_at, source_record_id
        ) as position_in_group,
        lead(begins_on) over (
            partition by entity, canonical_id order by begins_on, first_seen_at, source_record_id
        ) as next_begins_on
    from begun
),

final as (
    select
        cast(entity as varchar) as entity,
        cast(source as varchar) as source,
        cast(source_record_id as varchar) as source_id,
        cast(canonical_id as varchar) as canonical_id,
        cast(match_rule as varchar) as match_rule,
        case
            when entity in ('opportunity', 'lead') and position_in_group > 1 then begins_on
            else cast('0001-01-01' as date)
        end as in_force_from,
        case
            when entity in ('opportunity', 'lead') and next_begins_on is not null then {{ add_days('next_begins_on', -1) }}
            else cast('9999-12-31' as date)
        end as in_force_to,
        record_count
    from in_order
    where record_count > 1 or source_record_id <> canonical_id
)

select * from final
