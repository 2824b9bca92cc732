-- Each current row of the register crosswalk with the full id of the record that it names. Of the rows on one record the one that began last is
-- in force.
with

crosswalks as (
    select
        register.entity,
        register.source,
        {{ referenced_id('register.source', 'register.record_key') }} as source_record_id,
        register.canonical_reference,
        register.valid_from,
        coalesce(register.valid_from, cast('0001-01-01' as date)) <= as_of.as_of_date as has_begun,
        register.row_hash,
        count(*) over (partition by register.entity, register.canonical_reference) as reference_count
    from {{ ref('stg_registers__crosswalks') }} as register
    cross join {{ ref('int_as_of_determined') }} as as_of
    where register.is_current
),

final as (
    select
        *,
        has_begun
        and row_number() over (
            partition by entity, source_record_id, has_begun
            order by coalesce(valid_from, cast('0001-01-01' as date)) desc, row_hash desc
        ) = 1 as is_in_force
    from crosswalks
)

select * from final
