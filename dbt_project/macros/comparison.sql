{#- The peer group of a rep or team: reps of the same role and segment; if they are too few, of the same role; else all reps. A team is
    compared with the teams at its level, however few they are. -#}
{% macro chosen_peer_group() -%}
    case
            when segment_type = 'team' then wide_group
            when narrow_group is not null and narrow_group_count >= {{ var('minimum_peers') }} then narrow_group
            when wide_group is not null and wide_group_count >= {{ var('minimum_peers') }} then wide_group
            else 'company'
        end
{%- endmacro %}


{#- The published comparison of the reps or of the teams with their peers. -#}
{% macro published_comparison(segment_type) -%}
with

compared as (
    select * from {{ ref('int_peers_compared') }}
    where segment_type = '{{ segment_type }}'
),

figures as (
    select
        segment_id as {{ segment_type }}_id,
        segment_name as {{ segment_type }}_name,
        {%- if segment_type == 'team' %}
        segment_id in (select teams.team_id from {{ ref('dim_teams') }} as teams where teams.is_leaf_team) as is_leaf_team,
        {%- endif %}
        period_type,
        period_start,
        period_end,
        metric,
        round(value, 12) as value,
        peer_group,
        peer_count,
        round(peer_median, 12) as peer_median,
        robust_z,
        percentile,
        rank_in_group as "rank",
        shrunk_value,
        interval_low,
        interval_high,
        signal,
        not_ranked_reason,
        logging_coverage
    from compared
),

final as (
    {{ with_comparability(
        'figures', "'" ~ segment_type ~ "'", 'figures.' ~ segment_type ~ '_id', 'figures.metric', value='figures.value',
        change_of='value', keys='figures.' ~ segment_type ~ '_id, figures.metric'
    ) }}
)

select * from final
{%- endmacro %}
