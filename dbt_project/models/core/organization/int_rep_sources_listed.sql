-- Each record of a rep in a source, and the order in which the records of one rep count.
with

identified as (
    {{ matched_records('rep', 'int_reps_unioned') }}
),

final as (
    select
        canonical_id as rep_id,
        source,
        rep_id as source_rep_id,
        rep_name,
        email,
        role,
        segment,
        region,
        time_zone,
        team_reference,
        hired_on,
        ended_on,
        precedence
    from identified
)

select * from final
