-- noqa: disable=LT02
-- Every rep, account, team and product of every source, with its id in every other model. Records of several systems are one by the register
-- crosswalk, else by a rep's e-mail or an account's name where it belongs to one record in each system and is not a placeholder. A record that
-- the register maps to itself stays separate.
with recursive

{{ steps_reading_crosswalks() }},

named as (
    select
        entity,
        source,
        source_record_id,
        record_key,
        record_name,
        case entity
            when 'rep' then nullif({{ folded(trimmed('email')) }}, '')
            when 'account' then nullif({{ normalized_name('record_name') }}, '')
        end as recognized_by,
        first_seen_at
    from {{ ref('int_source_records_unioned') }}
    where exclusion_reason is null
),

records as (
    select
        *,
        {{ is_placeholder('entity', 'recognized_by') }} as is_placeholder
    from named
),

{{ steps_declaring_ids() }},

recognizable as (
    select
        *,
        count(*) over (partition by entity, recognized_by, source) as records_of_source,
        row_number() over (
            partition by entity, recognized_by order by first_seen_at asc, source asc, source_record_id asc
        ) as position_in_group
    from declared
    where not is_placeholder and declared_id is distinct from source_record_id
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
            when recognized.recognized_id is null then null
            when declared.entity = 'rep' then 'email'
            else 'name'
        end as match_rule
    from declared
    left join recognized
        on declared.entity = recognized.entity and declared.recognized_by = recognized.recognized_by
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
