with

final as (
    select
        {{ comparison_columns('rep') }}
    from {{ ref('int_segments_compared') }}
    where segment_type = 'rep'
)

select * from final
