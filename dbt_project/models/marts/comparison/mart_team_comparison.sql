with

figures as (
    select
        {{ comparison_columns('team') }}
    from {{ ref('int_segments_compared') }}
    where segment_type = 'team'
),

final as (
    {{ with_comparability('figures', "'team'", 'figures.team_id', 'figures.metric', value='figures.value') }}
)

select * from final
