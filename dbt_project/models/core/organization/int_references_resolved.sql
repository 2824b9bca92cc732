-- The record that each reference means. A reference may be an id or a name that is unique. A source's references are looked up
-- among its own ids and names; a register's among those of all sources. The full id <source>:<id> is understood everywhere, and
-- every id of a record in several systems leads to its canonical one. An id beats a name. resolved_id is null where several
-- candidates are left.
with

entities as (
    select
        entity,
        source,
        source_record_id,
        canonical_id as id,
        record_key as key,
        record_name as name
    from {{ ref('int_source_records_matched') }}
),

scoped as (
    select
        entity,
        source as scope,
        id,
        key,
        name
    from entities
    union all
    select
        entity,
        'registers' as scope,
        id,
        key,
        name
    from entities
),

scopes as (
    select distinct scope from scoped
),

candidates as (
    select
        entities.entity,
        scopes.scope,
        entities.source_record_id as reference,
        1 as precedence,
        entities.id
    from entities
    cross join scopes
    union all
    select
        entities.entity,
        scopes.scope,
        entities.id as reference,
        1 as precedence,
        entities.id
    from entities
    cross join scopes
    where entities.id <> entities.source_record_id
    union all
    select
        entity,
        scope,
        key as reference,
        2 as precedence,
        id
    from scoped
    union all
    select
        entity,
        scope,
        name as reference,
        3 as precedence,
        id
    from scoped
),

ranked as (
    select
        *,
        min(precedence) over (partition by entity, scope, reference) as best_precedence
    from candidates
    where reference is not null
),

final as (
    select
        entity,
        scope,
        reference,
        count(distinct id) as candidate_count,
        case when count(distinct id) = 1 then min(id) end as resolved_id
    from ranked
    where precedence = best_precedence
    group by entity, scope, reference
)

select * from final
