-- Each day on which a rep is on leave, once, however often it is registered.
with

leaves as (
    select * from {{ ref('stg_registers__leaves') }}
    where is_current
),

rep_references as (
    select * from {{ ref('int_references_resolved') }}
    where entity = 'rep' and scope = 'registers' and resolved_id is not null
),

dates as (
    select date_day from {{ ref('int_dates_generated') }}
),

final as (
    select distinct
        rep_references.resolved_id as rep_id,
        dates.date_day
    from leaves
    inner join rep_references on leaves.rep_reference = rep_references.reference
    inner join dates on dates.date_day between leaves.from_date and leaves.to_date
)

select * from final
