-- The break that each review by sales ops refers to: the one with its id, else the nearest one within four weeks that differs only in its
-- day, because a break may be detected a week earlier or later when more data is known. The last decision counts.
with

reviews as (
    select
        *,
        -- the id of a detected break ends in -YYYY-MM-DD
        substr(break_reference, 1, greatest(length(break_reference) - 11, 0)) as identity,
        {{ parse_date('substr(break_reference, greatest(length(break_reference) - 9, 1))') }} as found_on,
        row_number() over (
            partition by source_key order by row_hash desc, source_file asc, source_row asc
        ) as position_of_key
    from {{ ref('stg_registers__collection_break_reviews') }}
    where is_current
),

detected as (
    select
        break_id,
        substr(break_id, 1, greatest(length(break_id) - 11, 0)) as identity,
        {{ parse_date('substr(break_id, greatest(length(break_id) - 9, 1))') }} as found_on
    from {{ ref('int_collection_breaks_detected') }}
),

named as (
    select
        reviews.source_key,
        breaks.break_id
    from reviews
    inner join (
        select break_id from {{ ref('int_collection_breaks_declared') }}
        union all
        select break_id from detected
    ) as breaks on reviews.break_reference = breaks.break_id
),

near as (
    select
        reviews.source_key,
        detected.break_id,
        row_number() over (
            partition by reviews.source_key
            order by abs({{ days_between('reviews.found_on', 'detected.found_on') }}), detected.break_id
        ) as position_of_break
    from reviews
    inner join detected
        on
            reviews.identity = detected.identity
            and abs({{ days_between('reviews.found_on', 'detected.found_on') }}) <= 28
    left join named as reviews_named on reviews.source_key = reviews_named.source_key
    left join named as breaks_named on detected.break_id = breaks_named.break_id
    where reviews_named.source_key is null and breaks_named.break_id is null
),

matched as (
    select
        source_key,
        break_id
    from named
    union
    select
        source_key,
        break_id
    from near
    where position_of_break = 1
),

validated as (
    select
        reviews.break_reference,
        matched.break_id,
        reviews.decision,
        reviews.decided_by,
        reviews.decided_on,
        reviews.source_key,
        reviews.source_file,
        reviews.source_row,
        case when matched.break_id is null then 'unknown_break' end as set_aside_reason,
        case
            when reviews.position_of_key > 1 then 'duplicate'
            when matched.break_id is null then 'unknown_break'
        end as exclusion_reason
    from reviews
    left join matched on reviews.source_key = matched.source_key
),

final as (
    select
        *,
        exclusion_reason is null
        and row_number() over (
            partition by break_id, exclusion_reason order by decided_on desc nulls last, break_reference desc
        ) = 1 as is_in_force
    from validated
)

select * from final
