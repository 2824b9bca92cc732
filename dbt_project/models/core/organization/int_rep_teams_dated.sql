-- In which team each rep is on every day there is: the dated memberships, and before, between and after them no team.
with

reps as (
    select * from {{ ref('int_reps_matched') }}
),

memberships as (
    select * from {{ ref('int_team_memberships_dated') }}
),

followed as (
    select
        rep_id,
        valid_from,
        valid_to,
        lag(valid_to) over (partition by rep_id order by valid_from) as previous_valid_to,
        lead(valid_from) over (partition by rep_id order by valid_from) as next_valid_from
    from memberships
),

places as (
    select
        rep_id,
        team_id,
        valid_from,
        valid_to
    from memberships
    union all
    select
        rep_id,
        cast(null as varchar) as team_id,
        coalesce({{ add_days('previous_valid_to', 1) }}, cast('0001-01-01' as date)) as valid_from,
        {{ add_days('valid_from', -1) }} as valid_to
    from followed
    where valid_from > cast('0001-01-01' as date)
    union all
    select
        rep_id,
        cast(null as varchar) as team_id,
        {{ add_days('valid_to', 1) }} as valid_from,
        cast('9999-12-31' as date) as valid_to
    from followed
    where next_valid_from is null and valid_to < cast('9999-12-31' as date)
    union all
    select
        reps.rep_id,
        cast(null as varchar) as team_id,
        cast('0001-01-01' as date) as valid_from,
        cast('9999-12-31' as date) as valid_to
    from reps
    left join memberships on reps.rep_id = memberships.rep_id
    where memberships.rep_id is null
),

final as (
    select
        places.rep_id,
        places.team_id,
        places.valid_from,
        places.valid_to
    from places
    inner join reps on places.rep_id = reps.rep_id
    where places.valid_from <= places.valid_to
)

select * from final
