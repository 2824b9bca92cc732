-- The record that each reference means. A reference may be an id or a name that is unique. A source's references are looked up
-- among its own ids and names; a register's among those of all sources. The full id <source>:<id> is understood everywhere, and
-- every id of a record in several systems leads to its canonical one. An id beats a name, and a name in any spelling is a row of its own,
-- its normalized name. resolved_id is null where several candidates are left.
with

records as (
    select * from {{ ref('int_source_records_matched') }}
),

scopes as (
    select source as scope from records
    union
    select 'registers' as scope
),

{% set any_spelling_of_name = any_spelling(normalized_name('record_name')) -%}
{% set precedences = {
    'source_record_id': 1, 'canonical_id': 1, 'record_key': 2, 'record_name': 3, any_spelling_of_name: 3,
} -%}
names as (
    {% for name, precedence in precedences.items() -%}
    select
        entity,
        source,
        canonical_id,
        {{ name }} as reference,
        {{ precedence }} as precedence
    from records
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

ranked as (
    select
        names.entity,
        scopes.scope,
        names.reference,
        names.canonical_id,
        names.precedence,
        min(names.precedence) over (partition by names.entity, scopes.scope, names.reference) as best_precedence
    from names
    inner join scopes on names.precedence = 1 or scopes.scope in (names.source, 'registers')
    where names.reference is not null
),

final as (
    select
        entity,
        scope,
        reference,
        count(distinct canonical_id) as candidate_count,
        case when count(distinct canonical_id) = 1 then min(canonical_id) end as resolved_id
    from ranked
    where precedence = best_precedence
    group by entity, scope, reference
)

select * from final
