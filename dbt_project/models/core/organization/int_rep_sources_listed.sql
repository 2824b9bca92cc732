-- Which sources deliver each rep, and in which order they are believed.
with

identified as (
    {{ matched_records('rep', 'int_reps_unioned') }}
),

final as (
    select
        canonical_id as rep_id,
        source,
        rep_id as source_rep_id,
        team_reference,
        precedence
    from identified
)

select * from final
