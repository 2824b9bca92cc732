-- How often a single value stands in the fields whose records have values of their own: the field's commonest ones (what is filled in by
-- default is one of them), and how many records say what the one before them of the same owner said.
-- a value in fewer records than this, or beyond the commonest ones, is one of the others
{% set fewest_of_a_value = 8 %}
{% set values_kept = 12 %}

with

records as (
    select * from {{ ref('int_collection_records_placed') }}
    where not is_copy
),

filled as (
    {%- for object, dated_by, field, column, condition in profiled_repeats() %}
    select
        source,
        object,
        '{{ field }}' as field,
        team_id,
        pipeline,
        week_start,
        record_type,
        owner_rep_id,
        dated_on,
        happened_at,
        record_key,
        cast({{ column }} as varchar) as category
    from records
    where
        object = '{{ object }}'
        and dated_by = '{{ dated_by }}'
        and {{ condition }}
        and {{ column }} is not null
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

frequencies as (
    select
        source,
        object,
        field,
        record_type,
        category,
        count(*) as record_count,
        row_number() over (
            partition by source, object, field, record_type order by count(*) desc, category asc
        ) as position_of_value
    from filled
    group by source, object, field, record_type, category
),

common as (
    select * from frequencies
    where position_of_value <= {{ values_kept }} and record_count >= {{ fewest_of_a_value }}
),

compared as (
    select
        filled.*,
        lag(filled.category) over (
            partition by filled.source, filled.object, filled.field, filled.record_type, filled.owner_rep_id
            order by filled.dated_on, filled.happened_at, filled.record_key
        ) as previous_category
    from filled
),

final as (
    select
        filled.source,
        filled.object,
        filled.field,
        filled.team_id,
        filled.pipeline,
        filled.week_start,
        'default_count' as measure,
        filled.record_type,
        coalesce(common.category, '(others)') as category,
        count(*) as measured_count,
        count(*) as row_count
    from filled
    left join common
        on
            filled.source = common.source
            and filled.object = common.object
            and filled.field = common.field
            and filled.record_type = common.record_type
            and filled.category = common.category
    group by
        filled.source, filled.object, filled.field, filled.team_id, filled.pipeline, filled.week_start, filled.record_type,
        coalesce(common.category, '(others)')
    union all
    select
        source,
        object,
        field,
        team_id,
        pipeline,
        week_start,
        'repeated_count' as measure,
        record_type,
        cast(null as varchar) as category,
        count(case when category = previous_category then 1 end) as measured_count,
        count(*) as row_count
    from compared
    group by source, object, field, team_id, pipeline, week_start, record_type
)

select * from final
