{#- Rules that more than one model of deals goes by; those of dates and stages hold for the deals of now and for those of then
    (int_opportunity_editions_resolved). -#}

{#- The last day on which the `stage_log` says that a deal of `deals` changed its stage, and the last on which it closed. `told` keys by the
    day of the edition too, and asks what had been told by then. -#}
{% macro last_stage_events(deals, told=false) -%}
    {%- set keys = [deals ~ '.opportunity_id'] + ([deals ~ '.told_from'] if told else []) -%}
    select
        {{ keys | join(',\n        ') }},
        max(stage_log.changed_on) as last_changed_on,
        max(case when stage_labels.is_closed then stage_log.changed_on end) as last_closed_on
    from {{ deals }}
    inner join stage_log
        on
            {{ deals }}.opportunity_id = stage_log.opportunity_id
            {%- if told %}
            and {{ deals }}.told_from >= stage_log.told_from
            {%- endif %}
    left join records on stage_log.source_opportunity_id = records.source_opportunity_id
    left join stage_labels
        on
            coalesce(records.source, {{ deals }}.source) = stage_labels.source
            and coalesce(records.pipeline, {{ deals }}.pipeline) = stage_labels.pipeline
            and stage_log.to_source_stage = stage_labels.source_stage
            and stage_log.changed_on between stage_labels.meaning_from and stage_labels.meaning_to
    group by {{ keys | join(', ') }}
{%- endmacro %}


{#- When a deal is said to have closed and when it entered the stage that it is in, with the days between which either can be true. -#}
{% macro days_of_deal(deals) -%}
    coalesce(
            {{ deals }}.close_date,
            {{ business_date(deals ~ '.closed_at') }},
            last_events.last_closed_on
        ) as given_closed_on,
        coalesce(
            last_events.last_changed_on,
            {{ business_date(deals ~ '.closed_at') }},
            case when {{ deals }}.close_date <= as_of.as_of_date then {{ deals }}.close_date end,
            {{ business_date(deals ~ '.extracted_at') }}
        ) as stage_entered_on,
        as_of.earliest_plausible_on,
        as_of.latest_plausible_on
{%- endmacro %}


{#- The day on which a closed deal closed, null where that cannot be true. -#}
{% macro closed_on(dated) -%}
    case
            when
                stage_labels.is_closed
                and {{ dated }}.given_closed_on between {{ dated }}.earliest_plausible_on and {{ dated }}.latest_plausible_on
                then {{ dated }}.given_closed_on
        end
{%- endmacro %}


{#- Joins what the stage of a deal meant on the day on which it entered it. -#}
{% macro join_stage_labels(dated) -%}
    left join stage_labels
        on
            {{ dated }}.source = stage_labels.source
            and {{ dated }}.pipeline = stage_labels.pipeline
            and {{ dated }}.source_stage = stage_labels.source_stage
            and {{ dated }}.stage_entered_on between stage_labels.meaning_from and stage_labels.meaning_to
{%- endmacro %}


{#- The versions of deals in force: of rows that share a key in one extract the last updated counts, position_in_extract 1. -#}
{% macro versions_by_extract() -%}
    select
        *,
        row_number() over (
            partition by opportunity_id, extracted_at
            order by updated_at desc nulls last, row_hash desc
        ) as position_in_extract
    from {{ ref('int_opportunity_versions_in_force') }}
{%- endmacro %}
