{#- What the collection profile measures, as (object, dated_by, field, column, condition): `column` of int_collection_records_placed
    is what the field is called there, and records are asked only where `condition` holds. -#}

{#- Fields that may be left blank. Of deals only closed ones are asked, because an open one is still being filled in, and for the reason
    of a loss only lost ones. -#}
{% macro profiled_fills() -%}
    {{ return([
        ('activity', 'rows', 'opportunity_id', 'opportunity_id', 'true'),
        ('activity', 'rows', 'direction', 'direction', 'true'),
        ('activity', 'rows', 'outcome', 'outcome', 'true'),
        ('activity', 'rows', 'duration_minutes', 'quantity', 'true'),
        ('activity', 'rows', 'logged_at', 'logged_at', 'true'),
        ('opportunity', 'rows', 'amount', 'quantity', 'is_closed'),
        ('opportunity', 'rows', 'currency', 'currency', 'is_closed'),
        ('opportunity', 'rows', 'account_id', 'account_id', 'is_closed'),
        ('opportunity', 'rows', 'opportunity_type', 'opportunity_type', 'is_closed'),
        ('opportunity', 'close_date', 'loss_reason', 'loss_reason', 'not is_won'),
        ('opportunity_line', 'rows', 'quantity', 'quantity', 'true'),
        ('lead', 'rows', 'source', 'label', 'true'),
    ]) }}
{%- endmacro %}


{#- Fields that take one of a few values. -#}
{% macro profiled_categories() -%}
    {{ return([
        ('activity', 'rows', 'activity_type', 'record_type', 'true'),
        ('activity', 'rows', 'direction', 'direction', 'true'),
        ('activity', 'rows', 'outcome', 'outcome', 'true'),
        ('opportunity', 'rows', 'currency', 'currency', 'true'),
        ('opportunity', 'rows', 'opportunity_type', 'opportunity_type', 'true'),
        ('opportunity', 'close_date', 'loss_reason', 'loss_reason', 'true'),
        ('lead', 'rows', 'source', 'label', 'true'),
        ('stage_event', 'rows', 'to_stage', 'label', 'true'),
    ]) }}
{%- endmacro %}


{#- Fields with values of their own, of which it is measured how often a single one stands in them. -#}
{% macro profiled_repeats() -%}
    {{ return([
        ('activity', 'rows', 'duration_minutes', 'quantity', 'true'),
        ('opportunity', 'rows', 'amount', 'quantity', 'true'),
        ('opportunity', 'rows', 'account_id', 'account_id', 'true'),
        ('opportunity_line', 'rows', 'quantity', 'quantity', 'true'),
    ]) }}
{%- endmacro %}


{#- Keys, of which the shape is measured. -#}
{% macro profiled_keys() -%}
    {{ return([
        ('activity', 'rows', 'activity_id', 'key_shape', 'true'),
        ('opportunity', 'rows', 'opportunity_id', 'key_shape', 'true'),
        ('lead', 'rows', 'lead_id', 'key_shape', 'true'),
    ]) }}
{%- endmacro %}


{#- Amounts and quantities, of which the power of ten is measured. -#}
{% macro profiled_magnitudes() -%}
    {{ return([
        ('activity', 'rows', 'duration_minutes', 'quantity', 'quantity > 0'),
        ('opportunity', 'rows', 'amount', 'quantity', 'quantity > 0'),
        ('opportunity_line', 'rows', 'quantity', 'quantity', 'quantity > 0'),
    ]) }}
{%- endmacro %}


{#- Instants, of which the hour of the day is measured. -#}
{% macro profiled_instants() -%}
    {{ return([
        ('activity', 'rows', 'occurred_at', 'happened_at', 'true'),
        ('opportunity', 'rows', 'created_at', 'happened_at', 'true'),
        ('lead', 'rows', 'created_at', 'happened_at', 'true'),
        ('stage_event', 'rows', 'changed_at', 'happened_at', 'true'),
    ]) }}
{%- endmacro %}


{#- Dates by which records are counted: `rows` is the day of an object's own. -#}
{% macro profiled_volumes() -%}
    {{ return([
        ('activity', 'rows'),
        ('opportunity', 'rows'),
        ('opportunity', 'close_date'),
        ('opportunity_line', 'rows'),
        ('lead', 'rows'),
        ('lead', 'qualified_at'),
        ('stage_event', 'rows'),
    ]) }}
{%- endmacro %}


{#- Fields of a deal whose edits are counted, with their column in int_opportunity_versions. -#}
{% macro profiled_edits() -%}
    {{ return({
        'amount': 'amount',
        'opportunity_type': 'opportunity_type',
        'stage': 'source_stage',
        'owner_id': 'owner_reference',
        'account_id': 'account_reference',
        'close_date': 'close_date',
        'loss_reason': 'loss_reason',
    }) }}
{%- endmacro %}


{#- The counts of a week stay until its records change (int_collection_weeks_fingerprinted). A model that counts by week reads the rows of
    the weeks that it has not counted as they are now, of certain objects or of all; before it counts, it forgets what is no longer so. -#}
{% macro rows_of_weeks_to_count(placed, objects=none) -%}
    select
        placed.*,
        weeks.week_fingerprint
    from {{ ref(placed) }} as placed
    inner join {{ ref('int_collection_weeks_fingerprinted') }} as weeks
        on
            placed.source = weeks.source
            and placed.object = weeks.object
            and placed.week_start = weeks.week_start
    where {{ "weeks.object in ('" ~ objects | unique | join("', '") ~ "')" if objects else 'true' }}
    {%- if is_incremental() %} and weeks.week_fingerprint not in (select week_fingerprint from {{ this }}){% endif %}
{%- endmacro %}


{% macro forget_changed_weeks() -%}
    {% if is_incremental() -%}
        delete from {{ this }}
        where week_fingerprint not in (select week_fingerprint from {{ ref('int_collection_weeks_fingerprinted') }})
    {%- endif %}
{%- endmacro %}
