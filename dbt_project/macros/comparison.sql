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
