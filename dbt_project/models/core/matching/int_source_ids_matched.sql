-- The ids of reps, accounts, teams and products in several systems that are one record: by the register crosswalk, else by a rep's e-mail or an account's name where it
-- belongs to one record in each system. A record that the register maps to itself stays separate.
with recursive

records as (
    select * from {{ ref('int_source_records_listed') }}
),

{{ steps_following_declared_ids('records') }},

recognizable as (
    select
        records.entity,
        records.source,
        records.source_record_id,
        records.recognized_by,
        declared.canonical_id as declared_id,
        count(*) over (partition by records.entity, records.recognized_by, records.source) as records_of_source,
        row_number() over (
            partition by records.entity, records.recognized_by
            order by records.first_seen_at asc, records.source asc, records.source_record_id asc
        ) as position_in_group
    from records
    left join declared
        on
            records.entity = declared.entity
            and records.source_record_id = declared.source_record_id
    where records.recognized_by is not null and records.declared_id is distinct from records.source_record_id
),

recognized as (
    select
        entity,
        recognized_by,
        coalesce(
            min(declared_id), min(case when position_in_group = 1 then source_record_id end)
        ) as canonical_id
    from recognizable
    group by entity, recognized_by
    having
        count(distinct source) > 1
        and max(records_of_source) = 1
        and count(distinct declared_id) <= 1
),

final as (
    select
        entity,
        source_record_id,
        canonical_id,
        'crosswalk' as match_rule
    from declared
    union all
    select
        recognizable.entity,
        recognizable.source_record_id,
        recognized.canonical_id,
        case recognizable.entity when 'rep' then 'email' else 'name' end as match_rule
    from recognizable
    inner join recognized
        on
            recognizable.entity = recognized.entity
            and recognizable.recognized_by = recognized.recognized_by
    where recognizable.declared_id is null
)

select * from final
