-- The CRMs' own logs of stage changes, of every source that keeps one.
{% set columns %}
    opportunity_reference, to_source_stage, changed_at, changed_by, source_key, source_file, source_row, row_hash
{% endset %}

with

unioned as (
    {{ union_sources('stage_events', columns, 'is_current') }}
),

final as (
    select
        {{ referenced_id('source', 'opportunity_reference') }} as opportunity_id,
        *,
        {{ business_date('changed_at') }} as changed_on
    from unioned
)

select * from final
