with

final as (
    select
        {{ comparison_columns('team') }}
    from {{ ref('int_segments_compared') }}
    where segment_type = 'team'
)

select * from final
