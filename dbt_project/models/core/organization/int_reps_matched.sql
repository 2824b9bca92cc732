-- Each rep once, under its canonical id, however many sources deliver it.
with

identified as (
    {{ matched_records('rep', 'int_reps_unioned') }}
),

final as (
    select
        canonical_id as rep_id,
        {{ source_of_id('canonical_id') }} as source,
        count(*) as record_count,
        {{ first_known('rep_name') }} as rep_name,
        {{ first_known('email') }} as email,
        {{ first_known('role') }} as role,
        {{ first_known('segment') }} as segment,
        {{ first_known('region') }} as region,
        {{ first_known('time_zone') }} as time_zone,
        {{ first_known('hired_on', 'date') }} as hired_on,
        {{ first_known('ended_on', 'date') }} as ended_on
    from identified
    group by canonical_id
)

select * from final
