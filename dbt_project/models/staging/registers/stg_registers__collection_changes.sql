with

source_rows as (
    select * from {{ source('raw', 'registers__collection_change') }}
    where not _is_tombstone
),

renamed as (
    select
        {{ text('change_id') }} as change_key,
        lower({{ text('source') }}) as source,
        lower({{ text('object') }}) as object,
        lower({{ text('field') }}) as field,
        {{ text('team') }} as team_reference,
        {{ text('what_changed') }} as what_changed,
        {{ text('bridge_rule') }} as bridge_rule,
        {{ text('declared_by') }} as declared_by,
        {{ parse_date('effective_on') }} as effective_on,
        {{ parse_date('declared_on') }} as declared_on,
        {{ source_row_columns() }}
    from source_rows
),

-- a field may be named by another of its names; a deal's stage is what its stage events say
canonical as (
    select
        change_key,
        source,
        case when object = 'opportunity' and field = 'stage' then 'stage_event' else object end as object,
        case
            when field is null then 'rows'
            when object in ('opportunity', 'stage_event') and field = 'stage' then 'to_stage'
            when object = 'opportunity' and field in ('closed_on', 'closed_at') then 'close_date'
            when field in ('created_on', 'changed_on', 'occurred_on', 'qualified_on') then replace(field, '_on', '_at')
            when object in ('activity', 'opportunity') and field = 'type' then object || '_type'
            else field
        end as field,
        team_reference,
        what_changed,
        bridge_rule,
        declared_by,
        effective_on,
        declared_on,
        source_key,
        source_file,
        source_row,
        row_hash,
        extracted_at,
        superseded_at,
        is_current,
        extras
    from renamed
)

select * from canonical
