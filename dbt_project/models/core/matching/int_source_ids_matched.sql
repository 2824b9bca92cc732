-- The ids of several systems that are one thing: by the register crosswalk, else by a rep's e-mail or an account's name where it is
-- one record's in each system. A record that the register maps to itself is kept apart. Of a deal or lead each record is in force
-- from its first day to the one before the next record's.
with recursive

records as (
    select * from {{ ref('int_source_records_listed') }}
),

links as (
    select
        entity,
        source_record_id,
        declared_id,
        valid_from
    from {{ ref('int_crosswalks_resolved') }}
    where is_in_force
),

-- a record may be mapped to one that is mapped itself
climbed as (
    select
        entity,
        source_record_id,
        declared_id,
        valid_from,
        0 as depth
    from links
    union all
    select
        climbed.entity,
        climbed.source_record_id,
        links.declared_id,
        climbed.valid_from,
        climbed.depth + 1 as depth
    from climbed
    inner join links
        on
            climbed.entity = links.entity
            and climbed.declared_id = links.source_record_id
    where climbed.declared_id <> links.declared_id and climbed.depth < 20
),

climbed_in_order as (
    select
        *,
        row_number() over (partition by entity, source_record_id order by depth desc) as position_from_end
    from climbed
),

mapped as (
    select
        entity,
        source_record_id,
        declared_id as canonical_id,
        valid_from
    from climbed_in_order
    where position_from_end = 1
),

-- what others are mapped to gives the id, whatever it may be recognized by
declared as (
    select * from mapped
    union all
    select distinct
        records.entity,
        records.source_record_id,
        records.source_record_id as canonical_id,
        cast(null as date) as valid_from
    from records
    inner join mapped
        on
            records.entity = mapped.entity
            and records.source_record_id = mapped.canonical_id
    left join links
        on
            records.entity = links.entity
            and records.source_record_id = links.source_record_id
    where links.source_record_id is null
),

recognizable as (
    select
        records.entity,
        records.source,
        records.source_record_id,
        records.recognized_by,
        records.first_seen_at,
        declared.canonical_id as declared_id,
        count(*) over (
            partition by records.entity, records.recognized_by, records.source
        ) as records_of_source
    from records
    left join declared
        on
            records.entity = declared.entity
            and records.source_record_id = declared.source_record_id
    left join links
        on
            records.entity = links.entity
            and records.source_record_id = links.source_record_id
    where
        records.recognized_by is not null
        and (links.source_record_id is null or links.source_record_id <> links.declared_id)
),

recognized_in_order as (
    select
        *,
        row_number() over (
            partition by entity, recognized_by order by first_seen_at asc, source asc, source_record_id asc
        ) as position_in_group
    from recognizable
),

recognized as (
    select
        entity,
        recognized_by,
        coalesce(
            min(declared_id), min(case when position_in_group = 1 then source_record_id end)
        ) as canonical_id
    from recognized_in_order
    group by entity, recognized_by
    having
        count(distinct source) > 1
        and max(records_of_source) = 1
        and count(distinct declared_id) <= 1
),

unioned as (
    select
        entity,
        source_record_id,
        canonical_id,
        'crosswalk' as match_rule,
        valid_from
    from declared
    union all
    select
        recognizable.entity,
        recognizable.source_record_id,
        recognized.canonical_id,
        case recognizable.entity when 'rep' then 'email' else 'name' end as match_rule,
        cast(null as date) as valid_from
    from recognizable
    inner join recognized
        on
            recognizable.entity = recognized.entity
            and recognizable.recognized_by = recognized.recognized_by
    where recognizable.declared_id is null
),

begun as (
    select
        unioned.entity,
        records.source,
        unioned.source_record_id,
        unioned.canonical_id,
        unioned.match_rule,
        records.first_seen_at,
        case
            when unioned.source_record_id = unioned.canonical_id then cast('0001-01-01' as date)
            else coalesce(unioned.valid_from, records.created_on, cast('0001-01-01' as date))
        end as begins_on,
        count(*) over (partition by unioned.entity, unioned.canonical_id) as record_count
    from unioned
    inner join records
        on
            unioned.entity = records.entity
            and unioned.source_record_id = records.source_record_id
),

followed as (
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
        entity,
        source,
        source_record_id,
        canonical_id,
        match_rule,
        record_count,
        case
            when entity in ('opportunity', 'lead') and position_in_group > 1 then begins_on
            else cast('0001-01-01' as date)
        end as in_force_from,
        case
            when entity in ('opportunity', 'lead') and next_begins_on is not null then {{ add_days('next_begins_on', -1) }}
            else cast('9999-12-31' as date)
        end as in_force_to
    from followed
    where record_count > 1 or source_record_id <> canonical_id
)

select * from final
