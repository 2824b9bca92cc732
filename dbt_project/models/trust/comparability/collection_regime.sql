with

breaks as (
    select * from {{ ref('collection_break') }}
    where review is distinct from 'dismissed'
),

-- after a break that has passed the old way is back, as a regime of its own
beginnings as (
    {% for starts_on, break_id in [
        ('starts_on', 'break_id'), (add_days('ends_on', 1), 'break_id'), ("cast('0001-01-01' as date)", 'cast(null as varchar)'),
    ] -%}
    select
        source,
        object,
        field,
        population,
        {{ starts_on }} as starts_on,
        {{ break_id }} as break_id
    from breaks
    {{ 'where ends_on is not null' if 'ends_on' in starts_on }}
    {{ 'union all' if not loop.last }}
    {% endfor -%}
),

with_next as (
    select
        source,
        object,
        field,
        population,
        starts_on,
        min(break_id) as break_id,
        lead(starts_on) over (partition by source, object, field, population order by starts_on) as next_starts_on
    from beginnings
    group by source, object, field, population, starts_on
),

final as (
    select
        cast(
            source || '|' || object || '|' || field || '|' || population || '|' || cast(starts_on as varchar) as varchar
        ) as regime_id,
        source,
        object,
        field,
        population,
        starts_on,
        coalesce({{ add_days('next_starts_on', -1) }}, cast('9999-12-31' as date)) as ends_on,
        break_id
    from with_next
)

select * from final
