-- The id of each record in every other model. Records of several systems are one by the register crosswalk, else by a rep's e-mail or an account's
-- name where it belongs to one record in each system. A record that the register maps to itself stays separate.
with recursive

records as (
    select * from {{ ref('int_source_records_unioned') }}
),

links as (
    select
        entity,
        source_record_id,
        declared_id
    from records
    where declared_id is not null
),

-- a record may be mapped to one that is mapped itself
climbed as (
    select
        entity,
        source_record_id,
        declared_id,
        0 as depth
    from links
    union all
    select
        climbed.entity,
        climbed.source_record_id,
        links.declared_id,
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

ends as (
    select
        entity,
        source_record_id,
        declared_id as canonical_id
    from climbed_in_order
    where position_from_end = 1
),

targets as (
    select distinct
        entity,
        canonical_id
    from ends
),

-- a record that others are mapped to keeps its id, whatever it may be recognized by
declared as (
    select
        records.*,
        coalesce(ends.canonical_id, targets.canonical_id) as crosswalk_id
    from records
    left join ends using (entity, source_record_id)
    left join targets
        on
            records.entity = targets.entity
            and records.source_record_id = targets.canonical_id
),

recognizable as (
    select
        *,
        count(*) over (partition by entity, recognized_by, source) as records_of_source,
        row_number() over (
            partition by entity, recognized_by order by first_seen_at asc, source asc, source_record_id asc
        ) as position_in_group
    from declared
    where recognized_by is not null and declared_id is distinct from source_record_id
),

recognized as (
    select
        entity,
        recognized_by,
        coalesce(
            min(crosswalk_id), min(case when position_in_group = 1 then source_record_id end)
        ) as recognized_id
    from recognizable
    group by entity, recognized_by
    having
        count(distinct source) > 1
        and max(records_of_source) = 1
        and count(distinct crosswalk_id) <= 1
),

matched as (
    select
        declared.*,
        coalesce(declared.crosswalk_id, recognized.recognized_id, declared.source_record_id) as canonical_id,
        case
            when declared.crosswalk_id is not null then 'crosswalk'
            when recognized.recognized_id is not null then case declared.entity when 'rep' then 'email' else 'name' end
        end as match_rule
    from declared
    left join recognized
        on
            declared.entity = recognized.entity
            and declared.recognized_by = recognized.recognized_by
),

final as (
    select
        *,
        row_number() over (
            partition by entity, canonical_id order by first_seen_at desc nulls last, source asc, source_record_id asc
        ) as precedence
    from matched
)

select * from final
