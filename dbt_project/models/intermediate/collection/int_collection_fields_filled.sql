-- How many records of a week have each field. Of deals only the closed ones are asked, because an open one is still being filled in,
-- and for the reason of a loss only the lost ones.
{% set fields = [
    ('activity', 'rows', 'opportunity_id', 'true'),
    ('activity', 'rows', 'direction', 'true'),
    ('activity', 'rows', 'outcome', 'true'),
    ('activity', 'rows', 'duration_minutes', 'true'),
    ('activity', 'rows', 'logged_at', 'true'),
    ('opportunity', 'rows', 'amount', 'is_closed'),
    ('opportunity', 'rows', 'currency', 'is_closed'),
    ('opportunity', 'rows', 'account_id', 'is_closed'),
    ('opportunity', 'rows', 'opportunity_type', 'is_closed'),
    ('opportunity', 'close_date', 'loss_reason', 'not is_won'),
    ('lead', 'rows', 'label', 'true'),
] %}

with

records as (
    select * from {{ ref('int_collection_records_placed') }}
    where not is_copy
),

final as (
    {%- for object, dated_by, field, condition in fields %}
    select
        source,
        object,
        '{{ 'source' if field == 'label' else field }}' as field,
        team_id,
        pipeline,
        week_start,
        'filled_count' as measure,
        record_type,
        cast(null as varchar) as category,
        count({{ field }}) as measured_count,
        count(*) as row_count
    from records
    where object = '{{ object }}' and dated_by = '{{ dated_by }}' and {{ condition }}
    group by source, object, team_id, pipeline, week_start, record_type
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
)

select * from final
