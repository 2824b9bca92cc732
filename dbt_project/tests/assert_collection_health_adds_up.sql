{{ config(tags=['build']) }}

-- Rows of the health of collection whose points are not the score, or whose weights are not 100: there must be none.
{% set parts = ['filled', 'on_time', 'activity_history', 'unique', 'by_hand', 'undisturbed'] %}

select
    source,
    team_id,
    period_start,
    score,
    {%- for figure in ['points', 'weight'] %}
    {% for part in parts %}coalesce({{ part }}_{{ figure }}, 0){{ ' + ' if not loop.last }}{% endfor %} as all_{{ figure }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ ref('mart_collection_health') }}
where
    {%- for figure, whole in {'points': 'score', 'weight': '100'}.items() %}
    {% for part in parts %}coalesce({{ part }}_{{ figure }}, 0){{ ' + ' if not loop.last }}{% endfor %} <> {{ whole }}{{ ' or' if not loop.last }}
    {%- endfor %}
