with

figures as (
    select
        {{ comparison_columns('rep') }}
    from {{ ref('int_segments_compared') }}
    where segment_type = 'rep'
),

final as (
    {{ with_comparability('figures', "'rep'", 'figures.rep_id', 'figures.metric', value='figures.value') }}
)

select * from final
